// What a finger meant: a tap, a swipe, or a hold.

export interface Touch {
  readonly x: number;
  readonly y: number;
  readonly at: number;
}

export type Gesture = "tap" | "hold" | "left" | "right" | "up" | "down" | "none";

export const HOLD_MS = 350;
const STILL = 12;
const FAR = 48;

/** The gesture between the first and the last touch; a swipe is far, and clearly along one axis. */
export function gesture(from: Touch, to: Touch): Gesture {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const wide = Math.abs(dx);
  const high = Math.abs(dy);
  if (wide < STILL && high < STILL) return to.at - from.at >= HOLD_MS ? "hold" : "tap";
  if (wide >= FAR && wide > high * 1.5) return dx < 0 ? "left" : "right";
  if (high >= FAR && high > wide * 1.5) return dy < 0 ? "up" : "down";
  return "none";
}
