import { expect, it } from "vitest";
import { gesture } from "./swipe";

it.each([
  [0, 0, 100, "tap"],
  [3, -4, 500, "hold"],
  [-120, 10, 200, "left"],
  [120, -20, 200, "right"],
  [10, -120, 200, "up"],
  [0, 90, 200, "down"],
  [60, 60, 200, "none"],
  [20, 0, 200, "none"],
])("(%d, %d) in %d ms is %s", (x, y, ms, found) => {
  expect(gesture({ x: 0, y: 0, at: 0 }, { x, y, at: ms })).toBe(found);
});
