// How the group that is open is looked at: which photo, how far it is zoomed, whose face is followed.

import type { Group, Member } from "../api/types";
import { rows as faceRows, boxOf, personAfter } from "../lib/faces";
import { isWhole, onFace, WHOLE, type View } from "../lib/zoom";
import { say } from "./notice.svelte";
import { t } from "./texts.svelte";

export class Looking {
  group = $state.raw<Group | undefined>();
  at = $state(0);
  /** Of the group: zoom and the person whose face is followed. */
  view = $state.raw<View>(WHOLE);
  person = $state<number | undefined>();
  readonly members: readonly Member[] = $derived(this.group?.members ?? []);
  /** One row for each person; counted once a group, for every photo asks. */
  readonly faces = $derived(faceRows(this.members));

  get focused(): Member | undefined {
    return this.members[this.at];
  }

  look(view: View): void {
    this.view = view;
    this.person = undefined;
  }

  viewOf(member: Member): View {
    if (this.person === undefined) return this.view;
    const has = (one: Member): boolean => one.faces.some((face) => face.person === this.person);
    // A copy that was not looked at for faces has them where the others have them.
    const model = has(member) ? member : this.members.find(has);
    const face = model?.faces.find((one) => one.person === this.person);
    if (model === undefined || face === undefined) return this.view;
    return onFace(boxOf(face), model.width / Math.max(1, model.height));
  }

  follow(person: number | undefined): void {
    this.person = person;
  }

  lock(): void {
    const first = this.faces[0]?.person;
    if (first === undefined) say(t("noFaces"));
    else if (this.person !== undefined) {
      this.person = undefined;
      this.view = WHOLE;
      say(t("faceLockOff"));
    } else this.lockOn(first);
  }

  lockOn(person: number | undefined): void {
    if (person === undefined) return say(t("noFaces"));
    this.person = person;
    say(t("faceLockOn", { person: this.personName(person) }));
  }

  nextFace(): void {
    this.lockOn(personAfter(this.faces, this.person));
  }

  personName(person: number): string {
    const at = this.faces.findIndex((row) => row.person === person);
    return t("personN", { n: at + 1 });
  }

  whole(): void {
    this.view = WHOLE;
    this.person = undefined;
  }

  get isWhole(): boolean {
    return this.person === undefined && isWhole(this.view);
  }
}
