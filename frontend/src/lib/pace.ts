// How long the rest takes at the pace of this person: a median, so that a telephone call does not count.

/** Pauses longer than this are no work. */
const PAUSE_MS = 120_000;
const KEPT = 50;

export interface Pace {
  readonly last: number;
  readonly gaps: readonly number[];
}

export const START: Pace = { last: 0, gaps: [] };

/** One more group was accepted at `now`. */
export function counted(pace: Pace, now: number): Pace {
  const gap = now - pace.last;
  const gaps = pace.last > 0 && gap < PAUSE_MS ? [...pace.gaps, gap].slice(-KEPT) : pace.gaps;
  return { last: now, gaps };
}

/** Milliseconds for `waiting` more groups; undefined until five were seen. */
export function left(pace: Pace, waiting: number): number | undefined {
  if (pace.gaps.length < 5) return undefined;
  const sorted = [...pace.gaps].sort((a, b) => a - b);
  return (sorted[Math.floor(sorted.length / 2)] ?? 0) * waiting;
}
