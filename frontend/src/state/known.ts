// Groups that were asked for, and pictures that are loaded and decoded before they are shown.

import * as calls from "../api/calls";
import type { Group, GroupRow } from "../api/types";
import type { Filters } from "../lib/filters";

const KEPT = 40;
const PICTURES = 48;

export class Known {
  private groups = new Map<string, Promise<Group>>();

  get(id: string): Promise<Group> | undefined {
    return this.groups.get(id);
  }

  /** A group; asked for once. */
  fetched(id: string, filters: Filters): Promise<Group> {
    const known = this.groups.get(id);
    if (known !== undefined) return known;
    const asking = calls.group(id, filters);
    asking.catch(() => this.groups.delete(id));
    this.groups.set(id, asking);
    const oldest = this.groups.keys().next().value;
    if (this.groups.size > KEPT && oldest !== undefined) this.groups.delete(oldest);
    return asking;
  }

  put(group: Group): void {
    this.groups.set(group.row.id, Promise.resolve(group));
  }

  /** Put a row as the server now tells it into a group that is known. */
  update(row: GroupRow): void {
    const known = this.groups.get(row.id);
    if (known !== undefined) this.groups.set(row.id, known.then((group) => ({ ...group, row })));
  }

  forget(ids?: Iterable<string>): void {
    if (ids === undefined) this.groups.clear();
    else for (const id of ids) this.groups.delete(id);
  }
}

// The browser forgets a decoded picture that nothing holds.
const warmed = new Map<string, HTMLImageElement>();

/** Load and decode a picture before it is shown. */
export function warm(address: string): void {
  const known = warmed.get(address);
  const picture = known ?? new Image();
  warmed.delete(address);
  warmed.set(address, picture);
  if (known !== undefined) return;
  picture.src = address;
  void picture.decode().catch(() => warmed.delete(address));
  for (const oldest of warmed.keys()) {
    if (warmed.size <= PICTURES) break;
    warmed.delete(oldest);
  }
}
