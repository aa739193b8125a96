// The keys of the page, in one table: what is pressed, what the help shows and what the settings change.

export interface Stroke {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

export interface Binding {
  readonly action: Action;
  readonly key: string;
  readonly part: Part;
  /** Acts while it is held down. */
  readonly held?: boolean;
}

export type Part = "move" | "decide" | "look" | "group" | "page";

export const BINDINGS = [
  { action: "previousPhoto", key: "ArrowLeft", part: "move" },
  { action: "nextPhoto", key: "ArrowRight", part: "move" },
  { action: "previousGroup", key: "ArrowUp", part: "move" },
  { action: "nextGroup", key: "ArrowDown", part: "move" },
  { action: "nextWaiting", key: "j", part: "move" },
  { action: "keep", key: "p", part: "decide" },
  { action: "reject", key: "x", part: "decide" },
  { action: "only", key: "Shift+P", part: "decide" },
  { action: "all", key: "a", part: "decide" },
  { action: "suggested", key: "u", part: "decide" },
  { action: "accept", key: "Enter", part: "decide" },
  { action: "undo", key: "Mod+Z", part: "decide" },
  { action: "redo", key: "Mod+Shift+Z", part: "decide" },
  { action: "zoom", key: "z", part: "look" },
  { action: "zoomIn", key: "+", part: "look" },
  { action: "zoomOut", key: "-", part: "look" },
  { action: "whole", key: "Escape", part: "look" },
  { action: "face", key: "f", part: "look" },
  { action: "nextFace", key: "g", part: "look" },
  { action: "flicker", key: "v", part: "look", held: true },
  { action: "film", key: "l", part: "look" },
  { action: "made", key: "c", part: "look" },
  { action: "full", key: "o", part: "look" },
  { action: "boxes", key: "b", part: "look" },
  { action: "details", key: "i", part: "look" },
  { action: "split", key: "s", part: "group" },
  { action: "merge", key: "m", part: "group" },
  { action: "remove", key: "r", part: "group" },
  { action: "filters", key: "/", part: "page" },
  { action: "history", key: "h", part: "page" },
  { action: "help", key: "?", part: "page" },
] as const satisfies readonly { action: string; key: string; part: Part; held?: boolean }[];

export type Action = (typeof BINDINGS)[number]["action"];
export type Remapped = Readonly<Record<string, string>>;

/** A letter, digit or sign that works without Ctrl, Alt or Meta (WCAG 2.1.4). */
export function isSingle(key: string): boolean {
  return [...key.replace(/^Shift\+/, "")].length === 1;
}

/** The table as the user wants it: `remapped` names other keys, `single` says whether single keys work at all. */
export function bindings(remapped: Remapped = {}, single = true): readonly Binding[] {
  return BINDINGS.map((binding): Binding => ({ ...binding, key: remapped[binding.action] ?? binding.key })).filter(
    (binding) => single || !isSingle(binding.key),
  );
}

/** The name of what was pressed, in the form of the table. */
export function named(stroke: Stroke): string {
  const letter = [...stroke.key].length === 1 && stroke.key.toLowerCase() !== stroke.key.toUpperCase();
  const mod = stroke.ctrlKey || stroke.metaKey;
  if (stroke.altKey) return "";
  if (mod) return `Mod+${stroke.shiftKey ? "Shift+" : ""}${letter ? stroke.key.toUpperCase() : stroke.key}`;
  if (!letter) return stroke.key === "=" ? "+" : stroke.key === "_" ? "-" : stroke.key;
  return stroke.shiftKey ? `Shift+${stroke.key.toUpperCase()}` : stroke.key.toLowerCase();
}

export function find(stroke: Stroke, table: readonly Binding[]): Binding | undefined {
  const name = named(stroke);
  return name === "" ? undefined : table.find((binding) => binding.key === name);
}

export interface Focused {
  readonly tagName: string;
  readonly type?: string | undefined;
  readonly isContentEditable?: boolean | undefined;
}

const QUIET_INPUTS = new Set(["checkbox", "radio", "range", "button", "submit", "reset"]);

/** Whether keys belong to what has the focus: somebody is typing there. */
export function isTyping(focused: Focused | null): boolean {
  if (focused === null) return false;
  if (focused.isContentEditable === true) return true;
  if (focused.tagName === "TEXTAREA" || focused.tagName === "SELECT") return true;
  return focused.tagName === "INPUT" && !QUIET_INPUTS.has(focused.type ?? "text");
}

/** Whether Enter, space and arrows belong to what has the focus, such as a button. */
export function isOwn(key: string, focused: Focused | null): boolean {
  if (focused === null) return false;
  if (isTyping(focused)) return true;
  if (key === "Enter" || key === " ") return ["BUTTON", "A", "SUMMARY", "INPUT"].includes(focused.tagName);
  return key.startsWith("Arrow") && (focused.tagName === "INPUT" || focused.tagName === "VIDEO");
}

/** Why a key cannot be given to an action; undefined where it can. */
export function clash(action: Action, key: string, remapped: Remapped): Action | undefined {
  return bindings(remapped).find((binding) => binding.key === key && binding.action !== action)?.action;
}

const SHOWN: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Enter: "⏎",
  Escape: "Esc",
};

/** A key as people read it, in their names for Ctrl and the space bar; signs of a Mac stand side by side. */
export function shown(key: string, ctrl = "Ctrl", space = "Space"): string {
  return key
    .split(/\+(?=.)/)
    .map((part) => {
      if (part === "Mod") return ctrl;
      if (part === " ") return space;
      if (part === "Shift") return "⇧";
      return SHOWN[part] ?? (part.length === 1 ? part.toUpperCase() : part);
    })
    .join(ctrl === "⌘" ? "" : "+");
}
