// The long list: pages of rows that are asked for when they come into view.

import * as calls from "../api/calls";
import type { GroupRow } from "../api/types";
import type { Filters } from "../lib/filters";
import { pages, type Span } from "../lib/window";

const STEP = 200;

export class Rows {
  total = $state(0);
  ready = $state(false);
  /** Rises when a page came; reading a row depends on it. */
  version = $state(0);
  /** Rises when all was asked for anew; what is in view has to be asked for again. */
  loads = $state(0);
  private cursors: string[] = [];
  private pages = new Map<number, GroupRow[]>();
  private asked = new Map<number, Promise<void>>();
  private turn = 0;

  constructor(readonly filters: Filters) {}

  async load(): Promise<void> {
    this.turn += 1;
    const turn = this.turn;
    this.asked.clear();
    const [found] = await Promise.all([calls.marks(this.filters, STEP), this.page(0)]);
    if (turn !== this.turn) return;
    // The old rows are shown until the new ones are there.
    for (const page of this.pages.keys()) if (!this.asked.has(page)) this.pages.delete(page);
    this.loads += 1;
    this.cursors = found.cursors;
    this.total = found.total;
    this.version += 1;
    this.ready = true;
  }

  row(index: number): GroupRow | undefined {
    void this.version;
    return this.pages.get(Math.floor(index / STEP))?.[index % STEP];
  }

  /** The row of a group, among those that are loaded; -1 where it is not. */
  indexOf(id: string): number {
    for (const [page, found] of this.pages) {
      const at = found.findIndex((row) => row.id === id);
      if (at >= 0) return page * STEP + at;
    }
    return -1;
  }

  /** Ask for the pages of these rows, once each. */
  async ensure(span: Span): Promise<void> {
    const last = Math.max(0, Math.min(span.to, this.total));
    await Promise.all(pages({ from: Math.max(0, span.from), to: last }, STEP).map((page) => this.page(page)));
  }

  /** Rows as the server now tells them. */
  update(changed: readonly GroupRow[], gone: readonly string[] = []): void {
    const fresh = new Map(changed.map((row) => [row.id, row]));
    const away = new Set(gone);
    for (const [page, found] of this.pages) {
      if (!found.some((row) => fresh.has(row.id) || away.has(row.id))) continue;
      const kept = found.map((row) => fresh.get(row.id) ?? row);
      this.pages.set(page, kept);
    }
    this.version += 1;
  }

  private page(page: number): Promise<void> {
    const known = this.asked.get(page);
    if (known !== undefined) return known;
    const turn = this.turn;
    const asking = calls
      .rows(this.filters, page === 0 ? null : (this.cursors[page - 1] ?? null), STEP)
      .then((found) => {
        if (turn !== this.turn) return;
        this.pages.set(page, found.groups);
        this.version += 1;
      })
      .catch((error: unknown) => {
        this.asked.delete(page);
        throw error;
      });
    this.asked.set(page, asking);
    return asking;
  }
}
