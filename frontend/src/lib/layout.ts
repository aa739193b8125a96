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
}

/** Room between photos, and below each for its words. */
export interface Spare {
  readonly gap: number;
  readonly caption: number;
}

/** Below this share of the lead's area, photos of a grid are too small to be compared. */
const TOO_SMALL = 0.2;
const STRIP = 112;

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
    return { kind: "lead", places: strip(aspects, width, height, lead, spare) };
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

function strip(aspects: readonly number[], width: number, height: number, lead: number, spare: Spare): Place[] {
  const { gap, caption } = spare;
  const large = fitted(aspects[lead] ?? 1, width, height - STRIP - gap - caption);
  const widths = aspects.map((aspect) => aspect * STRIP);
  const all = sum(widths) + gap * (aspects.length - 1);
  const shrink = Math.min(1, (width - gap * (aspects.length - 1)) / (all - gap * (aspects.length - 1)));
  const tall = Math.max(1, Math.floor(STRIP * shrink));
  let left = Math.max(0, (width - sum(widths) * shrink - gap * (aspects.length - 1)) / 2);
  return aspects.map((aspect, index) => {
    const wide = Math.max(1, Math.floor(tall * aspect));
    const small = { left: Math.round(left), top: height - STRIP + Math.round((STRIP - tall) / 2), width: wide, height: tall };
    left += wide + gap;
    if (index !== lead) return small;
    return {
      ...large,
      left: Math.round((width - large.width) / 2),
      top: Math.round((height - STRIP - gap - caption - large.height) / 2),
    };
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
