import { describe, expect, it } from "vitest";
import { about, corner, isCoarse, isWhole, onFace, panned, settled, WHOLE } from "./zoom";

describe("zoom and pan", () => {
  it("shows the whole picture from its corner", () => {
    expect(corner(WHOLE)).toEqual({ left: 0, top: 0 });
    expect(isWhole(WHOLE)).toBe(true);
  });

  it("never shows an empty border", () => {
    expect(settled({ scale: 2, x: 0, y: 1 })).toEqual({ scale: 2, x: 0.25, y: 0.75 });
    expect(corner({ scale: 2, x: 0, y: 1 })).toEqual({ left: 0, top: -1 });
    expect(settled({ scale: 0.1, x: 0.9, y: 0.1 })).toEqual(WHOLE);
  });

  it("keeps the point under the pointer where it is", () => {
    const before = { scale: 2, x: 0.5, y: 0.5 };
    const after = about(before, 2, 0.75, 0.25);
    const at = (view: typeof before, p: number, axis: "x" | "y") => view[axis] + (p - 0.5) / view.scale;
    expect(at(after, 0.75, "x")).toBeCloseTo(at(before, 0.75, "x"), 9);
    expect(at(after, 0.25, "y")).toBeCloseTo(at(before, 0.25, "y"), 9);
    expect(after.scale).toBe(4);
  });

  it("pans against the drag, by what is seen", () => {
    expect(panned({ scale: 4, x: 0.5, y: 0.5 }, 0.4, -0.4)).toEqual({ scale: 4, x: 0.4, y: 0.6 });
  });

  it("puts a face in the middle, the same size in each photo", () => {
    const small = onFace({ x: 0.6, y: 0.2, w: 0.05, h: 0.1 }, 1.5);
    expect(small.scale).toBeCloseTo(7.5);
    expect(small.x).toBeCloseTo(0.625);
    expect(small.y).toBeCloseTo(0.25);
    expect(onFace({ x: 0, y: 0, w: 1, h: 1 }, 1).scale).toBe(1);
    expect(onFace({ x: 0.5, y: 0.5, w: 0, h: 0 }, 1).scale).toBe(1);
  });

  it("knows when a preview is too coarse", () => {
    expect(isCoarse({ scale: 4, x: 0.5, y: 0.5 }, 2048, 800, 1)).toBe(true);
    expect(isCoarse(WHOLE, 2048, 800, 2)).toBe(false);
  });
});
