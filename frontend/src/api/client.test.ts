import { afterEach, describe, expect, it, vi } from "vitest";
import { address, api, told, Trouble } from "./client";

const asked: [string, RequestInit][] = [];

function answers(status: number, body: unknown): void {
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    asked.push([path, init]);
    return Promise.resolve(new Response(JSON.stringify(body), { status }));
  });
}

afterEach(() => {
  asked.length = 0;
  vi.unstubAllGlobals();
});

describe("asking the server", () => {
  it("puts names into the address, and every value of a list", () => {
    const query = { kind: ["burst", "same-bytes"], folder: "/a b&c", confidence: 0.5 };
    expect(address("/api/v1/groups/{group}", { path: { group: "a/b?c" }, query })).toBe(
      "/api/v1/groups/a%2Fb%3Fc?kind=burst&kind=same-bytes&folder=%2Fa+b%26c&confidence=0.5",
    );
    expect(address("/api/v1/status")).toBe("/api/v1/status");
  });

  it("sends a body as JSON, and what was seen as a header", async () => {
    answers(200, { changed: 1 });
    const change = api.PUT("/api/v1/groups/{group}/decision", {
      params: { path: { group: "g" }, header: { "If-Match": "3" } },
      body: { keep: [1], drop: [2] },
    });
    expect(await told(change)).toEqual({ changed: 1 });
    const [path, init] = asked[0] ?? ["", {}];
    expect(path).toBe("/api/v1/groups/g/decision");
    expect(init.headers).toEqual({ "If-Match": "3", "Content-Type": "application/json" });
    expect(init.body).toBe('{"keep":[1],"drop":[2]}');
  });

  it("tells a refusal by its code, and one without a code by its status", async () => {
    const said = { code: "no-run", words: "there is no run 9", values: { number: 9 }, parts: {} };
    answers(404, { detail_said: said });
    const refused = told(api.GET("/api/v1/status")).catch((error: unknown) => error);
    expect(await refused).toMatchObject({ status: 404, detail: said });
    answers(502, "no problem document");
    const other = (await told(api.GET("/api/v1/status")).catch((error: unknown) => error)) as Trouble;
    expect(other).toBeInstanceOf(Trouble);
    expect(other.detail.words).toMatch(/^502/);
  });

  it("says by status 0 that nobody answered", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no route")));
    expect(await told(api.GET("/api/v1/status")).catch((error: unknown) => error)).toMatchObject({ status: 0 });
  });
});
