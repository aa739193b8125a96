// What the list is narrowed to, as the address of the page states it.

export interface Filters {
  readonly kind: readonly string[];
  readonly band: readonly string[];
  readonly person: readonly string[];
  readonly year: readonly number[];
  readonly folder: string;
  readonly confidence: number;
  readonly faces: boolean | undefined;
  /** false: those that wait; undefined: all. */
  readonly reviewed: boolean | undefined;
  readonly order: string;
}

export const BANDS = ["exact-copy", "same-pixels", "same-picture", "burst", "maybe"] as const;
export const ORDERS = ["band", "newest", "oldest", "largest"] as const;

/** What is shown when the address says nothing: all that waits, the surest first. */
export const USUAL: Filters = {
  kind: [],
  band: [],
  person: [],
  year: [],
  folder: "",
  confidence: 0,
  faces: undefined,
  reviewed: false,
  order: "band",
};

const SHOWS: Readonly<Record<string, boolean | undefined>> = { waiting: false, reviewed: true, all: undefined };

export function read(query: URLSearchParams): Filters {
  const show = query.get("show") ?? "waiting";
  const faces = query.get("faces");
  const confidence = Number(query.get("confidence") ?? 0);
  const order = query.get("order") ?? "band";
  return {
    kind: query.getAll("kind"),
    band: query.getAll("band").filter((band) => (BANDS as readonly string[]).includes(band)),
    person: query.getAll("person"),
    year: query.getAll("year").map(Number).filter(Number.isInteger),
    folder: query.get("folder") ?? "",
    confidence: confidence >= 0 && confidence <= 1 ? confidence : 0,
    faces: faces === "with" ? true : faces === "without" ? false : undefined,
    reviewed: show in SHOWS ? SHOWS[show] : false,
    order: (ORDERS as readonly string[]).includes(order) ? order : "band",
  };
}

/** The part of an address that states filters; what is as usual is left out. */
export function written(filters: Filters): URLSearchParams {
  const query = new URLSearchParams();
  if (filters.reviewed !== false) query.set("show", filters.reviewed === true ? "reviewed" : "all");
  for (const name of ["band", "kind", "person", "year"] as const) {
    for (const value of filters[name]) query.append(name, String(value));
  }
  if (filters.folder !== "") query.set("folder", filters.folder);
  if (filters.confidence > 0) query.set("confidence", String(filters.confidence));
  if (filters.faces !== undefined) query.set("faces", filters.faces ? "with" : "without");
  if (filters.order !== "band") query.set("order", filters.order);
  return query;
}

/** How many filters narrow the list, apart from what is reviewed and the order. */
export function active(filters: Filters): number {
  const lists = [filters.kind, filters.band, filters.person, filters.year].filter((list) => list.length > 0);
  const singles = [filters.folder !== "", filters.confidence > 0, filters.faces !== undefined];
  return lists.length + singles.filter(Boolean).length;
}

/** The same list with a value added, or taken out where it was in. */
export function toggled<T>(list: readonly T[], value: T): T[] {
  return list.includes(value) ? list.filter((one) => one !== value) : [...list, value];
}
