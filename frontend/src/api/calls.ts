// Every question that the page asks, in one place.

import type { Filters } from "../lib/filters";
import { api, told } from "./client";
import type { Band, NewJob } from "./types";

const match = (revision: number) => ({ "If-Match": String(revision) });

/** Filters as the server takes them: what does not narrow is left out. */
export function asked(filters: Filters) {
  return {
    ...(filters.kind.length > 0 && { kind: [...filters.kind] }),
    ...(filters.band.length > 0 && { band: [...filters.band] as Band[] }),
    ...(filters.person.length > 0 && { person: [...filters.person] }),
    ...(filters.year.length > 0 && { year: [...filters.year] }),
    ...(filters.folder !== "" && { folder: filters.folder }),
    ...(filters.confidence > 0 && { confidence: filters.confidence }),
    ...(filters.faces !== undefined && { faces: filters.faces }),
    ...(filters.reviewed !== undefined && { reviewed: filters.reviewed }),
    order: filters.order as "band",
  };
}

// groups

export const totals = () => told(api.GET("/api/v1/groups/totals"));

export const marks = (filters: Filters, step: number) =>
  told(api.GET("/api/v1/groups/marks", { params: { query: { ...asked(filters), step } } }));

export const rows = (filters: Filters, after: string | null, limit: number) =>
  told(
    api.GET("/api/v1/groups", {
      params: { query: { ...asked(filters), ...(after !== null && { after }), limit } },
    }),
  );

export const group = (id: string, filters: Filters) =>
  told(api.GET("/api/v1/groups/{group}", { params: { path: { group: id }, query: asked(filters) } }));

// decisions

export const decide = (id: string, revision: number, keep: number[], drop: number[]) =>
  told(
    api.PUT("/api/v1/groups/{group}/decision", {
      params: { path: { group: id }, header: match(revision) },
      body: { keep, drop },
    }),
  );

export const accept = (id: string, revision: number) =>
  told(
    api.POST("/api/v1/groups/{group}/accept", { params: { path: { group: id }, header: match(revision) } }),
  );

export const forget = (id: string, revision: number) =>
  told(
    api.DELETE("/api/v1/groups/{group}/decision", {
      params: { path: { group: id }, header: match(revision) },
    }),
  );

export const split = (id: string, revision: number, parts: number[][]) =>
  told(
    api.POST("/api/v1/groups/{group}/split", {
      params: { path: { group: id }, header: match(revision) },
      body: { parts },
    }),
  );

export const remove = (id: string, revision: number, photos: number[]) =>
  told(
    api.POST("/api/v1/groups/{group}/remove", {
      params: { path: { group: id }, header: match(revision) },
      body: { photos },
    }),
  );

export const merge = (groups: { id: string; revision: number }[]) =>
  told(api.POST("/api/v1/groups/merge", { body: { groups } }));

export const undo = (head: number) => told(api.POST("/api/v1/decisions/undo", { body: { head } }));
export const redo = (head: number) => told(api.POST("/api/v1/decisions/redo", { body: { head } }));

export const decisions = (after: string | null, limit = 100) =>
  told(api.GET("/api/v1/decisions", { params: { query: { ...(after !== null && { after }), limit } } }));

export const sample = (band: Band) =>
  told(api.GET("/api/v1/bands/{band}/sample", { params: { path: { band } } }));

export const acceptBand = (band: Band, drawn: string) =>
  told(api.POST("/api/v1/bands/{band}/accept", { params: { path: { band } }, body: { sample: drawn } }));

// plan, jobs, runs

export const plan = (after: number | null, limit = 200) =>
  told(api.GET("/api/v1/plan", { params: { query: { ...(after !== null && { after }), limit } } }));

export const jobs = (after: string | null) =>
  told(api.GET("/api/v1/jobs", { params: { query: { ...(after !== null && { after }), limit: 50 } } }));

export const start = (body: NewJob) => told(api.POST("/api/v1/jobs", { body }));

export const cancel = (job: number) =>
  told(api.POST("/api/v1/jobs/{job}/cancel", { params: { path: { job } } }));

export const resume = (job: number) =>
  told(api.POST("/api/v1/jobs/{job}/resume", { params: { path: { job } } }));

export const runs = (after: string | null) =>
  told(api.GET("/api/v1/runs", { params: { query: { ...(after !== null && { after }), limit: 50 } } }));

export const run = (id: number, after: number | null) =>
  told(
    api.GET("/api/v1/runs/{run}", {
      params: { path: { run: id }, query: { ...(after !== null && { after }), limit: 200 } },
    }),
  );

// what is known

export const status = () => told(api.GET("/api/v1/status"));
export const servers = () => told(api.GET("/api/v1/status/immich"));
export const settings = () => told(api.GET("/api/v1/settings"));

export const set = (name: string, value: string | number | boolean) =>
  told(api.PUT("/api/v1/settings/{name}", { params: { path: { name } }, body: { value } }));

export const preferences = () => told(api.GET("/api/v1/preferences"));
export const prefer = (values: Record<string, string>) =>
  told(api.PUT("/api/v1/preferences", { body: { values } }));

const page = (after: string | null) => ({
  params: { query: { ...(after !== null && { after }), limit: 100 } },
});

export const pairs = (after: string | null) => told(api.GET("/api/v1/folders/pairs", page(after)));

export const keepFolder = (pair: string, keep: "one" | "other") =>
  told(api.POST("/api/v1/folders/pairs/{pair}/keep", { params: { path: { pair } }, body: { keep } }));

export const weakDates = (after: string | null) => told(api.GET("/api/v1/dates/weak", page(after)));

export const setDate = (photo: number, date: string) =>
  told(api.PUT("/api/v1/photos/{photo}/date", { params: { path: { photo } }, body: { date } }));

export const unreadable = (after: string | null) => told(api.GET("/api/v1/unreadable", page(after)));
export const people = (after: string | null) => told(api.GET("/api/v1/people-sort/people", page(after)));

export const sortStatus = () => told(api.GET("/api/v1/people-sort/status"));
export const sortBatch = () => told(api.GET("/api/v1/people-sort/batch/status"));
export const sort = (dry: boolean) =>
  told(api.POST("/api/v1/people-sort/batch", { body: { people: [], dry_run: dry } }));

export const featurePlan = (after: number | null) =>
  told(api.GET("/api/v1/people-feature/plan", { params: { query: { ...(after !== null && { after }), limit: 200 } } }));

export const feature = (plan: string) => told(api.POST("/api/v1/people-feature/run", { body: { plan } }));

export const photo = (photo: number) =>
  told(api.GET("/api/v1/photos/{photo}", { params: { path: { photo } } }));

export const strip = (photo: number) =>
  told(api.GET("/api/v1/photos/{photo}/strip", { params: { path: { photo } } }));
