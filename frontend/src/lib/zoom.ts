// Zoom and pan as fractions of the picture, so that one view fits every photo of a group.

/** `scale` 1 shows the whole picture; `x` and `y` name the point of the picture in the middle. */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export const WHOLE: View = { scale: 1, x: 0.5, y: 0.5 };
export const MOST = 32;
/** How much of the picture's height a locked face takes. */
const FACE_SHARE = 0.75;

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

/** The same view, moved so that no empty border shows. */
export function settled(view: View): View {
  const scale = clamp(view.scale, 1, MOST);
  const half = 0.5 / scale;
  return { scale, x: clamp(view.x, half, 1 - half), y: clamp(view.y, half, 1 - half) };
}

/** Where the top left corner of the enlarged picture lies, in parts of its box: for `translate` before `scale`. */
export function corner(view: View): { readonly left: number; readonly top: number } {
  const { scale, x, y } = settled(view);
  return { left: 0.5 - x * scale, top: 0.5 - y * scale };
}

/** Zoom by a factor about a point of the box (fractions), which stays where it is. */
export function about(view: View, factor: number, px: number, py: number): View {
  const from = settled(view);
  const scale = clamp(from.scale * factor, 1, MOST);
  const x = from.x + (px - 0.5) / from.scale;
  const y = from.y + (py - 0.5) / from.scale;
  return settled({ scale, x: x - (px - 0.5) / scale, y: y - (py - 0.5) / scale });
}

/** Drag by parts of the box. */
export function panned(view: View, dx: number, dy: number): View {
  const from = settled(view);
  return settled({ scale: from.scale, x: from.x - dx / from.scale, y: from.y - dy / from.scale });
}

/** The view in which a face fills the middle; `aspect` is width by height of the picture. */
export function onFace(face: Box, aspect: number): View {
  const tall = Math.max(face.h, (face.w * aspect) / 1.2);
  const scale = tall > 0 ? clamp(FACE_SHARE / tall, 1, MOST / 2) : 1;
  return settled({ scale, x: face.x + face.w / 2, y: face.y + face.h / 2 });
}

export function isWhole(view: View): boolean {
  return settled(view).scale === 1;
}

/** Whether a picture of `pixels` width is too coarse for its box of `width` at this scale. */
export function isCoarse(view: View, pixels: number, width: number, density: number): boolean {
  return pixels > 0 && width * density * view.scale > pixels * 1.1;
}
