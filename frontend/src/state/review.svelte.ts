// The review: which group is looked at, what is said of it, how it is zoomed; saved at once, one after the other.

import * as calls from "../api/calls";
import { Trouble, trouble } from "../api/client";
import type { Changed, Group, GroupRow, Standing, Totals } from "../api/types";
import { read, written, type Filters } from "../lib/filters";
import { counted, left, START, type Pace } from "../lib/pace";
import { judged, saying, type Saying } from "../lib/verdict";
import { Known, warm } from "./known";
import { Looking } from "./looking.svelte";
import { complain, say, tell } from "./notice.svelte";
import { isReviewing, replace, route } from "./route.svelte";
import { Rows } from "./rows.svelte";
import { t, told } from "./texts.svelte";

const AHEAD = 2;
const MOST_AHEAD = 8;
const LOOKED_THROUGH = 2000;

export class Review extends Looking {
  rows = $state.raw(new Rows(read(new URLSearchParams())));
  index = $state(-1);
  missing = $state(false);
  begun = $state(false);
  saving = $state(0);
  canUndo = $state(false);
  canRedo = $state(false);
  totals = $state.raw<Totals | undefined>();
  pace = $state.raw<Pace>(START);
  private head = 0;
  /** That of the review as it was last seen here. */
  private revision = 0;
  private known = new Known();
  private last: Promise<unknown> = Promise.resolve();
  private beginning: Promise<unknown> = Promise.resolve();
  private wanted = "";
  /** Rises with every group that is gone to. */
  private moves = 0;

  get filters(): Filters {
    return this.rows.filters;
  }

  get timeLeft(): number | undefined {
    const totals = this.totals;
    return totals === undefined ? undefined : left(this.pace, totals.groups - totals.reviewed);
  }

  /** Begin where the address says. */
  begin(): Promise<void> {
    this.begun = true;
    const beginning = this.begunAnew();
    this.beginning = beginning;
    return beginning;
  }

  private async begunAnew(): Promise<void> {
    const query = route.query;
    const rows = new Rows(read(query));
    this.rows = rows;
    this.known.forget();
    this.missing = false;
    const wanted = query.get("group") ?? "";
    this.wanted = wanted;
    if (wanted === "") this.group = undefined;
    try {
      const opening =
        wanted === ""
          ? rows.load().then(() => (rows === this.rows ? this.openRow(0) : undefined))
          : Promise.all([rows.load(), this.open(wanted, Number(query.get("photo") ?? 0))]);
      // All at once: the first group must not wait for the numbers.
      await Promise.all([opening, this.count(), this.remember()]);
      if (wanted !== "" && rows === this.rows) this.index = rows.indexOf(this.group?.row.id ?? "");
    } catch (error) {
      complain(error);
    }
  }

  /** The address says what is shown; who follows it begins anew. */
  filter(filters: Filters): void {
    this.group = undefined;
    this.wanted = "";
    replace(written(filters));
  }

  /** Whether the address asks for other groups than these. */
  isElsewhere(query: URLSearchParams): boolean {
    const group = query.get("group");
    if (written(read(query)).toString() !== written(this.filters).toString()) return true;
    return group === null ? this.wanted !== "" : group !== this.wanted;
  }

  async count(): Promise<void> {
    this.totals = await calls.totals();
  }

  private async remember(): Promise<void> {
    const told = await calls.decisions(null, 1);
    this.head = told.head;
    this.revision = told.revision;
    this.canUndo = told.can_undo;
    this.canRedo = told.can_redo;
  }

  // ------------------------------------------------------------ going about

  async openRow(index: number): Promise<void> {
    if (index < 0 || index >= this.rows.total) return;
    this.index = index;
    this.moves += 1;
    await this.rows.ensure({ from: index, to: index + 1 });
    const row = this.rows.row(index);
    if (row !== undefined && this.index === index) await this.open(row.id);
  }

  async open(id: string, photo = 0): Promise<void> {
    this.wanted = id;
    this.moves += 1;
    this.missing = false;
    try {
      const found = await this.known.fetched(id, this.filters);
      if (this.wanted !== id) return;
      this.show(found, found.members.findIndex((member) => member.photo === photo));
    } catch (error) {
      this.known.forget([id]);
      if (!(error instanceof Trouble && error.status === 404)) throw error;
      if (this.wanted !== id) return;
      this.group = undefined;
      this.missing = true;
    }
    this.ahead();
  }

  private show(found: Group, at: number): void {
    this.group = found;
    this.at = Math.max(0, at);
    if (this.index < 0 || this.rows.row(this.index)?.id !== found.row.id) {
      this.index = this.rows.indexOf(found.row.id);
    }
    if (this.person !== undefined) this.follow(this.faces[0]?.person);
    this.place();
  }

  /** Put what is looked at into the address. */
  private place(): void {
    if (this.group === undefined) return;
    const query = written(this.filters);
    query.set("group", this.group.row.id);
    if (this.at > 0 && this.focused !== undefined) query.set("photo", String(this.focused.photo));
    replace(query);
  }

  focus(at: number): void {
    if (at < 0 || at >= this.members.length || at === this.at) return;
    this.at = at;
    this.place();
  }

  async step(by: 1 | -1): Promise<void> {
    if (this.index >= 0) return this.openRow(this.index + by);
    const id = by > 0 ? this.group?.after : this.group?.before;
    if (typeof id === "string") await this.open(id);
  }

  /** The next group that nobody has reviewed. */
  async nextWaiting(): Promise<boolean> {
    const from = this.index + 1;
    const to = Math.min(this.rows.total, from + LOOKED_THROUGH);
    for (let index = from; index < to; index++) {
      if (this.rows.row(index) === undefined) await this.rows.ensure({ from: index, to: index + 1 });
      const row = this.rows.row(index);
      if (row !== undefined && !row.reviewed) {
        await this.openRow(index);
        return true;
      }
    }
    return false;
  }

  /** Have the neighbours and their pictures at hand before they are asked for. */
  private ahead(): void {
    if (this.index < 0) return;
    for (const by of [1, 2, -1, -2].filter((by) => Math.abs(by) <= AHEAD)) {
      const row = this.rows.row(this.index + by);
      if (row === undefined) continue;
      void this.known.fetched(row.id, this.filters).then(
        (found) => {
          for (const member of found.members.slice(0, MOST_AHEAD)) warm(member.preview);
        },
        () => undefined,
      );
    }
    void this.rows.ensure({ from: this.index - 3, to: this.index + 4 }).catch(() => undefined);
  }

  // ------------------------------------------------------------ deciding

  decide(what: Saying): void {
    const group = this.group;
    const member = this.focused;
    if (group === undefined || member === undefined) return;
    const verdict = saying(group.members, member.photo, what);
    this.put({ ...group, members: judged(group.members, verdict) });
    const keep = this.members[this.at]?.keep === true;
    tell(t("said", { name: member.name, fate: keep ? t("stays") : t("goes") }));
    this.save(group.row.id, (revision) => calls.decide(group.row.id, revision, verdict.keep, verdict.drop));
  }

  suggested(): void {
    const group = this.group;
    if (group === undefined) return;
    this.put({ ...group, members: judged(group.members, { keep: [], drop: [] }) });
    tell(t("suggested"));
    this.save(group.row.id, (revision) => calls.forget(group.row.id, revision));
  }

  async accept(): Promise<void> {
    const group = this.group;
    if (group === undefined) return;
    if (!group.row.reviewed && this.totals !== undefined) {
      this.totals = { ...this.totals, reviewed: this.totals.reviewed + 1 };
      this.pace = counted(this.pace, Date.now());
    }
    const row = { ...group.row, reviewed: true };
    this.put({ ...group, row, members: group.members.map((member) => ({ ...member, said: member.keep })) });
    this.rows.update([row]);
    tell(t("accepted"));
    this.save(group.row.id, (revision) => calls.accept(group.row.id, revision));
    try {
      if (!(await this.nextWaiting()) && this.rows.total > 0) say(t("allDone"));
    } catch (error) {
      complain(error);
    }
  }

  async split(photos: readonly number[]): Promise<void> {
    const group = this.group;
    if (group === undefined) return;
    const rest = group.members.map((member) => member.photo).filter((photo) => !photos.includes(photo));
    const changed = await this.save(group.row.id, (revision) =>
      calls.split(group.row.id, revision, [rest, [...photos]]),
    );
    if (changed !== undefined) await this.after(changed, t("splitDone"));
  }

  async removeFocused(): Promise<void> {
    const group = this.group;
    const member = this.focused;
    if (group === undefined || member === undefined) return;
    const changed = await this.save(group.row.id, (revision) =>
      calls.remove(group.row.id, revision, [member.photo]),
    );
    if (changed !== undefined) await this.after(changed, t("removeDone", { name: member.name }));
  }

  async merge(other: GroupRow): Promise<void> {
    const group = this.group;
    if (group === undefined) return;
    const changed = await this.save(group.row.id, (revision) =>
      calls.merge([
        { id: group.row.id, revision },
        { id: other.id, revision: other.revision },
      ]),
    );
    if (changed !== undefined) await this.after(changed, t("mergeDone"));
  }

  async back(forth: boolean): Promise<void> {
    await this.last;
    if (forth ? !this.canRedo : !this.canUndo) return say(t(forth ? "nothingRedo" : "nothingUndo"));
    try {
      const changed = await (forth ? calls.redo(this.head) : calls.undo(this.head));
      this.learn(changed);
      await this.after(changed, t(forth ? "redone" : "undone", { what: told(changed.step.words) }));
    } catch (error) {
      await this.failed(error, "");
    }
  }

  /** Show what a change of several groups left, at the group that it was about. */
  async after(changed: Changed, words: string): Promise<void> {
    const away = new Set(changed.gone);
    this.known.forget([...changed.gone, ...changed.groups.map((row) => row.id), ...changed.step.groups]);
    say(words);
    const regrouped = changed.gone.length > 0;
    if (regrouped || changed.changed > changed.groups.length) await this.reload();
    await this.count();
    const next = changed.groups.find((row) => !away.has(row.id)) ?? changed.groups[0];
    if (next === undefined) return void (await this.reopen());
    this.index = this.rows.indexOf(next.id);
    await this.open(next.id);
  }

  /** After many groups changed at once: all of them anew. */
  async bulk(changed: Changed, words: string): Promise<void> {
    this.learn(changed);
    say(words);
    this.group = undefined;
    this.wanted = "";
    replace(written(this.filters));
    await this.begin();
  }

  /** Somebody else, a command or another browser, may have changed something. */
  async heard(standing: Standing): Promise<void> {
    await Promise.all([this.beginning, this.last]);
    // Other pages have other addresses; who comes back from one begins anew.
    if (!this.begun || !isReviewing()) return;
    if (this.totals !== undefined && this.totals.stale !== standing.stale) await this.count();
    if (standing.revision <= this.revision) return;
    this.revision = standing.revision;
    await this.anew();
  }

  /** Show what a job has changed; who is in the middle of the groups stays there. */
  async renew(): Promise<void> {
    await Promise.all([this.beginning, this.last]);
    if (this.group === undefined) return this.begin();
    try {
      const standing = await calls.decisions(null, 1);
      if (standing.revision > this.revision) await this.anew();
      else await this.freshened();
    } catch (error) {
      complain(error);
    }
  }

  /** The groups are as they were, so the list is; what a job did to their files may show in those at hand. */
  private async freshened(): Promise<void> {
    this.known.forget();
    const moves = this.moves;
    await this.count();
    if (this.moves === moves) await this.reopen();
  }

  private async anew(): Promise<void> {
    this.known.forget();
    const moves = this.moves;
    await Promise.all([this.reload(), this.count(), this.remember()]);
    // Who has gone on meanwhile is not fetched back.
    if (this.moves !== moves) return;
    if (this.group === undefined) await this.openRow(0);
    else await this.reopen();
  }

  /** The list anew, the rows around the open group among those that are loaded. */
  private async reload(): Promise<void> {
    const at = this.index;
    await this.rows.load();
    if (at >= 0) await this.rows.ensure({ from: at - 1, to: at + 2 });
  }

  private async reopen(): Promise<void> {
    const id = this.group?.row.id;
    if (id === undefined) return;
    this.index = this.rows.indexOf(id);
    await this.open(id, this.focused?.photo);
  }

  private put(group: Group): void {
    this.group = group;
    this.known.put(group);
  }

  /** Save one thing behind all that was said before; the revision is that of the latest answer. */
  private save(id: string, what: (revision: number) => Promise<Changed>): Promise<Changed | undefined> {
    this.saving += 1;
    const saved = this.last.then(async () => {
      try {
        const group = await this.known.get(id);
        const changed = await what(group?.row.revision ?? this.group?.row.revision ?? 0);
        this.learn(changed);
        return changed;
      } catch (error) {
        await this.failed(error, id);
        return undefined;
      } finally {
        this.saving -= 1;
      }
    });
    this.last = saved;
    return saved;
  }

  private learn(changed: Changed): void {
    this.head = changed.head;
    this.revision = Math.max(this.revision, changed.revision);
    this.canUndo = changed.can_undo;
    this.canRedo = changed.can_redo;
    for (const row of changed.groups) this.counted(row);
    this.rows.update(changed.groups, changed.gone);
    for (const row of changed.groups) {
      this.known.update(row);
      if (this.group?.row.id === row.id) this.group = { ...this.group, row };
    }
  }

  /** A group in which all is said counts as reviewed, accepted or not. */
  private counted(row: GroupRow): void {
    const index = this.rows.indexOf(row.id);
    const before = index < 0 ? undefined : this.rows.row(index);
    if (before === undefined || this.totals === undefined || before.reviewed === row.reviewed) return;
    this.totals = { ...this.totals, reviewed: this.totals.reviewed + (row.reviewed ? 1 : -1) };
  }

  private async failed(error: unknown, id: string): Promise<void> {
    if (!(error instanceof Trouble && error.status === 409)) return complain(error);
    this.known.forget([id]);
    await this.remember();
    if (this.group !== undefined && (id === "" || this.group.row.id === id)) {
      const at = this.focused?.photo;
      this.known.forget([this.group.row.id]);
      await this.open(this.group.row.id, at);
    }
    complain(trouble(409, t("conflict")));
  }
}

export const review = new Review();
