import { checkOptions, checkTensors, checkValue } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { listOf, oneOf, positiveInteger, yesOrNo } from "../../checks/rules.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { checkFits } from "../../core/devices/backend.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { formatShape } from "../../core/spec.ts";
import { arange } from "../../creation/sequences.ts";
import { floatTypes, indexType } from "../../expression/dtype-kinds.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { pointwise } from "../elementwise/fusion/pointwise.ts";
import { stack } from "../movement/concatenate.ts";
import { reshape } from "../movement/reshape.ts";
import { sliceAlong } from "../movement/slice-and-pad.ts";
import type { PointMode } from "./sample-points.ts";
import { hasFiniteBits, infinityBits, samplePoints, toChannelsFirst } from "./sample-points.ts";

export interface GridSampleOptions {
  /** Default: `bilinear`. */
  readonly mode?: PointMode;
  /** What lies outside of the image: zeros, its border, or its reflection. Default: `zeros`. */
  readonly paddingMode?: "zeros" | "border" | "reflection";
  /** Whether -1 and 1 are the centers of the first and last pixels, rather than their outer edges. Default: false. */
  readonly alignCorners?: boolean;
}

/**
 * The values of images at the points of a grid, as PyTorch's `grid_sample`. A point is [column, row], both from -1 to 1 inside of the
 * image. The gradient reaches the images and the grid.
 *
 * A coordinate that is NaN or infinite has no gradient. With zeros it lies outside, as on the GPUs of PyTorch, whose CPU gives NaN there.
 * With a border or reflection NaN is the first row or column; infinity is the last one at a border and the first in a reflection.
 *
 * Shapes: f32 or f16 [n, c, h, w] and f32 [n, rows, columns, 2] -> [n, c, rows, columns]. Throws ShapeError and DTypeError for others,
 * ArgumentError for unknown options.
 *
 * @example gridSample(images, affineGrid(tensor([[[0, -1, 0], [1, 0, 0]]]), [1, 28, 28])) // a quarter turn of the first image
 */
export function gridSample(x: Tensor, grid: Tensor, options: GridSampleOptions = {}): Tensor {
  checkTensors("gridSample", x, grid);
  checkOptions<GridSampleOptions>("gridSample", options, {
    mode: oneOf("bilinear", "nearest"),
    paddingMode: oneOf("zeros", "border", "reflection"),
    alignCorners: yesOrNo,
  });
  checkDType("gridSample", "x", x, ...floatTypes);
  checkDType("gridSample", "grid", grid, "f32");
  if (x.rank !== 4 || grid.rank !== 4 || grid.shape[3] !== 2 || grid.shape[0] !== x.shape[0]) {
    throw new ShapeError(
      `gridSample: found x ${formatShape(x.shape)} and grid ${formatShape(grid.shape)}, expected [n, c, h, w] and [n, rows, columns, 2]`,
    );
  }
  const [n, , h, w] = x.shape as [number, number, number, number];
  const { mode = "bilinear" } = options;
  return scope(() => {
    const place = (part: number, size: number): Tensor =>
      pointwise([reshape(sliceAlong(grid, 3, part, 1), grid.shape.slice(0, 3))], (at) =>
        findPlace(at!, size, options),
      );
    const images = reshape(arange(0, n, { dtype: indexType, backend: x.backend }), [n, 1, 1]);
    return toChannelsFirst(samplePoints(x, { images, rows: place(1, h), columns: place(0, w) }, mode));
  });
}

/** A coordinate of the grid in pixels. */
function findPlace(at: Value, size: number, options: GridSampleOptions): Value {
  const { mode = "bilinear", paddingMode = "zeros", alignCorners = false } = options;
  const free = alignCorners ? e.mul(e.add(at, 1), (size - 1) / 2) : e.sub(e.mul(e.add(at, 1), size / 2), 0.5);
  const edge = alignCorners ? 0 : -0.5;
  // `samplePoints` sees to the others.
  const known = paddingMode === "zeros" ? free : replaceNonFinite(free, size, paddingMode);
  const reflected = paddingMode === "reflection" ? reflect(known, edge, size - 1 - edge) : known;
  const inside = paddingMode === "zeros" ? reflected : limit(reflected, size - 1);
  // Like PyTorch, ties go to even pixels.
  return mode === "nearest" ? e.round(inside) : inside;
}

/** The first pixel, as in PyTorch, where the remainder of a reflection is NaN too; at a border the last one for infinity. */
function replaceNonFinite(place: Value, size: number, paddingMode: "border" | "reflection"): Value {
  const isInfinity = e.equal(e.bitcast(place, "u32"), infinityBits);
  const replaced = paddingMode === "border" ? e.select(isInfinity, size - 1, e.constantLike(place, 0)) : 0;
  return e.select(hasFiniteBits(place), place, replaced);
}

const limit = (place: Value, last: number): Value =>
  e.select(e.less(place, 0), 0, e.select(e.greater(place, last), last, place));

/** A place that is mirrored at both ends as often as necessary. */
function reflect(place: Value, low: number, high: number): Value {
  const span = high - low;
  if (span === 0) return e.mul(place, 0);
  const distance = e.abs(e.sub(place, low));
  const turns = e.floor(e.div(distance, span));
  const rest = e.sub(distance, e.mul(turns, span));
  const isOdd = e.notEqual(e.mul(2, e.floor(e.mul(turns, 0.5))), turns);
  return e.add(e.select(isOdd, e.sub(span, rest), rest), low);
}

/**
 * The points that an affine map takes each pixel of an image from, for `gridSample`, as PyTorch's `affine_grid`. A row of a map has the
 * factors of the column and of the row of a pixel, and an offset; the first row gives columns, the second rows.
 *
 * Shapes: f32 [n, 2, 3] and [channels, height, width] -> [n, height, width, 2]. Throws ShapeError and DTypeError for other maps,
 * ArgumentError for a size that is none.
 *
 * @param size the shape of one image
 * @param options.alignCorners must be that of `gridSample`; default false
 * @example affineGrid(tensor([[[1, 0, 0], [0, 1, 0]]]), [3, 28, 28]) // -> [1, 28, 28, 2]
 */
export function affineGrid(
  maps: Tensor,
  size: readonly [channels: number, height: number, width: number],
  options: { readonly alignCorners?: boolean } = {},
): Tensor {
  checkTensors("affineGrid", maps);
  checkValue("affineGrid: size", size, listOf(positiveInteger, 3));
  checkOptions<typeof options>("affineGrid", options, { alignCorners: yesOrNo });
  checkDType("affineGrid", "maps", maps, "f32");
  if (maps.rank !== 3 || maps.shape[1] !== 2 || maps.shape[2] !== 3) {
    throw new ShapeError(`affineGrid: maps: found ${formatShape(maps.shape)}, expected [n, 2, 3]`);
  }
  const { alignCorners = false } = options;
  const [, height, width] = size;
  checkFits("affineGrid: size", { shape: [maps.shape[0]!, height, width, 2], dtype: "f32" }, maps.backend);
  return scope(() => {
    const places = (count: number): Tensor => arange(0, count, { dtype: "f32", backend: maps.backend });
    const [columns, rows] = [places(width), reshape(places(height), [height, 1])];
    const [ofColumns, ofRows] = [0, 1].map((row) => {
      const factors = [0, 1, 2].map((part) =>
        reshape(sliceAlong(sliceAlong(maps, 1, row, 1), 2, part, 1), [-1, 1, 1]),
      );
      return pointwise([columns, rows, ...factors], (column, line, a, b, c) => {
        const [u, v] = [normalize(column!, width, alignCorners), normalize(line!, height, alignCorners)];
        return e.add(e.add(e.mul(a!, u), e.mul(b!, v)), c!);
      });
    });
    return stack([ofColumns!, ofRows!], { axis: 3 });
  });
}

/** The coordinate, from -1 to 1, of a pixel. */
function normalize(pixel: Value, count: number, alignCorners: boolean): Value {
  if (!alignCorners) return e.sub(e.div(e.add(e.mul(pixel, 2), 1), count), 1);
  return count === 1 ? e.mul(pixel, 0) : e.sub(e.div(e.mul(pixel, 2), count - 1), 1);
}
