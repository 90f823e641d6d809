import { checkOptions, checkTensors, checkValue } from "../../checks/check.ts";
import { either, listOf, positive, positiveInteger, yesOrNo } from "../../checks/rules.ts";
import { checkFits } from "../../core/devices/backend.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { arange } from "../../creation/sequences.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { pointwise } from "../elementwise/fusion/pointwise.ts";
import { reshape, unsqueeze } from "../movement/reshape.ts";
import { sliceAlong } from "../movement/slice-and-pad.ts";
import { mean } from "../reduction/mean.ts";
import { checkBoxes } from "./crop-and-resize.ts";
import { samplePoints, toChannelsFirst } from "./sample-points.ts";

export interface RoiAlignOptions {
  /** The size of a pixel of x in the units of the boxes. Default: 1. */
  readonly spatialScale?: number;
  /** The number of points along each axis of a cell whose mean it is. Default: 2. */
  readonly samplingRatio?: number;
  /** Whether boxes are moved by half a pixel, so that they fit the centers of pixels. Default: false, as in torchvision. */
  readonly aligned?: boolean;
}

/**
 * The features of boxes in one size (He et al. 2017, Mask R-CNN), as torchvision's `roi_align`: each cell is the mean of points that are
 * interpolated between pixels. A box is [left, top, right, bottom]. torchvision's default sampling ratio depends on the size of
 * each box; here it is a number, 2 as in Detectron. The gradient reaches the images and the boxes.
 *
 * Shapes: f32 or f16 [n, c, h, w], boxes f32 [boxes, 4], their images i32 [boxes] -> [boxes, c, height, width]. Throws ShapeError and
 * DTypeError for others, ArgumentError for options out of range. Numbers of images out of range make the next read reject with
 * ArgumentError, as with `take`.
 *
 * @param size [height, width], or one number for both
 * @example roiAlign(images, tensor([[0, 0, 14, 14]]), tensor([0], { dtype: "i32" }), 7, { aligned: true })
 */
export function roiAlign(
  x: Tensor,
  boxes: Tensor,
  images: Tensor,
  size: number | readonly [height: number, width: number],
  options: RoiAlignOptions = {},
): Tensor {
  checkTensors("roiAlign", x, boxes, images);
  checkValue("roiAlign: size", size, either(positiveInteger, listOf(positiveInteger, 2)));
  checkOptions<RoiAlignOptions>("roiAlign", options, {
    spatialScale: positive,
    samplingRatio: positiveInteger,
    aligned: yesOrNo,
  });
  checkBoxes("roiAlign", x, boxes, images);
  const { samplingRatio: points = 2 } = options;
  const [height, width] = typeof size === "number" ? [size, size] : size;
  const [, c, h, w] = x.shape as [number, number, number, number];
  checkFits("roiAlign: size", { shape: [boxes.shape[0]!, c, height, width], dtype: x.dtype }, x.backend);
  const sampled = [boxes.shape[0]!, height * points, width * points, c];
  checkFits("roiAlign: samplingRatio", { shape: sampled, dtype: "f32" }, x.backend);
  return scope(() => {
    const rows = unsqueeze(placeInBoxes(boxes, 1, height * points, h, options), 2);
    const columns = unsqueeze(placeInBoxes(boxes, 0, width * points, w, options), 1);
    const values = samplePoints(x, { images: reshape(images, [-1, 1, 1]), rows, columns }, "bilinear");
    const cells = reshape(values, [boxes.shape[0]!, height, points, width, points, c]);
    return toChannelsFirst(mean(cells, { axis: [2, 4] }));
  });
}

/** [boxes, count]: the places along an axis, in pixels, of the centers of `count` equal parts of each box. */
function placeInBoxes(
  boxes: Tensor,
  axis: number,
  count: number,
  size: number,
  { spatialScale = 1, aligned = false }: RoiAlignOptions,
): Tensor {
  const parts = arange(0, count, { dtype: "f32", backend: boxes.backend });
  const edges = [axis, axis + 2].map((edge) => sliceAlong(boxes, 1, edge, 1));
  return pointwise([...edges, parts], (begin, end, part) => {
    const [low, high] = [begin!, end!].map((edge) => e.sub(e.mul(edge, spatialScale), aligned ? 0.5 : 0)) as [
      Value,
      Value,
    ];
    const length = e.sub(high, low);
    const least = aligned ? length : e.select(e.less(length, 1), 1, length);
    const place = e.add(low, e.mul(least, e.div(e.add(part!, 0.5), count)));
    return limitPlace(place, size);
  });
}

/** The nearest place in the image, up to one pixel away; farther away a place without neighbours, whose value is 0. */
function limitPlace(place: Value, size: number): Value {
  const inside = e.select(e.less(place, 0), 0, e.select(e.greater(place, size - 1), size - 1, place));
  return e.select(e.or(e.less(place, -1), e.greater(place, size)), -2, inside);
}
