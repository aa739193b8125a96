// How a person likes the page: keys, colours, language. The server keeps it.

import * as calls from "../api/calls";
import { bindings, shown, type Remapped } from "../lib/keys";
import { trying } from "./notice.svelte";
import { speak, t } from "./texts.svelte";

export const prefs = $state({
  keys: {} as Remapped,
  single: true,
  theme: "auto",
  language: "auto",
});

export const mac = /mac|iphone|ipad/i.test(navigator.userAgent);

export const table = () => bindings(prefs.keys, prefs.single);

/** The key of an action as it is now; empty where it has none. */
export const keyOf = (action: string): string =>
  table().find((binding) => binding.action === action)?.key ?? "";

/** A key as it is written on the reader's keyboard. */
export const keyName = (key: string): string => shown(key, mac ? "⌘" : t("ctrl"), t("space"));

function used(): void {
  document.documentElement.classList.toggle("is-light", prefs.theme === "light");
  document.documentElement.classList.toggle("is-dark", prefs.theme === "dark");
  void speak(prefs.language);
}

function remapped(text: string | undefined): Remapped {
  try {
    const found: unknown = JSON.parse(text ?? "{}");
    if (typeof found !== "object" || found === null) return {};
    return Object.fromEntries(Object.entries(found).filter(([, key]) => typeof key === "string")) as Remapped;
  } catch {
    return {};
  }
}

export async function loadPrefs(): Promise<void> {
  const told = await calls.preferences();
  prefs.keys = remapped(told.values["keys"]);
  prefs.single = told.values["single"] !== "off";
  prefs.theme = told.values["theme"] ?? "auto";
  prefs.language = told.values["language"] ?? "auto";
  used();
}

export async function prefer(change: Partial<typeof prefs>): Promise<void> {
  Object.assign(prefs, change);
  used();
  await trying(() =>
    calls.prefer({
      keys: JSON.stringify(prefs.keys),
      single: prefs.single ? "on" : "off",
      theme: prefs.theme,
      language: prefs.language,
    }),
  );
}
