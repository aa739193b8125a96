// What is open and what is held down; gone with the next reload.

import type { Action } from "../lib/keys";
import { about } from "../lib/zoom";
import { complain, say } from "./notice.svelte";
import { review } from "./review.svelte";
import { go, isReviewing } from "./route.svelte";
import { t } from "./texts.svelte";

export const ui = $state({
  help: false,
  filters: false,
  details: true,
  boxes: false,
  film: false,
  flicker: false,
  /** The picture of ours that is shown before and after, by its number. */
  made: undefined as number | undefined,
  /** Whether pictures have all their pixels; slower, and only for those who look closely. */
  full: false,
  merge: false,
  decisions: false,
  /** Photos that are chosen to be split off; undefined while none are chosen. */
  chosen: undefined as ReadonlySet<number> | undefined,
  narrow: matchMedia("(max-width: 760px)").matches,
  medium: matchMedia("(max-width: 1240px)").matches,
});

matchMedia("(max-width: 1240px)").addEventListener("change", (event) => (ui.medium = event.matches));
matchMedia("(max-width: 760px)").addEventListener("change", (event) => (ui.narrow = event.matches));

const STEP = 1.5;
const CLOSE = 2.5;

export function choose(photo: number): void {
  const chosen = new Set(ui.chosen ?? []);
  if (!chosen.delete(photo)) chosen.add(photo);
  ui.chosen = chosen;
}

function chooseFocused(): void {
  if (review.focused !== undefined) choose(review.focused.photo);
}

function splitting(): void {
  const chosen = ui.chosen;
  if (chosen === undefined) {
    if (review.members.length > 1) ui.chosen = new Set();
  } else if (chosen.size === 0 || chosen.size === review.members.length) {
    ui.chosen = undefined;
  } else {
    ui.chosen = undefined;
    review.split([...chosen]).catch(complain);
  }
}

function leave(): void {
  if (ui.chosen !== undefined) ui.chosen = undefined;
  else if (ui.made !== undefined) ui.made = undefined;
  else if (ui.film) ui.film = false;
  else if (!review.isWhole) review.whole();
  else if (ui.filters) ui.filters = false;
}

/** What Keepers made of the photo, one after the other, then the photos again. */
function nextMade(): void {
  const made = review.focused?.made ?? [];
  if (made.length === 0) say(t("madeNone"));
  ui.made = made[made.findIndex((one) => one.photo === ui.made) + 1]?.photo;
}

function zoomed(factor: number): void {
  const member = review.focused;
  if (member !== undefined) review.look(about(review.viewOf(member), factor, 0.5, 0.5));
}

const REVIEWING: Partial<Record<Action, () => unknown>> = {
  previousPhoto: () => review.focus(review.at - 1),
  nextPhoto: () => review.focus(review.at + 1),
  previousGroup: () => void review.step(-1).catch(complain),
  nextGroup: () => void review.step(1).catch(complain),
  nextWaiting: () => void review.nextWaiting().catch(complain),
  keep: () => (ui.chosen === undefined ? review.decide("keep") : chooseFocused()),
  reject: () => ui.chosen === undefined && review.decide("reject"),
  only: () => ui.chosen === undefined && review.decide("only"),
  all: () => ui.chosen === undefined && review.decide("all"),
  suggested: () => ui.chosen === undefined && review.suggested(),
  accept: () => (ui.chosen === undefined ? void review.accept() : splitting()),
  undo: () => void review.back(false),
  redo: () => void review.back(true),
  zoom: () => (review.isWhole ? zoomed(CLOSE) : review.whole()),
  zoomIn: () => zoomed(STEP),
  zoomOut: () => zoomed(1 / STEP),
  whole: leave,
  face: () => review.lock(),
  nextFace: () => review.nextFace(),
  film: () => (ui.film = !ui.film),
  made: nextMade,
  full: () => {
    ui.full = !ui.full;
    say(t(ui.full ? "fullOn" : "fullOff"));
  },
  boxes: () => (ui.boxes = !ui.boxes),
  details: () => (ui.details = !ui.details),
  split: splitting,
  merge: () => (ui.merge = review.group !== undefined),
  remove: () => void review.removeFocused().catch(complain),
  filters: () => {
    ui.filters = true;
    requestAnimationFrame(() => document.getElementById("filters-button")?.focus());
  },
};

const ANYWHERE: Partial<Record<Action, () => void>> = {
  help: () => (ui.help = true),
  history: () => (ui.decisions = true),
};

/** Do what a key or a button stands for; whether there was something to do. */
export function act(action: Action): boolean {
  const deed = ANYWHERE[action] ?? (isReviewing() ? REVIEWING[action] : undefined);
  deed?.();
  if (deed === undefined && (action === "undo" || action === "redo")) return false;
  return deed !== undefined;
}

/** Look at one group, all its neighbours forgotten. */
export function openGroup(id: string): void {
  ui.decisions = false;
  go("/", new URLSearchParams({ show: "all", group: id }));
}
