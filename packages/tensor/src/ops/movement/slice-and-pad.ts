import { checkOptions, checkTensors, describeValue } from "../../checks/check.ts";
import { ArgumentError } from "../../checks/errors.ts";
import { anArray, listOf, nonNegativeInteger } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { formatShape, readAxisOption } from "../../core/spec.ts";
import type { PadAttributes, SliceAttributes } from "./attributes.ts";
import { computePaddedShape, computeSlicedShape } from "./attributes.ts";
import { movementFamily } from "./movement-family.ts";
import { forEachIndex, makeIndexer } from "./positions.ts";

/** y[i] = x[begin + i step], for every axis. */
export const sliceOp: Op<SliceAttributes> = {
  name: "slice",
  outputs: ([x], attrs) => [{ shape: computeSlicedShape(attrs), dtype: x!.dtype }],
  meaning: {
    loops: ([x], [y], { begin, step }) => {
      const position = makeIndexer(x!.shape);
      forEachIndex(y!.shape, (to, index) => {
        y!.data[to] = x!.data[position(index.map((at, axis) => begin[axis]! + at * step[axis]!))]!;
      });
    },
  },
  gradient: {
    reads: () => ({ inputs: [], outputs: [] }),
    apply: ({ inputSpecs: [x], outputSpecs: [y], outputGradients: [dy], attrs: { begin, step } }) => {
      const high = x!.shape.map((size, axis) => {
        const taken = y!.shape[axis]!;
        return size - begin[axis]! - (taken === 0 ? 0 : (taken - 1) * step[axis]! + 1);
      });
      const attrs = { low: begin, high, interior: step.map((every) => every - 1) };
      return execute(padOp, [dy!], attrs, { scalars: [0] });
    },
  },
  family: movementFamily,
};

export interface SliceOptions {
  /** The first index taken along each leading axis; negative ones count from the end. */
  readonly begin: readonly number[];
  /** The index after the last one taken; default: the dimension. */
  readonly end?: readonly (number | undefined)[];
  /** Every `step`-th index is taken; at least 1, which is the default. */
  readonly step?: readonly number[];
}

/**
 * A rectangular part of a tensor. Axes without options are taken whole. The result is a view if the part is contiguous
 * in memory and begins at a offset that the device allows, such as a range of a batch.
 *
 * Shapes: any -> ceil((end - begin) / step) along each axis. Throws ArgumentError for more axes than `x` has, indices out of
 * range, an end before its begin, and a step below 1.
 *
 * @example slice(x, { begin: [0, 2], end: [undefined, 5] }) // x[:, 2:5]
 */
export function slice(x: Tensor, options: SliceOptions): Tensor {
  checkOptions<SliceOptions>("slice", options, { begin: anArray, end: anArray, step: anArray }, ["begin"]);
  const { begin, end = [], step = [] } = options;
  if (Math.max(begin.length, end.length, step.length) > x.rank) {
    throw new ArgumentError(
      `slice: found ${Math.max(begin.length, end.length, step.length)} axes, expected at most ${x.rank} for shape ${formatShape(x.shape)}`,
    );
  }
  const attrs = {
    begin: x.shape.map((size, axis) => checkIndex(begin[axis] ?? 0, size, "begin", axis)),
    end: x.shape.map((size, axis) => checkIndex(end[axis] ?? size, size, "end", axis)),
    step: x.shape.map((_, axis) => step[axis] ?? 1),
  };
  attrs.step.forEach((every, axis) => {
    if (!Number.isInteger(every) || every < 1 || attrs.end[axis]! < attrs.begin[axis]!) {
      throw new ArgumentError(
        `slice: axis ${axis}: found begin ${attrs.begin[axis]}, end ${attrs.end[axis]}, step ${every}, expected begin <= end and a step of at least 1`,
      );
    }
  });
  return execute(sliceOp, [x], attrs)[0]!;
}

function checkIndex(index: number, size: number, argument: string, axis: number): number {
  if (!Number.isInteger(index) || index < -size || index > size) {
    throw new ArgumentError(
      `slice: ${argument}: found ${index} for axis ${axis} of ${size} elements, expected an integer in [${-size}, ${size}]`,
    );
  }
  return index < 0 ? index + size : index;
}

/** `size` indices from `begin` on along one axis, and all indices along the others. */
export function sliceAlong(x: Tensor, axis: number, begin: number, size: number): Tensor {
  const attrs = {
    begin: x.shape.map((_, other) => (other === axis ? begin : 0)),
    end: x.shape.map((dimension, other) => (other === axis ? begin + size : dimension)),
    step: x.shape.map(() => 1),
  };
  return execute(sliceOp, [x], attrs)[0]!;
}

/**
 * Cuts a tensor into parts along an axis: the inverse of `concatenate`.
 *
 * Shapes: [..., n, ...] -> parts whose sizes add up to n. Throws ArgumentError for an axis out of range, a number of parts
 * that does not divide n, or sizes that do not add up to n.
 *
 * @param parts the number of equal parts, or the size of each
 * @param options.axis default: 0
 * @example split(tensor([1, 2, 3, 4, 5]), [2, 3]) // [1, 2] and [3, 4, 5]
 */
export function split(
  x: Tensor,
  parts: number | readonly number[],
  options: { readonly axis?: number } = {},
): Tensor[] {
  checkTensors("split", x);
  const axis = readAxisOption("split", options, x.rank, 0);
  const size = x.shape[axis]!;
  const sizes = typeof parts === "number" ? listEqualSizes(size, parts) : parts;
  if (!listOf(nonNegativeInteger).accepts(sizes) || sizes.reduce((sum, part) => sum + part, 0) !== size) {
    throw new ArgumentError(
      `split: parts: found ${describeValue(parts)}, expected parts that add up to ${size}, axis ${axis} of ${formatShape(x.shape)}`,
    );
  }
  let begin = 0;
  return sizes.map((part) => {
    begin += part;
    return sliceAlong(x, axis, begin - part, part);
  });
}

const listEqualSizes = (size: number, count: number): number[] =>
  Number.isInteger(count) && count > 0 ? new Array<number>(count).fill(size / count) : [];

/** y[low + i (interior + 1)] = x[i], for every axis; the call's scalar everywhere else. */
export const padOp: Op<PadAttributes> = {
  name: "pad",
  outputs: ([x], attrs) => [{ shape: computePaddedShape(x!.shape, attrs), dtype: x!.dtype }],
  meaning: {
    loops: ([x], [y], { low, interior }, [value]) => {
      const position = makeIndexer(y!.shape);
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
