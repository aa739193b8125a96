import { expect, it } from "vitest";
import { counted, left, START } from "./pace";

it("tells the time left after five groups, by the median, without the pauses", () => {
  const times = [1_000, 3_000, 5_000, 7_000, 600_000, 602_000, 604_000, 609_000];
  const pace = times.reduce(counted, START);
  expect(pace.gaps).toEqual([2_000, 2_000, 2_000, 2_000, 2_000, 5_000]);
  expect(left(pace, 100)).toBe(200_000);
  expect(left(times.slice(0, 4).reduce(counted, START), 100)).toBeUndefined();
});
