// Numbers as people of a language write them.

// Making one of these takes longer than using it a hundred times, and a list uses them for every row.
const numberFormats = new Map<string, Intl.NumberFormat>();
const dateFormats = new Map<string, Intl.DateTimeFormat>();
const pluralRules = new Map<string, Intl.PluralRules>();

function kept<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}

const numbers = (language: string, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat =>
  kept(numberFormats, `${language} ${JSON.stringify(options)}`, () => new Intl.NumberFormat(language, options));

const dates = (language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  kept(dateFormats, `${language} ${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(language, options));

/** Whether a language speaks of so many as of one. */
export const isOne = (count: number, language: string): boolean =>
  kept(pluralRules, language, () => new Intl.PluralRules(language)).select(count) === "one";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

export function bytes(count: number, language: string): string {
  let value = Math.max(0, count);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return numbers(language, {
    style: "unit",
    unit: UNITS[unit] ?? "byte",
    unitDisplay: unit === 0 ? "long" : "short",
    maximumFractionDigits: value < 10 && unit > 0 ? 1 : 0,
  }).format(value);
}

export function count(value: number, language: string): string {
  return numbers(language).format(value);
}

/** A span of time in its largest unit: 40 sec, 3 min, 2 hr. */
export function span(ms: number, language: string): string {
  const steps = [
    ["hour", 3_600_000],
    ["minute", 60_000],
  ] as const;
  const [unit, size] = steps.find(([, size]) => ms >= size) ?? (["second", 1000] as const);
  return numbers(language, {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: unit === "hour" && ms < 36_000_000 ? 1 : 0,
  }).format(Math.max(1, unit === "hour" ? ms / size : Math.round(ms / size)));
}

/** A capture time as the camera's clock had it: its offset is kept, and the reader's own zone is not asked. */
export function wallTime(iso: string, language: string, withTime = true): string {
  const parts = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?)?/.exec(iso);
  if (parts === null) return iso;
  const [year, month, day, hour, minute, second] = parts.slice(1).map((part) => Number(part ?? 0));
  const at = new Date(Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second));
  at.setUTCFullYear(year ?? 0);
  return dates(language, {
    dateStyle: "medium",
    ...(withTime && parts[4] !== undefined ? { timeStyle: "medium" as const } : {}),
    timeZone: "UTC",
  }).format(at);
}

/** A moment of this program, such as when a plan was carried out, in the reader's own zone. */
export function moment(iso: string, language: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  return dates(language, { dateStyle: "medium", timeStyle: "short" }).format(at);
}
