// Asking the server: typed by its OpenAPI document; what goes wrong becomes a `Trouble` with its words.

import createClient from "openapi-fetch";
import type { paths } from "../../made/schema";
import type { Problem } from "./types";

export const api = createClient<paths>({
  baseUrl: location.origin,
  credentials: "same-origin",
  // Several values of one filter: name=a&name=b, as FastAPI reads them.
  querySerializer: { array: { style: "form", explode: true } },
});

/** Something that the server could not do, in its own words. */
export class Trouble extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly next: string,
  ) {
    super(detail);
  }
}

interface Answer<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/** What the server answered; status 0 of a `Trouble` says that it did not answer at all. */
export async function told<T>(asked: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await asked;
  } catch {
    throw new Trouble(0, "", "");
  }
  if (answer.response.ok) return answer.data as T;
  const problem = (typeof answer.error === "object" ? answer.error : null) as Partial<Problem> | null;
  throw new Trouble(
    answer.response.status,
    problem?.detail ?? `${answer.response.status} ${answer.response.statusText}`,
    problem?.next ?? "",
  );
}
