// A list that grows by a page at a time.

import { trying } from "./notice.svelte";

export class Paged<T> {
  items = $state.raw<readonly T[]>([]);
  ready = $state(false);
  next = $state<string | null>(null);

  constructor(private readonly ask: (after: string | null) => Promise<{ items: readonly T[]; next: string | null }>) {}

  async load(): Promise<void> {
    const found = await trying(() => this.ask(null));
    if (found === undefined) return;
    this.items = found.items;
    this.next = found.next;
    this.ready = true;
  }

  async more(): Promise<void> {
    const found = await trying(() => this.ask(this.next));
    if (found === undefined) return;
    this.items = [...this.items, ...found.items];
    this.next = found.next;
  }
}
