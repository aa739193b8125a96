// Jobs as the server tells of them, as they go on.

import type { Job, Standing } from "../api/types";
import { say } from "./notice.svelte";
import { t, told } from "./texts.svelte";

export const jobs = $state({
  byId: {} as Record<number, Job>,
  /** Rises when a job ends: what is shown may be old then. */
  ended: 0,
});

const OVER = new Set(["done", "failed", "stopped"]);

export const isOver = (job: Job): boolean => OVER.has(job.state);

/** The latest first. */
export const listed = (): Job[] => Object.values(jobs.byId).sort((a, b) => b.id - a.id);

export const running = (): Job | undefined =>
  listed().find((job) => job.state === "running" || job.state === "queued");

export function learn(job: Job): void {
  const before = jobs.byId[job.id];
  jobs.byId[job.id] = job;
  if (before === undefined || isOver(before) || !isOver(job)) return;
  jobs.ended += 1;
  say(t("jobEnded", { title: told(job.title_said), state: t(`jobState.${job.state}`) }));
}

/** Listen until the page is left; the browser connects again by itself. */
export function listen(heard: (standing: Standing) => void): () => void {
  const source = new EventSource("/api/v1/jobs/events");
  source.addEventListener("review", (event: MessageEvent<string>) => heard(JSON.parse(event.data) as Standing));
  source.addEventListener("job", (event: MessageEvent<string>) => learn(JSON.parse(event.data) as Job));
  return () => source.close();
}
