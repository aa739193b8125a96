// Numbers as people of a language write them.

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

export function bytes(count: number, language: string): string {
  let value = Math.max(0, count);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: UNITS[unit] ?? "byte",
    unitDisplay: unit === 0 ? "long" : "short",
    maximumFractionDigits: value < 10 && unit > 0 ? 1 : 0,
  }).format(value);
}

export function count(value: number, language: string): string {
  return new Intl.NumberFormat(language).format(value);
}

/** A span of time in its largest unit: 40 sec, 3 min, 2 hr. */
export function span(ms: number, language: string): string {
  const steps = [
    ["hour", 3_600_000],
    ["minute", 60_000],
  ] as const;
  const [unit, size] = steps.find(([, size]) => ms >= size) ?? (["second", 1000] as const);
  return new Intl.NumberFormat(language, {
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
  return new Intl.DateTimeFormat(language, {
    dateStyle: "medium",
    ...(withTime && parts[4] !== undefined ? { timeStyle: "medium" as const } : {}),
    timeZone: "UTC",
  }).format(at);
}

/** A moment of this program, such as when a plan was carried out, in the reader's own zone. */
export function moment(iso: string, language: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(at);
}
