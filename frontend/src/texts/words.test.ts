import { describe, expect, it } from "vitest";
import { de } from "./de";
import { en, type Key } from "./en";
import { chosen, worded } from "./words";

const holes = (text: (typeof en)[Key] | string): string[] =>
  [...JSON.stringify(text).matchAll(/\{(\w+)\}/g)].map((hole) => hole[1] ?? "").sort();

describe("the texts", () => {
  it("fill in the same in every language", () => {
    for (const key of Object.keys(en) as Key[]) {
      expect([key, new Set(holes(de[key] as string))]).toEqual([key, new Set(holes(en[key]))]);
      expect(typeof de[key]).toBe(typeof en[key]);
    }
  });

  it("choose the form by number and write numbers as the language does", () => {
    expect(worded(en.groups, { n: 1 }, "en")).toBe("1 group");
    expect(worded(en.groups, { n: 12_000 }, "en")).toBe("12,000 groups");
    expect(worded(de.groups, { n: 12_000 }, "de")).toBe("12.000 Gruppen");
  });

  it("leave a hole that nothing fills, and what looks like one in a name", () => {
    expect(worded("{a} {b}", { a: "{b}" }, "en")).toBe("{b} {b}");
  });

  it.each([
    ["auto", ["de-AT", "en"], "de"],
    ["auto", ["fr", "de"], "de"],
    ["auto", ["fr"], "en"],
    ["de", ["en"], "de"],
  ])("%s with %o is %s", (wanted, browser, found) => {
    expect(chosen(wanted, browser, ["en", "de"])).toBe(found);
  });
});
