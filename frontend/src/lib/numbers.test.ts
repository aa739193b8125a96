import { describe, expect, it } from "vitest";
import { bytes, count, span, wallTime } from "./numbers";

describe("numbers in words", () => {
  it.each([
    [0, "en", "0 bytes"],
    [999, "en", "999 bytes"],
    [1_234_567, "en", "1.2 MB"],
    [45_600_000, "en", "46 MB"],
    [1_234_567, "de", "1,2 MB"],
    [999_999_999, "en", "1 GB"],
  ])("%d in %s is %s", (value, language, words) => expect(bytes(value, language)).toBe(words));

  it.each([
    [400, "1 sec"],
    [42_000, "42 sec"],
    [150_000, "3 min"],
    [5_400_000, "1.5 hr"],
  ])("%d ms is %s", (ms, words) => expect(span(ms, "en")).toBe(words));

  it("groups thousands", () => expect(count(1_000_000, "de")).toBe("1.000.000"));

  it("keeps the camera's clock, wherever the reader is", () => {
    expect(wallTime("2024-06-15T23:30:05+09:00", "en")).toBe("Jun 15, 2024, 11:30:05 PM");
    expect(wallTime("2024-06-15", "en")).toBe("Jun 15, 2024");
    expect(wallTime("unknown", "en")).toBe("unknown");
  });
});
