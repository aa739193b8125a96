// How many photos lie beside each other: as large as they can be, each with its own aspect ratio.

export interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Layout {
  /** `grid`: all alike; `lead`: one large, the rest in a strip. */
  readonly kind: "grid" | "lead";
  readonly places: readonly Place[];
  /** Where in the strip the large one belongs. */
  readonly hole?: Place;
}

/** Room between photos, and below each for its words. */
export interface Spare {
  readonly gap: number;
  readonly caption: number;
}

/** Below this share of the lead's area, photos of a grid are too small to be compared. */
const TOO_SMALL = 0.2;
/** How tall the strip is; a longer one runs out at both ends, with the large one in its middle. */
const STRIP = 92;

/** The largest rectangle of an aspect ratio (width by height) within a room. */
export function fitted(aspect: number, width: number, height: number): { width: number; height: number } {
  const wide = Math.min(width, height * aspect);
  return { width: Math.floor(wide), height: Math.floor(wide / aspect) };
}

interface Cells {
  readonly columns: number;
  readonly rows: number;
  readonly area: number;
}

function cells(aspects: readonly number[], width: number, height: number, spare: Spare): Cells {
  const { gap, caption } = spare;
  let best: Cells = { columns: 1, rows: aspects.length, area: -1 };
  for (let columns = 1; columns <= aspects.length; columns++) {
    const rows = Math.ceil(aspects.length / columns);
    const w = (width - gap * (columns - 1)) / columns;
    const h = (height - gap * (rows - 1)) / rows - caption;
    if (w <= 0 || h <= 0) continue;
    const area = Math.min(
      ...aspects.map((aspect) => {
        const size = fitted(aspect, w, h);
        return size.width * size.height;
      }),
    );
    if (area > best.area) best = { columns, rows, area };
  }
  return best;
}

/** Places for photos in a room; `lead` is the one that is looked at, where not all can be large. */
export function layout(
  aspects: readonly number[],
  width: number,
  height: number,
  lead: number,
  spare: Spare = { gap: 8, caption: 0 },
): Layout {
  const { gap, caption } = spare;
  if (aspects.length === 0 || width <= 0 || height <= 0) return { kind: "grid", places: [] };
  const grid = cells(aspects, width, height, spare);
  const alone = fitted(aspects[lead] ?? 1, width, height - STRIP - gap - caption);
  if (aspects.length > 2 && grid.area < alone.width * alone.height * TOO_SMALL) {
    return strip(aspects, width, height, lead, spare);
  }
  return { kind: "grid", places: even(aspects, grid, width, height, spare) };
}

function even(aspects: readonly number[], grid: Cells, width: number, height: number, spare: Spare): Place[] {
  const { gap, caption } = spare;
  const w = (width - gap * (grid.columns - 1)) / grid.columns;
  const h = (height - gap * (grid.rows - 1)) / grid.rows - caption;
  const sizes = aspects.map((aspect) => fitted(aspect, w, h));
  const rows: (typeof sizes)[] = [];
  for (let at = 0; at < sizes.length; at += grid.columns) rows.push(sizes.slice(at, at + grid.columns));
  const heights = rows.map((row) => Math.max(...row.map((size) => size.height)) + caption);
  let top = (height - sum(heights) - gap * (rows.length - 1)) / 2;
  return rows.flatMap((row, index) => {
    const tall = heights[index] ?? 0;
    let left = (width - sum(row.map((size) => size.width)) - gap * (row.length - 1)) / 2;
    const places = row.map((size) => {
      const place = { ...size, left: Math.round(left), top: Math.round(top + (tall - caption - size.height) / 2) };
      left += size.width + gap;
      return place;
    });
    top += tall + gap;
    return places;
  });
}

function strip(aspects: readonly number[], width: number, height: number, lead: number, spare: Spare): Layout {
  const { gap, caption } = spare;
  const large = fitted(aspects[lead] ?? 1, width, height - STRIP - gap - caption);
  const widths = aspects.map((aspect) => Math.max(1, Math.round(STRIP * aspect)));
  const before = widths.map((_, index) => sum(widths.slice(0, index)) + gap * index);
  const all = sum(widths) + gap * (widths.length - 1);
  const middle = (before[lead] ?? 0) + (widths[lead] ?? 0) / 2;
  const start = all <= width ? (width - all) / 2 : Math.min(0, Math.max(width - all, width / 2 - middle));
  const slots = widths.map((wide, index) => ({
    left: Math.round(start + (before[index] ?? 0)),
    top: height - STRIP,
    width: wide,
    height: STRIP,
  }));
  const shown = {
    ...large,
    left: Math.round((width - large.width) / 2),
    top: Math.round((height - STRIP - gap - caption - large.height) / 2),
  };
  const places = slots.map((slot, index) => (index === lead ? shown : slot));
  const hole = slots[lead];
  return hole === undefined ? { kind: "lead", places } : { kind: "lead", places, hole };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
