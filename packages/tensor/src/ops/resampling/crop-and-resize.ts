import { checkOptions, checkTensors, checkValue } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { either, finite, listOf, oneOf, positiveInteger } from "../../checks/rules.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { checkFits } from "../../core/devices/backend.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { formatShape } from "../../core/spec.ts";
import { linspace } from "../../creation/sequences.ts";
import { floatTypes, indexType } from "../../expression/dtype-kinds.ts";
import * as e from "../../expression/functions.ts";
import { cast } from "../elementwise/cast.ts";
import { pointwise } from "../elementwise/fusion/pointwise.ts";
import { where } from "../elementwise/where.ts";
import { reshape, unsqueeze } from "../movement/reshape.ts";
import { sliceAlong } from "../movement/slice-and-pad.ts";
import type { PointMode } from "./sample-points.ts";
import { samplePoints, toChannelsFirst } from "./sample-points.ts";

export interface CropAndResizeOptions {
  /** Default: `bilinear`. */
  readonly mode?: PointMode;
  /** The value of points outside of the image. Default: 0. */
  readonly extrapolationValue?: number;
}

/**
 * Parts of images in one size, as TensorFlow's `crop_and_resize`. A box is [top, left, bottom, right], where 0 and 1 are the centers of
 * the first and the last pixels; its corners are those of the crop. A box may be mirrored or reach beyond its image. The gradient
 * reaches the images and the boxes.
 *
 * Shapes: f32 or f16 [n, c, h, w], boxes f32 [boxes, 4], their images i32 [boxes] -> [boxes, c, height, width]. Throws ShapeError and
 * DTypeError for others, ArgumentError for options out of range. Numbers of images out of range make the next read reject with
 * ArgumentError, as with `take`.
 *
 * @param size [height, width], or one number for both
 * @example cropAndResize(images, tensor([[0, 0, 0.5, 0.5]]), tensor([0], { dtype: "i32" }), 14)
 */
export function cropAndResize(
  x: Tensor,
  boxes: Tensor,
  images: Tensor,
  size: number | readonly [height: number, width: number],
  options: CropAndResizeOptions = {},
): Tensor {
  checkTensors("cropAndResize", x, boxes, images);
  checkValue("cropAndResize: size", size, either(positiveInteger, listOf(positiveInteger, 2)));
  checkOptions<CropAndResizeOptions>("cropAndResize", options, {
    mode: oneOf("bilinear", "nearest"),
    extrapolationValue: finite,
  });
  checkBoxes("cropAndResize", x, boxes, images);
  const { mode = "bilinear", extrapolationValue = 0 } = options;
  const [height, width] = typeof size === "number" ? [size, size] : size;
  const [, c, h, w] = x.shape as [number, number, number, number];
  checkFits("cropAndResize: size", { shape: [boxes.shape[0]!, c, height, width], dtype: x.dtype }, x.backend);
  return scope(() => {
    const rows = unsqueeze(placeInBoxes(boxes, 0, height, h), 2);
    const columns = unsqueeze(placeInBoxes(boxes, 1, width, w), 1);
    const values = samplePoints(x, { images: reshape(images, [-1, 1, 1]), rows, columns }, mode);
    const isInside = pointwise([rows, columns], (row, column) => {
      const isBetween = (place: typeof row, last: number) =>
        e.and(e.greaterEqual(place!, 0), e.lessEqual(place!, last));
      return e.and(isBetween(row, h - 1), isBetween(column, w - 1));
    });
    return toChannelsFirst(where(unsqueeze(isInside, -1), values, extrapolationValue));
  });
}

/** Throws unless there is a box for each number of an image. */
export function checkBoxes(operation: string, x: Tensor, boxes: Tensor, images: Tensor): void {
  checkDType(operation, "x", x, ...floatTypes);
  checkDType(operation, "boxes", boxes, "f32");
  checkDType(operation, "images", images, indexType);
  const fits = x.rank === 4 && boxes.rank === 2 && boxes.shape[1] === 4 && images.rank === 1;
  if (fits && boxes.shape[0] === images.shape[0]) return;
  throw new ShapeError(
    `${operation}: found ${formatShape(x.shape)}, boxes ${formatShape(boxes.shape)} and images ${formatShape(images.shape)}, expected [n, c, h, w], [boxes, 4] and [boxes]`,
  );
}

/** [boxes, count]: the places along an axis, in pixels, of `count` points from one edge of each box to the other. */
function placeInBoxes(boxes: Tensor, axis: number, count: number, size: number): Tensor {
  const shares = count === 1 ? [0.5, 0.5] : [0, 1];
  const steps = linspace(shares[0]!, shares[1]!, count, { backend: boxes.backend });
  const [begin, end] = [axis, axis + 2].map((edge) => sliceAlong(boxes, 1, edge, 1));
  return pointwise([begin!, end!, cast(steps, "f32")], (low, high, share) =>
    e.mul(e.add(low!, e.mul(e.sub(high!, low!), share!)), size - 1),
  );
}
