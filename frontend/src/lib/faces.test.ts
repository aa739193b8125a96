import { describe, expect, it } from "vitest";
import { crop, personAfter, rows, type Face } from "./faces";

const face = (person: number, size: number, best = false): Face => ({
  person,
  box: [0.4, 0.4, size, size],
  best,
});
const photo = (...faces: Face[]) => ({ faces, width: 3000, height: 2000 });

describe("rows of faces", () => {
  it("puts who is in most photos first, then the largest", () => {
    const found = rows([photo(face(1, 0.1), face(2, 0.2)), photo(face(2, 0.1), face(1, 0.1), face(3, 0.5))]);
    expect(found.map((row) => row.person)).toEqual([2, 1, 3]);
    expect(found[2]?.faces.map((one) => one?.person)).toEqual([undefined, 3]);
  });

  it("goes round the people", () => {
    const found = rows([photo(face(1, 0.3), face(2, 0.2))]);
    expect(personAfter(found, undefined)).toBe(1);
    expect(personAfter(found, 1)).toBe(2);
    expect(personAfter(found, 2)).toBe(1);
    expect(personAfter([], 1)).toBeUndefined();
  });
});

describe("a face in a window", () => {
  it("is in the middle and whole", () => {
    const { width, left, top } = crop({ x: 0.4, y: 0.4, w: 0.1, h: 0.15 }, 3000, 2000);
    expect(width).toBeCloseTo(3000 / 450);
    expect(left + 0.45 * width).toBeCloseTo(0.5);
    expect(top + 0.475 * (2000 / 450)).toBeCloseTo(0.5);
  });

  it("stays within the picture at its border", () => {
    const { left, top } = crop({ x: 0, y: 0, w: 0.1, h: 0.1 }, 2000, 2000);
    expect(left).toBeCloseTo(0);
    expect(top).toBeCloseTo(0);
  });

  it("shows all of a picture that is smaller than the window", () => {
    const { left, width } = crop({ x: 0, y: 0, w: 1, h: 1 }, 100, 100);
    expect(left).toBeCloseTo((1 - width) / 2);
  });
});
