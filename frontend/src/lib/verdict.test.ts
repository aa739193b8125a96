import { describe, expect, it } from "vitest";
import { judged, saying, staying, type Judged } from "./verdict";

const GROUP: readonly Judged[] = [
  { photo: 1, keep: true, proposed: true, said: null },
  { photo: 2, keep: false, proposed: false, said: null },
  { photo: 3, keep: true, proposed: false, said: true },
];

describe("what is said of photos", () => {
  it.each([
    ["keep", 2, [2, 3], [], [1, 2, 3]],
    ["reject", 1, [3], [1], [3]],
    ["reject", 3, [], [3], [1]],
    ["only", 2, [2], [1, 3], [2]],
    ["all", 2, [1, 2, 3], [], [1, 2, 3]],
  ] as const)("%s %d", (what, photo, keep, drop, stay) => {
    const verdict = saying(GROUP, photo, what);
    expect(verdict).toEqual({ keep, drop });
    const after = judged(GROUP, verdict);
    expect(after.filter((member) => member.keep).map((member) => member.photo)).toEqual(stay);
    expect(staying(after)).toBe(stay.length);
  });

  it("forgets with an empty verdict, and the proposal holds again", () => {
    const after = judged(GROUP, { keep: [], drop: [] });
    expect(after.map((member) => member.keep)).toEqual([true, false, false]);
    expect(after.map((member) => member.said)).toEqual([null, null, null]);
  });
});
