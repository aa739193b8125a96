// Words in the language of the reader.

import { en, type Holes, type Key } from "../texts/en";
import { de } from "../texts/de";
import { chosen, worded } from "../texts/words";
import * as numbers from "../lib/numbers";

const TEXTS = { en, de };

export const tongue = $state({ language: chosen("auto", navigator.languages, Object.keys(TEXTS)) as "en" | "de" });

export function speak(wanted: string): void {
  tongue.language = chosen(wanted, navigator.languages, Object.keys(TEXTS)) as "en" | "de";
  document.documentElement.lang = tongue.language;
  document.documentElement.dir = "ltr";
}

type Filled<K extends Key> = [Holes<K>] extends [never] ? [] : [Readonly<Record<Holes<K>, string | number>>];

/** A text, with all its holes filled. */
export const t = <K extends Key>(key: K, ...values: Filled<K>): string =>
  worded(TEXTS[tongue.language][key], values[0] ?? {}, tongue.language);

/** A word of the server's that the page may have a text for, such as the name of a field. */
export function word(group: "kind" | "band" | "field" | "source" | "score", name: string): string {
  const key = `${group}.${name.replaceAll(" ", "_")}`;
  return key in en ? worded(TEXTS[tongue.language][key as Key], {}, tongue.language) : name.charAt(0).toUpperCase() + name.slice(1).replaceAll(/[-_]/g, " ");
}

export const bytes = (value: number): string => numbers.bytes(value, tongue.language);
export const count = (value: number): string => numbers.count(value, tongue.language);
export const span = (ms: number): string => numbers.span(ms, tongue.language);
export const wallTime = (iso: string, withTime = true): string =>
  numbers.wallTime(iso, tongue.language, withTime);
export const moment = (iso: string): string => numbers.moment(iso, tongue.language);
