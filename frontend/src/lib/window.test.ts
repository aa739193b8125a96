import { describe, expect, it } from "vitest";
import { drawn, offset, pages, scrollFor, tall, TALLEST, topRow } from "./window";

const HEIGHT = 64;
const SEEN = 640;

describe("a list of 100,000 rows", () => {
  it("draws what is seen and a little more", () => {
    expect(drawn(100_000, HEIGHT, SEEN, 0)).toEqual({ from: 0, to: 16 });
    const span = drawn(100_000, HEIGHT, SEEN, scrollFor(100_000, HEIGHT, SEEN, 90_000));
    expect(span.from).toBe(89_994);
    expect(span.to).toBeLessThan(90_020);
  });

  it.each([0, 1, 250, 99_990, 99_999])("finds row %d again", (row) => {
    const at = scrollFor(100_000, HEIGHT, SEEN, row);
    const top = topRow(100_000, HEIGHT, SEEN, at);
    expect(top).toBeLessThanOrEqual(row + 0.001);
    expect(top + SEEN / HEIGHT).toBeGreaterThanOrEqual(row);
  });

  it("reaches the last row of a list that no browser could hold", () => {
    const rows = 2_000_000;
    expect(tall(rows, HEIGHT)).toBe(TALLEST);
    const end = TALLEST - SEEN;
    expect(drawn(rows, HEIGHT, SEEN, end).to).toBe(rows);
    const top = topRow(rows, HEIGHT, SEEN, end);
    expect(offset(rows, HEIGHT, SEEN, end, rows - 1) + HEIGHT).toBeCloseTo(end + SEEN);
    expect(top).toBeCloseTo(rows - SEEN / HEIGHT);
  });

  it("asks for the pages of a span", () => {
    expect(pages({ from: 0, to: 16 }, 200)).toEqual([0]);
    expect(pages({ from: 195, to: 405 }, 200)).toEqual([0, 1, 2]);
    expect(pages({ from: 400, to: 400 }, 200)).toEqual([]);
  });

  it("draws nothing of an empty list", () => {
    expect(drawn(0, HEIGHT, SEEN, 0)).toEqual({ from: 0, to: 0 });
  });
});
