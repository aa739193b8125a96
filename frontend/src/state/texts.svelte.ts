// Words in the language of the reader.

import type { Holes, Key } from "../texts/en";
import type { Said } from "../api/types";
import { chosen, worded, type Catalogue, type Text } from "../texts/words";
import * as numbers from "../lib/numbers";

/** One piece for each language: who reads one of them loads no other. */
const LANGUAGES: Readonly<Record<string, () => Promise<{ readonly catalogue: Catalogue<Key> }>>> = {
  en: () => import("../texts/english"),
  de: () => import("../texts/german"),
};
/** Why something is refused: many evenings never ask for these. */
const REFUSALS: Readonly<Record<string, () => Promise<Readonly<Record<string, Text>>>>> = {
  de: () => import("../texts/refusals.de").then((loaded) => loaded.refusalsDe),
};

export const tongue = $state({ language: "", locale: "en" });
let catalogue = $state.raw<Catalogue<Key>>({ page: {} as Record<Key, Text>, said: {}, settings: {} });
let rarely = $state.raw<Readonly<Record<string, Text>>>({});
let asked = "";

/** Speak a language as soon as its texts are there; where they cannot be had, the one before stays. */
export async function speak(wanted: string): Promise<void> {
  asked = wanted;
  const language = chosen(wanted, navigator.languages, Object.keys(LANGUAGES));
  if (language !== tongue.language) {
    const loaded = await LANGUAGES[language]?.().catch(() => undefined);
    if (loaded === undefined || asked !== wanted) return;
    catalogue = loaded.catalogue;
    rarely = {};
    tongue.language = language;
  }
  // Numbers and dates as they are written where the reader lives.
  tongue.locale = navigator.languages.find((name) => name.toLowerCase().startsWith(language)) ?? language;
  document.documentElement.lang = language;
  document.documentElement.dir = "ltr";
}

type Filled<K extends Key> = [Holes<K>] extends [never] ? [] : [Readonly<Record<Holes<K>, string | number>>];

/** A text, with all its holes filled. */
export const t = <K extends Key>(key: K, ...values: Filled<K>): string =>
  worded(catalogue.page[key], values[0] ?? {}, tongue.locale);

/** A word of the server's that the page may have a text for, such as the name of a field. */
export function word(group: "kind" | "band" | "field" | "source" | "score" | "stage" | "verb", name: string): string {
  const key = `${group}.${name.replaceAll(" ", "_")}`;
  return key in catalogue.page ? worded(catalogue.page[key as Key], {}, tongue.locale) : name.charAt(0).toUpperCase() + name.slice(1).replaceAll(/[-_]/g, " ");
}

/** Have the texts that are rarely wanted; what is shown follows when they are there. */
async function learn(): Promise<void> {
  const of = catalogue;
  const loaded = await REFUSALS[tongue.language]?.().catch(() => undefined);
  if (loaded !== undefined && of === catalogue) rarely = loaded;
}

/** Numbers that are names: nobody writes photo 1,234. */
const NAMES = ["number", "run", "other", "process", "exit", "signal", "now", "seen"];

/** A reason in the language of the reader; what has no text in it is told in the server's words. */
export function told(said: Said): string {
  const text = catalogue.said[said.code] ?? rarely[said.code];
  if (text === undefined && said.code !== "") void learn();
  if (text === undefined) return said.words;
  const parts = Object.fromEntries(Object.entries(said.parts).map(([name, part]) => [name, told(part)]));
  const values: Record<string, string | number> = { ...said.values, ...parts };
  for (const hole of NAMES) if (typeof values[hole] === "number") values[hole] = String(values[hole]);
  // Names of scores, bands and kinds have texts of their own.
  for (const [hole, group] of [["part", "score"], ["band", "band"], ["kind", "kind"]] as const) {
    if (typeof values[hole] === "string") values[hole] = word(group, values[hole]);
  }
  return worded(text, values, tongue.locale);
}

/** What a setting means. */
export const meaning = (setting: { readonly name: string; readonly doc: string }): string =>
  catalogue.settings[setting.name] ?? setting.doc;

/** How many of a group stay and go. */
export function fates(keep: number, drop: number): string {
  if (drop === 0) return t("allStayHere");
  return keep === 0 ? t("allGoHere") : `${t("stay", { n: keep })}, ${t("go", { n: drop })}`;
}

export const bytes = (value: number): string => numbers.bytes(value, tongue.locale);
export const count = (value: number): string => numbers.count(value, tongue.locale);
export const span = (ms: number): string => numbers.span(ms, tongue.locale);
export const wallTime = (iso: string, withTime = true): string =>
  numbers.wallTime(iso, tongue.locale, withTime);
export const moment = (iso: string): string => numbers.moment(iso, tongue.locale);
