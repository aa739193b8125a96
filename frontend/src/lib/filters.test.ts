import { describe, expect, it } from "vitest";
import { active, read, toggled, USUAL, written, type Filters } from "./filters";

describe("filters in the address", () => {
  it("shows what waits when nothing is said", () => {
    expect(read(new URLSearchParams())).toEqual(USUAL);
    expect(written(USUAL).toString()).toBe("");
  });

  it.each<Partial<Filters>>([
    { reviewed: undefined },
    { reviewed: true, order: "largest" },
    { band: ["burst", "maybe"], kind: ["bracket"], person: ["Ann & Bo", "Çem"], year: [2019, 2024] },
    { folder: "/photos/2019 #1", confidence: 0.8, faces: false },
  ])("reads what it wrote: %o", (some) => {
    const filters = { ...USUAL, ...some };
    expect(read(new URLSearchParams(written(filters).toString()))).toEqual(filters);
  });

  it("passes over what makes no sense", () => {
    const query = new URLSearchParams("band=nonsense&year=x&confidence=7&order=up&show=what&faces=2");
    expect(read(query)).toEqual(USUAL);
  });

  it("counts what narrows the list", () => {
    expect(active(USUAL)).toBe(0);
    expect(active({ ...USUAL, band: ["burst"], faces: true, reviewed: undefined })).toBe(2);
  });

  it("adds and takes out", () => {
    expect(toggled(["a"], "b")).toEqual(["a", "b"]);
    expect(toggled(["a", "b"], "a")).toEqual(["b"]);
  });
});
