import { describe, expect, it } from "vitest";
import { BINDINGS, bindings, clash, find, isOwn, isSingle, isTyping, named, shown, type Stroke } from "./keys";

const press = (key: string, more: Partial<Stroke> = {}): Stroke => ({
  key,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...more,
});

describe("the table of keys", () => {
  it("gives each key to one action", () => {
    expect(new Set(BINDINGS.map((binding) => binding.key)).size).toBe(BINDINGS.length);
  });

  it.each([
    [press("p"), "keep"],
    [press("P", { shiftKey: true }), "only"],
    [press("P"), "keep"], // caps lock
    [press("z", { ctrlKey: true }), "undo"],
    [press("Z", { metaKey: true, shiftKey: true }), "redo"],
    [press("?", { shiftKey: true }), "help"],
    [press("="), "zoomIn"],
    [press("Enter"), "accept"],
    [press("ArrowDown"), "nextGroup"],
  ])("%o is %s", (stroke, action) => {
    expect(find(stroke, bindings())?.action).toBe(action);
  });

  it("leaves Alt and unknown keys to the browser", () => {
    expect(find(press("p", { altKey: true }), bindings())).toBeUndefined();
    expect(find(press("p", { ctrlKey: true }), bindings())).toBeUndefined();
    expect(named(press("F5"))).toBe("F5");
  });

  it("can be remapped", () => {
    const table = bindings({ keep: "k" });
    expect(find(press("k"), table)?.action).toBe("keep");
    expect(find(press("p"), table)).toBeUndefined();
  });

  it("can do without single keys and keeps the others", () => {
    const actions = bindings({}, false).map((binding) => binding.action);
    expect(actions).not.toContain("keep");
    expect(actions).not.toContain("help");
    expect(actions).toEqual(expect.arrayContaining(["accept", "undo", "redo", "nextGroup"]));
  });

  it("names the action that has a key already", () => {
    expect(clash("keep", "x", {})).toBe("reject");
    expect(clash("keep", "p", {})).toBeUndefined();
    expect(clash("keep", "x", { reject: "y" })).toBeUndefined();
  });

  it.each([
    ["p", true],
    ["Shift+P", true],
    ["?", true],
    ["Enter", false],
    ["ArrowLeft", false],
    ["Mod+Z", false],
  ])("%s alone is a single key: %s", (key, single) => expect(isSingle(key)).toBe(single));
});

describe("who a key belongs to", () => {
  it.each([
    [{ tagName: "INPUT", type: "search" }, true],
    [{ tagName: "INPUT", type: "checkbox" }, false],
    [{ tagName: "TEXTAREA" }, true],
    [{ tagName: "SELECT" }, true],
    [{ tagName: "DIV", isContentEditable: true }, true],
    [{ tagName: "BUTTON" }, false],
    [null, false],
  ])("%o is typed in: %s", (focused, typing) => expect(isTyping(focused)).toBe(typing));

  it("leaves Enter to a button and arrows to a slider", () => {
    expect(isOwn("Enter", { tagName: "BUTTON" })).toBe(true);
    expect(isOwn("ArrowLeft", { tagName: "BUTTON" })).toBe(false);
    expect(isOwn("ArrowLeft", { tagName: "INPUT", type: "range" })).toBe(true);
    expect(isOwn("p", { tagName: "BUTTON" })).toBe(false);
  });
});

it.each([
  ["Mod+Shift+Z", "Ctrl", "Ctrl+⇧+Z"],
  ["Mod+Shift+Z", "Strg", "Strg+⇧+Z"],
  ["Mod+Shift+Z", "⌘", "⌘⇧Z"],
  ["ArrowLeft", "Ctrl", "←"],
  ["+", "Ctrl", "+"],
  ["p", "Ctrl", "P"],
  [" ", "Ctrl", "Space"],
  ["Escape", "Ctrl", "Esc"],
])("%s where Ctrl is %s reads %s", (key, ctrl, words) => expect(shown(key, ctrl)).toBe(words));
