import { checkOptions, checkTensors } from "../../checks/check.ts";
import { ArgumentError } from "../../checks/errors.ts";
import { anArray } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { formatShape } from "../../core/spec.ts";
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
      const spans = y!.shape.map((taken, axis) => Math.max(0, taken - 1) * Math.abs(step[axis]!));
      const low = begin.map((first, axis) => {
        if (y!.shape[axis] === 0) return 0;
        return step[axis]! < 0 ? first - spans[axis]! : first;
      });
      const high = x!.shape.map((size, axis) => {
        return size - low[axis]! - spans[axis]! - Math.min(1, y!.shape[axis]!);
      });
      const attrs = { low, high, interior: step.map((every) => Math.abs(every) - 1) };
      return [scope(() => execute(padOp, [turnForward(dy!, step)], attrs, { scalars: [0] })[0]!)];
    },
  },
  family: movementFamily,
};

/** Reverses the axes that were taken backwards. */
function turnForward(y: Tensor, step: readonly number[]): Tensor {
  if (step.every((every) => every > 0)) return y;
  const attrs = {
    begin: y.shape.map((size, axis) => (step[axis]! < 0 ? size - 1 : 0)),
    end: y.shape.map((size, axis) => (step[axis]! < 0 ? -1 : size)),
    step: step.map(Math.sign),
  };
  return execute(sliceOp, [y], attrs)[0]!;
}

export interface SliceOptions {
  /** The first index taken along each leading axis; negative ones count from the end. Default: the first, or the last for a negative step. */
  readonly begin?: readonly (number | undefined)[];
  /** The index after the last one taken; default: all from `begin` on are taken. */
  readonly end?: readonly (number | undefined)[];
  /** Every `step`-th index is taken, backwards if it is negative; default: 1. */
  readonly step?: readonly (number | undefined)[];
}

/**
 * A rectangular part of a tensor. Axes without options are taken whole. The result is a view if the part is contiguous
 * in memory and begins at a offset that the device allows, such as a range of a batch.
 *
 * Shapes: any -> ceil((end - begin) / step) along each axis. Throws ArgumentError for more axes than `x` has, indices out of
 * range, an end on the wrong side of its begin, and a step of 0.
 *
 * @example slice(x, { begin: [0, 2], end: [undefined, 5] }) // x[:, 2:5]
 * @example slice(tensor([1, 2, 3, 4]), { step: [-1] }) // [4, 3, 2, 1]
 */
export function slice(x: Tensor, options: SliceOptions): Tensor {
  checkTensors("slice", x);
  checkOptions<SliceOptions>("slice", options, { begin: anArray, end: anArray, step: anArray });
  const { begin = [], end = [], step = [] } = options;
  const axes = Math.max(begin.length, end.length, step.length);
  if (axes > x.rank) {
    throw new ArgumentError(
      `slice: found ${axes} axes, expected at most ${x.rank} for shape ${formatShape(x.shape)}`,
    );
  }
  const ranges = x.shape.map((size, axis) => readRange(size, axis, begin[axis], end[axis], step[axis] ?? 1));
  const attrs = {
    begin: ranges.map(([first]) => first),
    end: ranges.map(([, last]) => last),
    step: ranges.map(([, , every]) => every),
  };
  return execute(sliceOp, [x], attrs)[0]!;
}

/** The range along one axis, with indices counted from the front: the end of a backward range may be -1. */
function readRange(
  size: number,
  axis: number,
  begin: number | undefined,
  end: number | undefined,
  step: number,
): [begin: number, end: number, step: number] {
  const isBackward = step < 0;
  const last = isBackward ? size - 1 : size;
  const first = begin === undefined ? (isBackward ? last : 0) : checkIndex(begin, size, last, "begin", axis);
  const behind = end === undefined ? (isBackward ? -1 : last) : checkIndex(end, size, last, "end", axis);
  if (!Number.isInteger(step) || step === 0 || (isBackward ? behind > first : behind < first)) {
    throw new ArgumentError(
      `slice: axis ${axis}: found begin ${first}, end ${behind}, step ${step}, expected an integer step other than 0, and an end that it reaches`,
    );
  }
  return [first, behind, step];
}

function checkIndex(index: number, size: number, last: number, argument: string, axis: number): number {
  if (!Number.isInteger(index) || index < -size || index > last) {
    throw new ArgumentError(
      `slice: ${argument}: found ${index} for axis ${axis} of ${size} elements, expected an integer in [${-size}, ${last}]`,
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
