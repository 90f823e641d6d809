import { checkOptions, checkTensors } from "../../checks/check.ts";
import { ArgumentError } from "../../checks/errors.ts";
import { anyNumber, listOf, nonNegativeInteger } from "../../checks/rules.ts";
import type { Limits } from "../../core/backend.ts";
import { execute } from "../../core/executor.ts";
import type { Op, Plan } from "../../core/op.ts";
import type { Shape, Spec } from "../../core/spec.ts";
import { formatShape, sizeOf, stridesOf } from "../../core/spec.ts";
import type { Tensor } from "../../core/tensor.ts";
import { checkNumber } from "../../expression/dtype-kinds.ts";
import { movementFamily } from "./movement-family.ts";
import { forEachIndex, positionIn } from "./positions.ts";
import { sliceOp } from "./slice.ts";
import type { StridedCopy } from "./strided-copy.ts";
import { viewPlan } from "./view.ts";

/** For every axis: elements before, after, and between neighbours, all >= 0. */
export interface PadAttributes {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly interior: readonly number[];
}

const paddedShape = (shape: Shape, { low, high, interior }: PadAttributes): number[] =>
  shape.map((size, axis) => low[axis]! + size + Math.max(0, size - 1) * interior[axis]! + high[axis]!);

/** y[low + i (interior + 1)] = x[i], for every axis; the call's scalar everywhere else. */
export const padOp: Op<PadAttributes> = {
  name: "pad",
  outputs: ([x], attrs) => [{ shape: paddedShape(x!.shape, attrs), dtype: x!.dtype }],
  meaning: {
    loops: ([x], [y], { low, interior }, [value]) => {
      const position = positionIn(y!.shape);
      y!.data.fill(value!);
      forEachIndex(x!.shape, (from, index) => {
        const to = position(index.map((at, axis) => low[axis]! + at * (interior[axis]! + 1)));
        y!.data[to] = x!.data[from]!;
      });
    },
  },
  gradient: {
    reads: () => ({ inputs: [], outputs: [] }),
    apply: ({ inputSpecs: [x], outputGradients: [dy], attrs: { low, interior } }) => {
      const step = interior.map((between) => between + 1);
      const end = x!.shape.map((size, axis) =>
        size === 0 ? low[axis]! : low[axis]! + (size - 1) * step[axis]! + 1,
      );
      return execute(sliceOp, [dy!], { begin: low, end, step });
    },
  },
  family: movementFamily,
};

/** Nothing to do where nothing is added. */
export const padView = (x: Spec, attrs: PadAttributes, limits: Limits): Plan | undefined =>
  sizeOf(paddedShape(x.shape, attrs)) === sizeOf(x.shape) ? viewPlan(x, limits) : undefined;

export function copyInto(y: Spec, x: Spec, { low, interior }: PadAttributes): StridedCopy {
  const strides = stridesOf(y.shape).map((stride, axis) => stride * (interior[axis]! + 1));
  const to = { offset: positionIn(y.shape)(low), strides };
  return { shape: x.shape, from: { offset: 0, strides: stridesOf(x.shape) }, to };
}

/**
 * Surrounds a tensor with a constant.
 *
 * Shapes: any -> before + dimension + after along each axis. Throws ArgumentError unless `widths` has a pair of non-negative
 * integers for every axis, DTypeError for a value that the dtype does not hold.
 *
 * @param widths elements before and after, for each axis
 * @param options.value default: 0
 * @example pad(images, [[0, 0], [0, 0], [4, 4], [4, 4]]) // four zeros on each side of height and width
 */
export function pad(
  x: Tensor,
  widths: readonly (readonly [before: number, after: number])[],
  options: { readonly value?: number } = {},
): Tensor {
  checkTensors("pad", x);
  checkOptions<typeof options>("pad", options, { value: anyNumber });
  const { value = 0 } = options;
  if (!listOf(listOf(nonNegativeInteger, 2), x.rank).accepts(widths)) {
    throw new ArgumentError(
      `pad: widths: found ${JSON.stringify(widths)} for a tensor of shape ${formatShape(x.shape)}, expected a pair of non-negative integers for each axis`,
    );
  }
  checkNumber("pad", x.dtype, value);
  const attrs = {
    low: widths.map(([before]) => before),
    high: widths.map(([, after]) => after),
    interior: widths.map(() => 0),
  };
  return execute(padOp, [x], attrs, { scalars: [value] })[0]!;
}
