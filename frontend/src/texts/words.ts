// Filling in and choosing forms, apart from where the texts come from.

import { count, isOne } from "../lib/numbers";

/** A text with holes such as `{name}`; a pair of forms is chosen by `n`. */
export type Text = string | { readonly one: string; readonly other: string };

/** All texts of one language: the page's own, and what the server says by codes (English words come with it). */
export interface Catalogue<Key extends string> {
  readonly page: Readonly<Record<Key, Text>>;
  readonly said: Readonly<Record<string, Text>>;
  /** What the settings mean. */
  readonly settings: Readonly<Record<string, string>>;
}

export type Values = Readonly<Record<string, string | number>>;

export function worded(text: Text, values: Values, language: string): string {
  const form =
    typeof text === "string"
      ? text
      : isOne(Number(values["n"] ?? 0), language)
        ? text.one
        : text.other;
  return form.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? count(value, language) : value;
  });
}

/** The language to show: what was chosen, or the first of the browser's that there is. */
export function chosen(wanted: string, browser: readonly string[], there: readonly string[]): string {
  const names = wanted === "auto" ? browser : [wanted];
  return names.map((name) => name.slice(0, 2).toLowerCase()).find((name) => there.includes(name)) ?? "en";
}
