import { checkOptions, checkTensors } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { anything, yesOrNo } from "../../checks/rules.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op, ReferenceArray } from "../../core/op.ts";
import type { Spec } from "../../core/spec.ts";
import { formatShape, isSameShape, normalizeAxis } from "../../core/spec.ts";
import { arithmeticTypes, indexType } from "../../expression/dtype-kinds.ts";
import * as e from "../../expression/functions.ts";
import { pointwise } from "../elementwise/fusion/pointwise.ts";
import { computeLines, forEachLine } from "../movement/lines.ts";
import { reshape } from "../movement/reshape.ts";
import type { ArgExtremeAttributes } from "./attributes.ts";
import { checkReducible } from "./extreme.ts";
import { reductionFamily } from "./reduction-family.ts";
import { computeReducedShape } from "./reduction-geometry.ts";

export interface ArgExtremeOptions {
  /** Default: the flattened tensor. */
  readonly axis?: number;
  /** Keeps the axis, with one element. Default: false. */
  readonly keepDims?: boolean;
}

export function computeArgExtremeOutputs(operation: string, x: Spec, attrs: ArgExtremeAttributes): Spec[] {
  checkDType(operation, "x", x, ...arithmeticTypes);
  checkReducible(operation, x, attrs);
  return [{ shape: computeReducedShape(x.shape, attrs), dtype: indexType }];
}

/** The first position whose value beats all others, or that of the first NaN. */
export function runArgExtremeLoops(
  [x]: readonly (ReferenceArray | undefined)[],
  [y]: readonly ReferenceArray[],
  axis: number,
  beats: (value: number, best: number) => boolean,
): void {
  const lines = computeLines(x!.shape, axis);
  forEachLine(lines, (first, line) => {
    let best = x!.data[first]!;
    for (let position = 1; position < lines.length; position++) {
      const value = x!.data[first + position * lines.inner]!;
      if (Number.isNaN(best) || !(beats(value, best) || Number.isNaN(value))) continue;
      best = value;
      y!.data[line] = position;
    }
  });
}

export function callArgExtreme(op: Op<ArgExtremeAttributes>, x: Tensor, options: ArgExtremeOptions): Tensor {
  checkTensors(op.name, x);
  checkOptions<ArgExtremeOptions>(op.name, options, { axis: anything, keepDims: yesOrNo });
  const { axis, keepDims = false } = options;
  if (axis !== undefined)
    return execute(op, [x], { axes: [normalizeAxis(axis, x.rank, op.name)], keepDims })[0]!;
  return scope(() => {
    const [position] = execute(op, [reshape(x, [x.size])], { axes: [0], keepDims: false });
    return keepDims
      ? reshape(
          position!,
          x.shape.map(() => 1),
        )
      : position!;
  });
}

/** y = the first position of the largest value along the axis, or that of the first NaN. */
export const argmaxOp: Op<ArgExtremeAttributes> = {
  name: "argmax",
  outputs: ([x], attrs) => computeArgExtremeOutputs("argmax", x!, attrs),
  meaning: {
    loops: (inputs, outputs, { axes }) =>
      runArgExtremeLoops(inputs, outputs, axes[0]!, (value, best) => value > best),
  },
  family: reductionFamily,
};

/**
 * The index of the largest value along an axis; the first of equal values. NaN counts as the largest value, as in PyTorch.
 *
 * Shapes: any -> i32 without the axis, or with one element there (`keepDims`). Throws DTypeError unless x is f32, f16,
 * i32 or u32, ShapeError where there is no element to choose, ArgumentError for an axis out of range.
 *
 * @example argmax(tensor([[1, 4], [3, 2]]), { axis: 1 }) // [1, 0]
 */
export function argmax(x: Tensor, options: ArgExtremeOptions = {}): Tensor {
  return callArgExtreme(argmaxOp, x, options);
}

/** y = the first position of the smallest value along the axis, or that of the first NaN. */
export const argminOp: Op<ArgExtremeAttributes> = {
  name: "argmin",
  outputs: ([x], attrs) => computeArgExtremeOutputs("argmin", x!, attrs),
  meaning: {
    loops: (inputs, outputs, { axes }) =>
      runArgExtremeLoops(inputs, outputs, axes[0]!, (value, best) => value < best),
  },
  family: reductionFamily,
};

/**
 * The index of the smallest value along an axis; the first of equal values. NaN counts as the smallest value, as in PyTorch.
 *
 * Shapes: any -> i32 without the axis, or with one element there (`keepDims`). Throws DTypeError unless x is f32, f16,
 * i32 or u32, ShapeError where there is no element to choose, ArgumentError for an axis out of range.
 *
 * @example argmin(tensor([[1, 4], [3, 2]]), { axis: 1 }) // [0, 1]
 */
export function argmin(x: Tensor, options: ArgExtremeOptions = {}): Tensor {
  return callArgExtreme(argminOp, x, options);
}

const readLastAxis = ({ shape }: Spec): ArgExtremeAttributes => ({
  axes: [shape.length - 1],
  keepDims: false,
});

/** y = 1 where argmax(x) along the last axis is the given position, else 0. */
export const isArgmaxOp: Op<object> = {
  name: "isArgmax",
  outputs: ([x, positions]) => {
    const shape = x!.shape.slice(0, -1);
    if (x!.shape.length === 0 || !isSameShape(positions!.shape, shape)) {
      throw new ShapeError(
        `isArgmax: found x ${formatShape(x!.shape)} and positions ${formatShape(positions!.shape)}, expected [..., n] and [...]`,
      );
    }
    checkDType("isArgmax", "positions", positions!, indexType);
    argmaxOp.outputs([x], readLastAxis(x!));
    return [{ shape, dtype: "f32" }];
  },
  meaning: {
    composition: ([x, positions]) => [
      pointwise([execute(argmaxOp, [x!], readLastAxis(x!))[0]!, positions!], (a, b) =>
        e.cast(e.equal(a, b), "f32"),
      ),
    ],
  },
  family: reductionFamily,
};

/**
 * 1 where the largest value along the last axis is at the given position, otherwise 0, as f32: whether a classifier is
 * right. Ties and NaN count as in `argmax`. A position out of range, such as the label of an ignored sample, gives 0.
 *
 * Shapes: [..., n], i32 [...] -> f32 [...]. Throws ShapeError when they do not fit or n is 0, DTypeError unless x is
 * f32, f16, i32 or u32.
 *
 * @example mean(isArgmax(logits, labels)) // the accuracy
 */
export function isArgmax(x: Tensor, positions: Tensor): Tensor {
  return execute(isArgmaxOp, [x, positions], {})[0]!;
}
