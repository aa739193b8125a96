// What the page says: a line for the eyes, the same for screen readers, and errors that stay until read.

import { Trouble } from "../api/client";
import { t } from "./texts.svelte";

interface Wrong {
  readonly words: string;
  readonly next: string;
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
    const words = error.status === 0 ? t("offline") : error.status === 401 ? t("loginLost") : error.detail;
    notice.wrong = { words, next: error.next, status: error.status };
  } else {
    notice.wrong = { words: String(error), next: "", status: -1 };
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
