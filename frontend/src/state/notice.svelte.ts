// What the page says: a line for the eyes, the same for screen readers, and errors that stay until read.

import { spoken, Trouble } from "../api/client";
import type { Said } from "../api/types";
import { t } from "./texts.svelte";

interface Wrong {
  readonly words: Said;
  readonly next: Said;
  readonly status: number;
}

export const notice = $state({ line: "", wrong: undefined as Wrong | undefined, shown: false });

const SHOWN_MS = 4000;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Tell those who cannot see it what the others see anyway. */
export function tell(line: string): void {
  // The same words twice would not be read out a second time.
  notice.line = line === notice.line ? `${line}\u00a0` : line;
  notice.shown = false;
}

/** Say something in passing. */
export function say(line: string): void {
  tell(line);
  notice.shown = true;
  clearTimeout(timer);
  timer = setTimeout(() => (notice.shown = false), SHOWN_MS);
}

/** Say what went wrong, until it is closed. */
export function complain(error: unknown): void {
  if (error instanceof Trouble) {
    const known = error.status === 0 ? t("offline") : error.status === 401 ? t("loginLost") : "";
    notice.wrong = { words: known === "" ? error.detail : spoken(known), next: error.next, status: error.status };
  } else {
    notice.wrong = { words: spoken(String(error)), next: spoken(""), status: -1 };
  }
}

/** Do something; what goes wrong is said. */
export async function trying<T>(what: () => Promise<T>): Promise<T | undefined> {
  try {
    return await what();
  } catch (error) {
    complain(error);
    return undefined;
  }
}
