// Which rows of a long list are drawn, and which pages of it are asked for.

export interface Span {
  readonly from: number;
  /** Not included. */
  readonly to: number;
}

/** The most pixels that browsers give one element; a longer list is squeezed into it. */
export const TALLEST = 8_000_000;

/** How tall the scrolled area is. */
export function tall(rows: number, height: number): number {
  return Math.min(rows * height, TALLEST);
}

/** The row at the top of the view; in a squeezed list one pixel stands for more than one. */
export function topRow(rows: number, height: number, seen: number, scrolled: number): number {
  const room = tall(rows, height) - seen;
  if (rows * height <= TALLEST || room <= 0) return scrolled / height;
  return (scrolled / room) * Math.max(0, rows - seen / height);
}

/** Where to scroll so that a row stands at the top of the view. */
export function scrollFor(rows: number, height: number, seen: number, row: number): number {
  const room = Math.max(0, tall(rows, height) - seen);
  if (rows * height <= TALLEST) return Math.min(room, Math.max(0, row * height));
  const last = Math.max(1, rows - seen / height);
  return (Math.min(last, Math.max(0, row)) / last) * room;
}

/** The rows to draw: those in view and a few before and behind. */
export function drawn(rows: number, height: number, seen: number, scrolled: number, spare = 6): Span {
  const top = topRow(rows, height, seen, scrolled);
  const from = Math.max(0, Math.floor(top) - spare);
  return { from, to: Math.min(rows, Math.ceil(top + seen / height) + spare) };
}

/** Where a row is put within the scrolled area. */
export function offset(rows: number, height: number, seen: number, scrolled: number, row: number): number {
  if (rows * height <= TALLEST) return row * height;
  return scrolled + (row - topRow(rows, height, seen, scrolled)) * height;
}

/** The pages that a span of rows lies on. */
export function pages(span: Span, size: number): number[] {
  if (span.to <= span.from) return [];
  const first = Math.floor(span.from / size);
  const last = Math.floor((span.to - 1) / size);
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}
