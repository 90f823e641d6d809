import type { Tensor } from "../../core/memory/tensor.ts";
import { indexType } from "../../expression/dtype-kinds.ts";
import type { Expression, Value } from "../../expression/expression.ts";
import { buildExpression } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { cast } from "../elementwise/cast.ts";
import { evaluateExpression } from "../elementwise/fusion/fused.ts";
import { pointwise } from "../elementwise/fusion/pointwise.ts";
import { take } from "../indexing/take.ts";
import { reshape, unsqueeze } from "../movement/reshape.ts";
import { transpose } from "../movement/transpose.ts";

/** Points in images: their rows and columns in pixels, f32, and the number of their image, i32. The three broadcast. */
export interface ImagePoints {
  readonly images: Tensor;
  readonly rows: Tensor;
  readonly columns: Tensor;
}

/** How values between pixels are found. */
export type PointMode = "bilinear" | "nearest";

const expressions = new Map<PointMode, Expression>();

/** The pixels around a point: indices among the pixels of all images, and weights, which are 0 outside of the image. */
function getCorners(mode: PointMode): Expression {
  let expression = expressions.get(mode);
  if (expression === undefined) {
    const corners = mode === "nearest" ? 1 : 4;
    expression = buildExpression(
      {
        inputs: [indexType, "f32", "f32"],
        scalars: ["f32", "f32"],
        outputs: [...new Array(corners).fill(indexType), ...new Array(corners).fill("f32")],
      },
      ([image, row, column], [height, width]) => {
        const found = listCorners(mode, image!, [row!, height!], [column!, width!]);
        return [...found.map(({ index }) => index), ...found.map(({ weight }) => weight)];
      },
    );
    expressions.set(mode, expression);
  }
  return expression;
}

type Axis = readonly [place: Value, size: Value];

function listCorners(mode: PointMode, image: Value, [row, height]: Axis, [column, width]: Axis) {
  const size = (value: Value): Value => e.cast(value, "i32");
  return listNeighbours(mode, row, height).flatMap((high) =>
    listNeighbours(mode, column, width).map((wide) => ({
      index: e.add(e.mul(e.add(e.mul(image, size(height)), high.place), size(width)), wide.place),
      weight: e.mul(high.weight, wide.weight),
    })),
  );
}

/** By its bits: compilers of shaders may assume that there is neither NaN nor infinity. */
export const hasFiniteBits = (place: Value): Value =>
  e.notEqual(e.and(e.bitcast(place, "u32"), infinityBits), infinityBits);

/** The bits of infinity as f32; those of NaN have the same exponent. */
export const infinityBits = 0x7f800000;

/** The pixels on both sides of a place along one axis, or the one pixel that is nearest. */
function listNeighbours(mode: PointMode, place: Value, size: Value): { place: Value; weight: Value }[] {
  const first = e.floor(mode === "nearest" ? e.add(place, 0.5) : place);
  const share = e.sub(place, first);
  const neighbours =
    mode === "nearest"
      ? [{ at: first, weight: e.constantLike(place, 1) }]
      : [
          { at: first, weight: e.sub(1, share) },
          { at: e.add(first, 1), weight: share },
        ];
  const last = e.sub(size, 1);
  const isPlace = hasFiniteBits(place);
  return neighbours.map(({ at, weight }) => {
    const isInside = e.and(isPlace, e.and(e.greaterEqual(at, 0), e.lessEqual(at, last)));
    return { place: e.cast(e.select(isInside, at, 0), "i32"), weight: e.select(isInside, weight, 0) };
  });
}

/**
 * The values of images at points; pixels outside of the image are 0, and so are points that are NaN or infinite.
 *
 * Shapes: [n, c, h, w] and points of one shape, which may broadcast -> [...points, c].
 */
export function samplePoints(x: Tensor, { images, rows, columns }: ImagePoints, mode: PointMode): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  // Channels last, so that the values of a pixel are neighbours in memory.
  const pixels = reshape(transpose(x, [0, 2, 3, 1]), [n * h * w, c]);
  const found = evaluateExpression(getCorners(mode), [images, rows, columns], { scalars: [h, w] });
  const corners = found.length / 2;
  const values = found.slice(0, corners).map((index) => take(pixels, index));
  const weights = found.slice(corners).map((weight) => unsqueeze(weight, -1));
  const y = pointwise([...values, ...weights], (...operands) =>
    operands
      .slice(0, corners)
      .map((value, corner) => {
        const weight = operands[corners + corner]!;
        // A pixel without weight may be NaN.
        return e.select(e.equal(weight, 0), 0, e.mul(value, weight));
      })
      .reduce((sum, term) => e.add(sum, term)),
  );
  return cast(y, x.dtype);
}

/** [...points, c] as images: [n, rows, columns, c] -> [n, c, rows, columns]. */
export const toChannelsFirst = (y: Tensor): Tensor => transpose(y, [0, 3, 1, 2]);
