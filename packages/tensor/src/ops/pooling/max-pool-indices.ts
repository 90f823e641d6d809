import { checkTensors } from "../../checks/check.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { countElements } from "../../core/spec.ts";
import { indexType } from "../../expression/dtype-kinds.ts";
import type { Value } from "../../expression/expression.ts";
import { buildExpression } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import type { Rank } from "../convolution/window-options.ts";
import { pointwise } from "../elementwise/fusion/pointwise.ts";
import { reshape } from "../movement/reshape.ts";
import type { PoolAttributes, PoolGradientAttributes } from "./attributes.ts";
import { maxPoolOp, maxPoolSelectOp } from "./max-pool.ts";
import { choosePlaceType } from "./places.ts";
import type { Extent, MaxPoolOptions } from "./pool-options.ts";
import { readPoolAttributes } from "./pool-options.ts";
import { checkPooled, computePlaneGeometry, computePooledSpec } from "./pooling-geometry.ts";
import { flattenPlanes, splitVolume } from "./volumes.ts";

/** The positions of places in the planes of the input, row by row. */
export const maxPoolIndicesOp: Op<PoolGradientAttributes> = {
  name: "maxPoolIndices",
  outputs: ([places], attrs) => {
    checkDType("maxPoolIndices", "places", places!, choosePlaceType(attrs));
    checkPooled("maxPoolIndices", places!.shape, attrs);
    return [{ shape: places!.shape, dtype: indexType }];
  },
  meaning: {
    expression: ([places], attrs) => {
      const geometry = computePlaneGeometry(attrs.inputShape, places!.shape, attrs);
      const { input, output, kernel } = geometry;
      return buildExpression({ inputs: [places!.dtype], outputs: [indexType] }, ([stored]) => {
        const index = e.indexLike(stored!);
        const place = e.cast(stored!, "i32");
        const find = (side: "height" | "width", window: Value, tap: Value): Value => {
          const number = e.cast(window, "i32");
          const start = geometry.isAdaptive
            ? e.div(e.mul(number, input[side]), output[side])
            : e.sub(e.mul(number, geometry.stride[side]), geometry.padding[side]);
          return e.add(start, e.mul(tap, geometry.dilation[side]));
        };
        const [outRow, outColumn] = [
          e.rem(e.div(index, output.width), output.height),
          e.rem(index, output.width),
        ];
        const row = find("height", outRow, e.div(place, kernel.width));
        const column = find("width", outColumn, e.rem(place, kernel.width));
        return [e.add(e.mul(row, input.width), column)];
      });
    },
  },
};

/** The maxima of windows, and the positions of the maxima. */
export interface IndexedMaxima {
  readonly values: Tensor;
  /** i32: the position of each maximum in its line, plane or volume, in row-major order. */
  readonly indices: Tensor;
}

function findMaxima(x: Tensor, attrs: PoolAttributes): IndexedMaxima & { readonly places: Tensor } {
  const [values, places] = execute(maxPoolOp, [x], attrs);
  const [indices] = execute(maxPoolIndicesOp, [places], { ...attrs, inputShape: x.shape });
  return { values: values!, places: places!, indices: indices! };
}

/** The maxima of volumes: those of planes, then those of the depth, which select among the positions in planes. */
function findVolumeMaxima(x: Tensor, attrs: PoolAttributes): IndexedMaxima {
  const { planes, depth } = splitVolume(attrs);
  const ofPlanes = findMaxima(x, planes);
  const ofDepth = findMaxima(flattenPlanes(ofPlanes.values), depth);
  const inPlanes = execute(maxPoolSelectOp, [flattenPlanes(ofPlanes.indices), ofDepth.places], depth)[0]!;
  const [pooled, whole] = [ofPlanes.values.shape.slice(-2), x.shape.slice(-2)];
  const indices = pointwise([ofDepth.indices, inPlanes], (inDepth, inPlane) =>
    e.add(e.mul(e.div(inDepth, countElements(pooled)), countElements(whole)), inPlane),
  );
  const shape = [...ofDepth.values.shape.slice(0, -1), ...pooled];
  return { values: reshape(ofDepth.values, shape), indices: reshape(indices, shape) };
}

function maxPoolWithIndices(
  operation: string,
  x: Tensor,
  rank: Rank,
  kernel: Extent,
  options: MaxPoolOptions,
): IndexedMaxima {
  checkTensors(operation, x);
  const attrs = readPoolAttributes(operation, x.shape, rank, kernel, options);
  computePooledSpec(operation, x, attrs);
  return scope(() => {
    const { values, indices } = rank === 3 ? findVolumeMaxima(x, attrs) : findMaxima(x, attrs);
    return { values, indices };
  });
}

/**
 * `maxPool1d`, and the positions of the maxima, which `maxUnpool1d` takes: PyTorch's `return_indices`. Where maxima are equal, it
 * is the position of the first one.
 *
 * Shapes: [..., length] -> values and i32 indices [..., windows]. Throws DTypeError unless x is f32 or f16, ArgumentError for
 * impossible options, ShapeError when no window fits in.
 *
 * @example maxPool1dWithIndices(tensor([[1, 3, 2, 5]]), 2) // values [[3, 5]], indices [[1, 3]]
 */
export function maxPool1dWithIndices(x: Tensor, kernel: Extent, options: MaxPoolOptions = {}): IndexedMaxima {
  return maxPoolWithIndices("maxPool1dWithIndices", x, 1, kernel, options);
}

/**
 * `maxPool2d`, and the positions of the maxima in their planes, row by row, which `maxUnpool2d` takes: PyTorch's `return_indices`.
 * Where maxima are equal, it is the position of the first one.
 *
 * Shapes: [..., height, width] -> values and i32 indices [..., rows, columns]. Throws DTypeError unless x is f32 or f16,
 * ArgumentError for impossible options, ShapeError when no window fits in.
 *
 * @example const { values, indices } = maxPool2dWithIndices(images, 2); // [32, 64, 28, 28] -> twice [32, 64, 14, 14]
 */
export function maxPool2dWithIndices(x: Tensor, kernel: Extent, options: MaxPoolOptions = {}): IndexedMaxima {
  return maxPoolWithIndices("maxPool2dWithIndices", x, 2, kernel, options);
}

/**
 * `maxPool3d`, and the positions of the maxima in their volumes, plane by plane, which `maxUnpool3d` takes: PyTorch's
 * `return_indices`. Where maxima are equal, it is the position of the first one.
 *
 * Shapes: [..., depth, height, width] -> values and i32 indices [..., planes, rows, columns]. Throws DTypeError unless x is f32
 * or f16, ArgumentError for impossible options, ShapeError when no window fits in.
 *
 * @example const { values, indices } = maxPool3dWithIndices(volumes, 2); // [2, 8, 16, 16, 16] -> twice [2, 8, 8, 8, 8]
 */
export function maxPool3dWithIndices(x: Tensor, kernel: Extent, options: MaxPoolOptions = {}): IndexedMaxima {
  return maxPoolWithIndices("maxPool3dWithIndices", x, 3, kernel, options);
}
