import type { Slot } from "../page/palette.ts";

/** Values in the order channels x height x width, with one channel (gray) or three (red, green, blue). */
export interface Pixels {
  readonly data: Uint8Array | Float32Array;
  readonly shape: readonly [channels: number, height: number, width: number];
  /** The values of black and white: 0 and 255 for bytes, by default the smallest and the largest for floats. */
  readonly range?: readonly [low: number, high: number];
}

/** A box drawn over a picture, in its pixels from the left and top edges; x1 and y1 lie outside. */
export interface PictureBox {
  readonly corners: readonly [x0: number, y0: number, x1: number, y1: number];
  readonly label?: string;
  readonly slot?: Slot;
  /** Such as a box of the annotation beside predicted ones. */
  readonly isDashed?: boolean;
}

/** A map of weights, laid over the whole picture whatever its size: what a network looked at. */
export interface HeatOverlay {
  /** In the order height x width; the largest value is opaque, zero and what lies below is clear. */
  readonly data: Float32Array;
  readonly shape: readonly [height: number, width: number];
}

export interface Picture {
  readonly pixels: Pixels;
  /** For those who do not see the picture. */
  readonly alt: string;
  /** The bold words of the caption, such as the true class. */
  readonly heading?: string;
  readonly caption?: string;
  readonly boxes?: readonly PictureBox[];
  readonly heat?: HeatOverlay;
}

export interface Pictures {
  readonly kind: "pictures";
  readonly pictures: readonly Picture[];
  /** The width of one: "small" for icons and digits, "medium" for photographs, "large" for one that stands alone. */
  readonly size?: "small" | "medium" | "large";
}
