// Words in the language of the reader.

import { en, type Holes, type Key } from "../texts/en";
import { de } from "../texts/de";
import { reasonsDe } from "../texts/reasons.de";
import type { Said } from "../api/types";
import { chosen, worded } from "../texts/words";
import * as numbers from "../lib/numbers";

const TEXTS = { en, de };

export const tongue = $state({ language: "en" as "en" | "de", locale: "en" });

export function speak(wanted: string): void {
  const language = chosen(wanted, navigator.languages, Object.keys(TEXTS)) as "en" | "de";
  tongue.language = language;
  // Numbers and dates as they are written where the reader lives.
  tongue.locale = navigator.languages.find((name) => name.toLowerCase().startsWith(language)) ?? language;
  document.documentElement.lang = tongue.language;
  document.documentElement.dir = "ltr";
}
speak("auto");

type Filled<K extends Key> = [Holes<K>] extends [never] ? [] : [Readonly<Record<Holes<K>, string | number>>];

/** A text, with all its holes filled. */
export const t = <K extends Key>(key: K, ...values: Filled<K>): string =>
  worded(TEXTS[tongue.language][key], values[0] ?? {}, tongue.locale);

/** A word of the server's that the page may have a text for, such as the name of a field. */
export function word(group: "kind" | "band" | "field" | "source" | "score" | "stage" | "verb" | "jobKind", name: string): string {
  const key = `${group}.${name.replaceAll(" ", "_")}`;
  return key in en ? worded(TEXTS[tongue.language][key as Key], {}, tongue.locale) : name.charAt(0).toUpperCase() + name.slice(1).replaceAll(/[-_]/g, " ");
}

/** A reason in the language of the reader; what has no text in it is told in the server's words. */
export function told(said: Said): string {
  const text = tongue.language === "de" ? reasonsDe[said.code] : undefined;
  if (text === undefined) return said.words;
  const parts = Object.fromEntries(Object.entries(said.parts).map(([name, part]) => [name, told(part)]));
  const values: Record<string, string | number> = { ...said.values, ...parts };
  // Names of scores and bands have texts of their own.
  for (const hole of ["part", "band"] as const) {
    if (typeof values[hole] === "string") values[hole] = word(hole === "part" ? "score" : "band", values[hole]);
  }
  return worded(text, values, tongue.locale);
}

/** What a job is called; a scan and an undo say what of. */
export const jobTitle = (job: { readonly kind: string; readonly title: string }): string =>
  `jobKind.${job.kind}` in en ? word("jobKind", job.kind) : job.title;

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
