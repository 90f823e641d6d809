import { ShapeError } from "../../checks/errors.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import type { Spec } from "../../core/spec.ts";
import { formatShape } from "../../core/spec.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import { convolutionFamily } from "./convolution-family.ts";
import type { DepthAttributes } from "./depth-attributes.ts";

/** Visits each plane [h, w] that a tap of a window meets, by its number in volumes [n, c, d, h, w] and in images [n windows, c taps, h, w]. */
function forEachPlane(
  [volumes, channels]: readonly [number, number],
  { depth, windows, taps, stride, before, dilation }: DepthAttributes,
  visit: (ofVolumes: number, ofImages: number) => void,
): void {
  for (let n = 0; n < volumes; n++) {
    for (let i = 0; i < windows; i++) {
      for (let c = 0; c < channels; c++) {
        for (let t = 0; t < taps; t++) {
          const plane = i * stride + t * dilation - before;
          if (plane < 0 || plane >= depth) continue;
          visit((n * channels + c) * depth + plane, ((n * windows + i) * channels + c) * taps + t);
        }
      }
    }
  }
}

/** Throws DTypeError unless x is a float, ShapeError unless it has so many dimensions, which fit. */
function checkPlanes(operation: string, x: Spec, rank: number, isFitting: boolean, expected: string): void {
  checkDType(operation, "x", x, ...floatTypes);
  if (x.shape.length === rank && isFitting) return;
  throw new ShapeError(`${operation}: x: found ${formatShape(x.shape)}, expected ${expected}`);
}

/**
 * The planes of volumes as images with the taps of windows over the depth as further channels, so that a convolution of images is
 * one of volumes: y[n windows + i, c taps + t] = x[n, c, i stride + t dilation - before], zeros outside.
 */
export const unfoldDepthOp: Op<DepthAttributes> = {
  name: "unfoldDepth",
  outputs: ([x], { depth, windows, taps }) => {
    checkPlanes("unfoldDepth", x!, 5, x!.shape[2] === depth, `[n, c, ${depth}, h, w]`);
    const [n, c, , h, w] = x!.shape as [number, number, number, number, number];
    return [{ shape: [n * windows, c * taps, h, w], dtype: x!.dtype }];
  },
  meaning: {
    loops: ([x], [y], attrs) => {
      const [n, c, , h, w] = x!.shape as [number, number, number, number, number];
      forEachPlane([n, c], attrs, (ofVolumes, ofImages) =>
        y!.data.set(x!.data.subarray(ofVolumes * h * w, (ofVolumes + 1) * h * w), ofImages * h * w),
      );
    },
  },
  gradient: {
    reads: () => ({ inputs: [], outputs: [] }),
    apply: ({ outputGradients: [dy], attrs }) => [foldDepth(dy!, attrs)],
  },
  family: convolutionFamily,
};

export const unfoldDepth = (x: Tensor, attrs: DepthAttributes): Tensor =>
  execute(unfoldDepthOp, [x], attrs)[0]!;

/** The transpose of `unfoldDepth`: each plane of a volume is the sum of what the taps that meet it have. */
export const foldDepthOp: Op<DepthAttributes> = {
  name: "foldDepth",
  outputs: ([x], { depth, windows, taps }) => {
    const [images, channels, h, w] = x!.shape as [number, number, number, number];
    const isFitting = images % windows === 0 && channels % taps === 0;
    checkPlanes("foldDepth", x!, 4, isFitting, `[n * ${windows}, c * ${taps}, h, w]`);
    return [{ shape: [images / windows, channels / taps, depth, h, w], dtype: x!.dtype }];
  },
  meaning: {
    loops: ([x], [y], attrs) => {
      const [n, c, , h, w] = y!.shape as [number, number, number, number, number];
      forEachPlane([n, c], attrs, (ofVolumes, ofImages) => {
        for (let at = 0; at < h * w; at++)
          y!.data[ofVolumes * h * w + at]! += x!.data[ofImages * h * w + at]!;
      });
    },
  },
  gradient: {
    reads: () => ({ inputs: [], outputs: [] }),
    apply: ({ outputGradients: [dy], attrs }) => [unfoldDepth(dy!, attrs)],
  },
  family: convolutionFamily,
};

export const foldDepth = (x: Tensor, attrs: DepthAttributes): Tensor => execute(foldDepthOp, [x], attrs)[0]!;
