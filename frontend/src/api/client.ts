// Asking the server: typed by its OpenAPI document; what goes wrong becomes a `Trouble` with its words.

import type { Client } from "openapi-fetch";
import type { paths } from "../../made/schema";
import type { Problem, Said } from "./types";

type Method = "GET" | "PUT" | "POST" | "DELETE";
type Value = string | number | boolean;

interface Asked {
  readonly params?: {
    readonly path?: Readonly<Record<string, Value>>;
    readonly query?: Readonly<Record<string, Value | readonly Value[]>>;
    readonly header?: Readonly<Record<string, string>>;
  };
  readonly body?: unknown;
}

interface Answer<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/** The address of a question: several values of one filter stand as name=a&name=b, as FastAPI reads them. */
export function address(path: string, { path: holes = {}, query = {} }: NonNullable<Asked["params"]> = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(holes[name])));
  const values = Object.entries(query).flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)]));
  return values.length === 0 ? filled : `${filled}?${new URLSearchParams(values)}`;
}

const asking =
  (method: Method) =>
  async (path: string, asked: Asked = {}): Promise<Answer<unknown>> => {
    const isSent = asked.body !== undefined;
    const response = await fetch(address(path, asked.params), {
      method,
      credentials: "same-origin",
      headers: { ...asked.params?.header, ...(isSent && { "Content-Type": "application/json" }) },
      ...(isSent && { body: JSON.stringify(asked.body) }),
    });
    if (response.ok) return { data: await response.json(), response };
    return { error: await response.json().catch(() => undefined), response };
  };

// The types are those of openapi-fetch; of what it does, the page needs these lines.
export const api = {
  GET: asking("GET"),
  PUT: asking("PUT"),
  POST: asking("POST"),
  DELETE: asking("DELETE"),
} as unknown as Pick<Client<paths>, Method>;

/** Words that have no code. */
export const spoken = (words: string): Said => ({ code: "", words, values: {}, parts: {} });

/** Something that the server could not do, in its own words. */
export class Trouble extends Error {
  constructor(
    readonly status: number,
    readonly detail: Said,
    readonly next: Said,
  ) {
    super(detail.words);
  }
}

/** A `Trouble` in the page's own words. */
export const trouble = (status: number, words = ""): Trouble => new Trouble(status, spoken(words), spoken(""));

/** What the server answered; status 0 of a `Trouble` says that it did not answer at all. */
export async function told<T>(asked: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await asked;
  } catch {
    throw trouble(0);
  }
  if (answer.response.ok) return answer.data as T;
  const problem = (typeof answer.error === "object" ? answer.error : null) as Partial<Problem> | null;
  throw new Trouble(
    answer.response.status,
    problem?.detail_said ?? spoken(`${answer.response.status} ${answer.response.statusText}`),
    problem?.next_said ?? spoken(""),
  );
}
