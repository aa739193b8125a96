import { describe, expect, it } from "vitest";
import { fitted, layout, type Place } from "./layout";

const apart = (places: readonly Place[]): boolean =>
  places.every((a, i) =>
    places.every(
      (b, j) =>
        i >= j ||
        a.left + a.width <= b.left ||
        b.left + b.width <= a.left ||
        a.top + a.height <= b.top ||
        b.top + b.height <= a.top,
    ),
  );

describe("places of photos", () => {
  it("lays two landscapes beside or above each other, whichever is larger", () => {
    const wide = layout([1.5, 1.5], 1600, 700, 0).places;
    expect(wide[0]?.top).toBe(wide[1]?.top);
    const tall = layout([1.5, 1.5], 600, 1200, 0).places;
    expect(tall[0]?.left).toBe(tall[1]?.left);
  });

  it.each([1, 2, 3, 4, 5, 7])("keeps %d photos within the room, apart, in their own shape", (count) => {
    const aspects = Array.from({ length: count }, (_, i) => [1.5, 0.75, 1.33][i % 3] ?? 1);
    const { places } = layout(aspects, 1000, 700, 0);
    expect(places).toHaveLength(count);
    expect(apart(places)).toBe(true);
    places.forEach((place, index) => {
      expect(place.left).toBeGreaterThanOrEqual(0);
      expect(place.top).toBeGreaterThanOrEqual(0);
      expect(place.left + place.width).toBeLessThanOrEqual(1001);
      expect(place.top + place.height).toBeLessThanOrEqual(701);
      expect(Math.abs(place.width - place.height * (aspects[index] ?? 1))).toBeLessThan(3);
    });
  });

  it("shows one large and the rest in a strip when all alike would be small", () => {
    const found = layout(Array.from({ length: 12 }, () => 1.5), 1000, 700, 3);
    expect(found.kind).toBe("lead");
    const areas = found.places.map((place) => place.width * place.height);
    expect(Math.max(...areas)).toBe(areas[3]);
    expect(apart(found.places)).toBe(true);
  });

  it("leaves room for words below each", () => {
    const { places } = layout([1.5, 1.5, 1.5, 1.5], 900, 700, 0, { gap: 8, caption: 26 });
    const worded = places.map((place) => ({ ...place, height: place.height + 26 }));
    expect(apart(worded)).toBe(true);
    expect(Math.max(...worded.map((place) => place.top + place.height))).toBeLessThanOrEqual(701);
  });

  it("keeps the large one of a long strip in the middle", () => {
    const long = Array.from({ length: 60 }, () => 1.5);
    for (const lead of [0, 30, 59]) {
      const { places, hole } = layout(long, 1000, 700, lead);
      expect(apart(places)).toBe(true);
      expect(hole?.left).toBeGreaterThanOrEqual(0);
      expect((hole?.left ?? 0) + (hole?.width ?? 0)).toBeLessThanOrEqual(1000);
      expect(Math.max(...places.map((place) => place.top + place.height))).toBeLessThanOrEqual(700);
    }
  });

  it("shows four alike", () => {
    expect(layout([1.5, 1.5, 1.5, 1.5], 1000, 700, 0).kind).toBe("grid");
  });

  it("has no places in no room", () => {
    expect(layout([1], 0, 0, 0).places).toEqual([]);
    expect(fitted(2, 100, 100)).toEqual({ width: 100, height: 50 });
  });
});
