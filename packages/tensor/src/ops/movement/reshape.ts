import { checkTensors, checkValue } from "../../checks/check.ts";
import { ArgumentError, ShapeError } from "../../checks/errors.ts";
import { anArray, axes } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import type { Axes, AxisOptions, Shape } from "../../core/spec.ts";
import {
  checkShape,
  countElements,
  formatShape,
  normalizeAxes,
  normalizeAxis,
  readAxesOption,
} from "../../core/spec.ts";

export interface ReshapeAttributes {
  readonly shape: Shape;
}

/** The same values in the same order with another shape: a view, which needs no launch. */
export const reshapeOp: Op<ReshapeAttributes> = {
  name: "reshape",
  outputs: ([x], { shape }) => {
    checkShape(shape, "reshape: shape");
    if (countElements(shape) !== countElements(x!.shape)) {
      throw new ShapeError(
        `reshape: found ${formatShape(x!.shape)} with ${countElements(x!.shape)} elements, expected as many as ${formatShape(shape)} has`,
      );
    }
    return [{ shape, dtype: x!.dtype }];
  },
  meaning: { loops: ([x], [y]) => y!.data.set(x!.data) },
  gradient: {
    reads: () => ({ inputs: [], outputs: [] }),
    apply: ({ inputSpecs, outputGradients }) => [reshape(outputGradients[0]!, inputSpecs[0]!.shape)],
  },
  plan: () => ({ launches: [], temporaries: [], aliases: [[0, 0]] }),
};

/**
 * The same values in row-major order with another shape. The result is a view: no data is copied.
 *
 * Shapes: any -> `shape`, in which one dimension may be -1 and is inferred from the others. Throws ShapeError when the sizes
 * differ, ArgumentError for more than one -1 or one that no size satisfies.
 *
 * @example reshape(x, [-1, 28 * 28]) // [n, 28, 28] -> [n, 784]
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  checkValue("reshape: shape", shape, anArray);
  return execute(reshapeOp, [x], { shape: inferDimension(x.shape, shape) })[0]!;
}

/** Replaces -1 in `shape` by the dimension that the size of `from` implies. */
function inferDimension(from: Shape, shape: Shape): Shape {
  const unknown = shape.indexOf(-1);
  if (unknown < 0) return shape;
  const others = shape.filter((_, axis) => axis !== unknown);
  const known = countElements(others);
  if (others.includes(-1) || known === 0 || countElements(from) % known !== 0) {
    throw new ArgumentError(
      `reshape: shape: found ${formatShape(shape)} for a tensor of shape ${formatShape(from)}, expected at most one -1, which the other dimensions determine`,
    );
  }
  return shape.map((dimension, axis) => (axis === unknown ? countElements(from) / known : dimension));
}

/**
 * Merges neighbouring axes into one. The result is a view. A scalar becomes a vector of one element.
 *
 * Shapes: [..., a, b, ...] -> [..., a * b, ...]. Throws ArgumentError for axes out of range or in the wrong order.
 *
 * @param firstAxis default: 0
 * @param lastAxis the last axis that is merged; default: -1
 * @example flatten(images, 1) // [n, 28, 28] -> [n, 784]
 */
export function flatten(x: Tensor, firstAxis = 0, lastAxis = -1): Tensor {
  checkTensors("flatten", x);
  if (x.rank === 0) return reshape(x, [1]);
  const first = normalizeAxis(firstAxis, x.rank, "flatten");
  const last = normalizeAxis(lastAxis, x.rank, "flatten");
  if (last < first) {
    throw new ArgumentError(`flatten: found axes ${first} to ${last}, expected first <= last`);
  }
  const merged = countElements(x.shape.slice(first, last + 1));
  return reshape(x, x.shape.toSpliced(first, last + 1 - first, merged));
}

/**
 * Removes axes of one element. The result is a view.
 *
 * Shapes: [..., 1, ...] -> [...]. Throws ArgumentError for axes out of range or named twice, ShapeError for an axis of another
 * size.
 *
 * @param options.axis default: all axes of one element
 * @example squeeze(tensor([[1], [2]]), { axis: 1 }) // [1, 2]
 */
export function squeeze(x: Tensor, options: AxisOptions = {}): Tensor {
  checkTensors("squeeze", x);
  const single = x.shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
  const removed = readAxesOption("squeeze", options, x.rank, single);
  for (const axis of removed) {
    if (x.shape[axis] !== 1) {
      throw new ShapeError(
        `squeeze: axis ${axis}: found ${x.shape[axis]} elements in shape ${formatShape(x.shape)}, expected 1`,
      );
    }
  }
  return reshape(
    x,
    x.shape.filter((_, axis) => !removed.includes(axis)),
  );
}

/**
 * Inserts one or more axes of one element each. The result is a view.
 *
 * Shapes: [...] -> [..., 1, ...]. Throws ArgumentError for axes out of range or named twice.
 *
 * @param axis the positions of the new axes in the result; negative ones count from its end
 * @example unsqueeze(tensor([1, 2]), 1) // [[1], [2]]
 * @example unsqueeze(ones([3, 4]), [0, 2]) // -> [1, 3, 1, 4]
 */
export function unsqueeze(x: Tensor, axis: Axes): Tensor {
  checkTensors("unsqueeze", x);
  checkValue("unsqueeze: axis", axis, axes);
  const added = typeof axis === "number" ? 1 : axis.length;
  const shape = [...x.shape];
  for (const one of normalizeAxes(axis, x.rank + added, "unsqueeze")) shape.splice(one, 0, 1);
  return reshape(x, shape);
}
