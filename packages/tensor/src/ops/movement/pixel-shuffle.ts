import { checkTensors, checkValue } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { positiveInteger } from "../../checks/rules.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { formatShape } from "../../core/spec.ts";
import { reshape } from "./reshape.ts";
import { transpose } from "./transpose.ts";

/**
 * Reorders a tensor by cutting some of its dimensions, permuting what results, and joining it again: `cut` and `joined` are shapes, and
 * `order` has the places of the axes in between.
 */
function reorder(
  x: Tensor,
  cut: readonly number[],
  order: readonly number[],
  joined: readonly number[],
): Tensor {
  return scope(() => reshape(transpose(reshape(x, cut), order), joined));
}

/** [...lead, channels, height, width] of images. Throws ShapeError for a lower rank. */
function readImageShape(operation: string, x: Tensor): [lead: number, c: number, h: number, w: number] {
  if (x.rank < 3)
    throw new ShapeError(`${operation}: x: found ${formatShape(x.shape)}, expected [..., c, h, w]`);
  const [c, h, w] = x.shape.slice(-3) as [number, number, number];
  const lead = x.shape.slice(0, -3).reduce((product, size) => product * size, 1);
  return [lead, c, h, w];
}

/**
 * Larger images from more channels: factor^2 channels become a square of pixels each (Shi et al. 2016), as PyTorch's `pixel_shuffle`.
 *
 * Shapes: [..., c * factor^2, h, w] -> [..., c, h * factor, w * factor]. Throws ShapeError unless factor^2 divides the channels,
 * ArgumentError unless the factor is a positive integer.
 *
 * @example pixelShuffle(reshape(arange(0, 4), [4, 1, 1]), 2) // [[[0, 1], [2, 3]]]
 */
export function pixelShuffle(x: Tensor, factor: number): Tensor {
  checkTensors("pixelShuffle", x);
  checkValue("pixelShuffle: factor", factor, positiveInteger);
  const [lead, c, h, w] = readImageShape("pixelShuffle", x);
  const channels = c / factor ** 2;
  if (!Number.isInteger(channels)) {
    throw new ShapeError(`pixelShuffle: x: found ${c} channels, expected a multiple of ${factor ** 2}`);
  }
  const cut = [lead, channels, factor, factor, h, w];
  const joined = [...x.shape.slice(0, -3), channels, h * factor, w * factor];
  return reorder(x, cut, [0, 1, 4, 2, 5, 3], joined);
}

/**
 * More channels from smaller images: the inverse of `pixelShuffle`.
 *
 * Shapes: [..., c, h * factor, w * factor] -> [..., c * factor^2, h, w]. Throws ShapeError unless the factor divides height and width,
 * ArgumentError unless it is a positive integer.
 *
 * @example pixelUnshuffle(tensor([[[0, 1], [2, 3]]]), 2) // [[[0]], [[1]], [[2]], [[3]]]
 */
export function pixelUnshuffle(x: Tensor, factor: number): Tensor {
  checkTensors("pixelUnshuffle", x);
  checkValue("pixelUnshuffle: factor", factor, positiveInteger);
  const [lead, c, h, w] = readImageShape("pixelUnshuffle", x);
  if (h % factor !== 0 || w % factor !== 0) {
    throw new ShapeError(`pixelUnshuffle: x: found ${h} x ${w} pixels, expected multiples of ${factor}`);
  }
  const [rows, columns] = [h / factor, w / factor];
  const joined = [...x.shape.slice(0, -3), c * factor ** 2, rows, columns];
  return reorder(x, [lead, c, rows, factor, columns, factor], [0, 1, 3, 5, 2, 4], joined);
}

/**
 * Mixes the channels of groups: the first channels of all groups come first, then the second ones (Zhang et al. 2018, ShuffleNet).
 *
 * Shapes: [n, c, ...] -> the same. Throws ShapeError unless the number of groups divides the channels, ArgumentError unless it is a
 * positive integer.
 *
 * @example channelShuffle(tensor([[0, 1, 2, 3]]), 2) // [[0, 2, 1, 3]]
 */
export function channelShuffle(x: Tensor, groups: number): Tensor {
  checkTensors("channelShuffle", x);
  checkValue("channelShuffle: groups", groups, positiveInteger);
  if (x.rank < 2 || x.shape[1]! % groups !== 0) {
    throw new ShapeError(
      `channelShuffle: x: found ${formatShape(x.shape)}, expected [n, c, ...] with c a multiple of ${groups}`,
    );
  }
  const [n, c, ...others] = x.shape as [number, number, ...number[]];
  const rest = others.reduce((product, size) => product * size, 1);
  return reorder(x, [n, groups, c / groups, rest], [0, 2, 1, 3], x.shape);
}
