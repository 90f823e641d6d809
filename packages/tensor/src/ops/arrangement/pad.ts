import { checkOptions, checkTensors, describeValue } from "../../checks/check.ts";
import { ArgumentError, ShapeError } from "../../checks/errors.ts";
import { anyNumber, integer, listOf, oneOf } from "../../checks/rules.ts";
import { checkFits } from "../../core/devices/backend.ts";
import { execute } from "../../core/executor.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { formatShape } from "../../core/spec.ts";
import { checkNumber } from "../../expression/dtype-kinds.ts";
import { padOp, sliceOp } from "../movement/slice-and-pad.ts";
import type { ExtendMode } from "./attributes.ts";
import { extendOp } from "./extend.ts";

export interface PadOptions {
  /**
   * The values of the new elements: `constant`; `reflect`, which mirrors the tensor without repeating its edge; `edge`, the
   * nearest element (PyTorch's `replicate`); or `wrap`, the elements of the other side (PyTorch's `circular`). Default: "constant".
   */
  readonly mode?: "constant" | ExtendMode;
  /** The constant. Default: 0. */
  readonly value?: number;
}

type Widths = readonly (readonly [before: number, after: number])[];

/**
 * Surrounds a tensor with a constant, or with its own elements. Negative widths take elements away, as in PyTorch.
 *
 * Shapes: any -> before + dimension + after along each axis. Throws ArgumentError unless `widths` has a pair of integers for every
 * axis, and for a value with another mode than `constant`; ShapeError where more elements are taken away than there are, or more
 * are added than `reflect` (dimension - 1) or `wrap` (dimension) have; DTypeError for a value that the dtype cannot represent.
 *
 * @param widths the number of elements before and after, for each axis
 * @example pad(images, [[0, 0], [0, 0], [4, 4], [4, 4]]) // four zeros on each side of height and width
 * @example pad(tensor([1, 2, 3]), [[2, 1]], { mode: "reflect" }) // [3, 2, 1, 2, 3, 2]
 */
export function pad(x: Tensor, widths: Widths, options: PadOptions = {}): Tensor {
  checkTensors("pad", x);
  checkOptions<PadOptions>("pad", options, {
    mode: oneOf("constant", "reflect", "edge", "wrap"),
    value: anyNumber,
  });
  const { mode = "constant", value } = options;
  if (!listOf(listOf(integer, 2), x.rank).accepts(widths)) {
    throw new ArgumentError(
      `pad: widths: found ${describeValue(widths)} for a tensor of shape ${formatShape(x.shape)}, expected a pair of integers for each axis`,
    );
  }
  const shape = x.shape.map((size, axis) => Math.max(0, size + widths[axis]![0] + widths[axis]![1]));
  checkFits("pad: widths", { shape, dtype: x.dtype }, x.backend);
  if (mode === "constant") return padConstant(x, widths, value ?? 0);
  if (value !== undefined) {
    throw new ArgumentError(
      `pad: value: found ${value} with mode "${mode}", expected none: only "constant" has a value`,
    );
  }
  const [low, high] = [widths.map(([before]) => before), widths.map(([, after]) => after)];
  return execute(extendOp, [x], { low, high, mode })[0]!;
}

function padConstant(x: Tensor, widths: Widths, value: number): Tensor {
  checkNumber("pad", x.dtype, value);
  const attrs = {
    low: widths.map(([before]) => Math.max(0, before)),
    high: widths.map(([, after]) => Math.max(0, after)),
    interior: widths.map(() => 0),
  };
  return scope(() => execute(padOp, [takeAway(x, widths)], attrs, { scalars: [value] })[0]!);
}

/** Without the elements that negative widths take away. */
function takeAway(x: Tensor, widths: Widths): Tensor {
  if (widths.flat().every((width) => width >= 0)) return x;
  const begin = widths.map(([before]) => Math.max(0, -before));
  const end = widths.map(([, after], axis) => x.shape[axis]! + Math.min(0, after));
  const axis = begin.findIndex((first, axis) => first > end[axis]!);
  if (axis >= 0) {
    throw new ShapeError(
      `pad: found widths ${widths[axis]!.join(" and ")} for axis ${axis} of ${formatShape(x.shape)}, expected no more elements taken away than there are`,
    );
  }
  return execute(sliceOp, [x], { begin, end, step: begin.map(() => 1) })[0]!;
}
