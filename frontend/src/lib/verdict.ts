// What a key says of the photos of a group; the rest keeps what was said, or what is proposed.

export interface Judged {
  readonly photo: number;
  readonly keep: boolean;
  readonly proposed: boolean;
  readonly said?: boolean | null;
}

export interface Verdict {
  readonly keep: number[];
  readonly drop: number[];
}

export type Saying = "keep" | "reject" | "only" | "all";

/** The verdict after something is said of the photo that is looked at. */
export function saying(members: readonly Judged[], photo: number, what: Saying): Verdict {
  const said = members.map((member): [number, boolean | undefined] => {
    switch (what) {
      case "only":
        return [member.photo, member.photo === photo];
      case "all":
        return [member.photo, true];
      default:
        return [member.photo, member.photo === photo ? what === "keep" : (member.said ?? undefined)];
    }
  });
  const those = (keep: boolean): number[] => said.filter(([, one]) => one === keep).map(([id]) => id);
  return { keep: those(true), drop: those(false) };
}

/** The members as they are once the verdict holds: shown at once, before the server has answered. */
export function judged<T extends Judged>(members: readonly T[], verdict: Verdict): T[] {
  return members.map((member) => {
    const said = verdict.keep.includes(member.photo) ? true : verdict.drop.includes(member.photo) ? false : null;
    return { ...member, said, keep: said ?? member.proposed };
  });
}

export function staying(members: readonly Judged[]): number {
  return members.filter((member) => member.keep).length;
}
