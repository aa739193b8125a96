// Faces of a group: rows are people, columns photos.

import type { Box } from "./zoom";

export interface Face {
  readonly person: number;
  readonly box: readonly number[];
  readonly best: boolean;
}

export interface Pictured<F extends Face> {
  readonly faces: readonly F[];
  readonly width: number;
  readonly height: number;
}

export interface Row<F extends Face> {
  readonly person: number;
  /** One for each photo, in their order. */
  readonly faces: readonly (F | undefined)[];
}

export function boxOf(face: Face): Box {
  const [x = 0, y = 0, w = 0, h = 0] = face.box;
  return { x, y, w, h };
}

const area = (face: Face): number => boxOf(face).w * boxOf(face).h;

/** People by the size of their largest face; who is in more photos comes first. */
export function rows<F extends Face>(photos: readonly Pictured<F>[]): Row<F>[] {
  const people = new Set(photos.flatMap((photo) => photo.faces.map((face) => face.person)));
  const found = [...people].map((person) => ({
    person,
    faces: photos.map((photo) => photo.faces.find((face) => face.person === person)),
  }));
  const seen = (row: Row<F>): number => row.faces.filter((face) => face !== undefined).length;
  const largest = (row: Row<F>): number =>
    Math.max(0, ...row.faces.map((face) => (face === undefined ? 0 : area(face))));
  return found.sort((a, b) => seen(b) - seen(a) || largest(b) - largest(a) || a.person - b.person);
}

/** The person behind another in the rows; the first where there is none. */
export function personAfter(found: readonly Row<Face>[], person: number | undefined): number | undefined {
  const at = found.findIndex((row) => row.person === person);
  return found[(at + 1) % Math.max(1, found.length)]?.person;
}

/** How a picture is laid behind a square window so that a face fills it: all in parts of the window. */
export function crop(face: Box, width: number, height: number, room = 1.5) {
  const side = Math.max(face.w * width, face.h * height, 1) * room;
  const cut = (centre: number, whole: number): number =>
    whole <= side ? (whole - side) / 2 : Math.min(whole - side, Math.max(0, centre - side / 2));
  return {
    width: width / side,
    height: height / side,
    left: -cut((face.x + face.w / 2) * width, width) / side,
    top: -cut((face.y + face.h / 2) * height, height) / side,
  };
}
