import { checkOptions, checkTensors, checkValue } from "../../checks/check.ts";
import { ArgumentError } from "../../checks/errors.ts";
import type { Rule } from "../../checks/rules.ts";
import { axes, either, integer, listOf } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Axes } from "../../core/spec.ts";
import { normalizeAxis } from "../../core/spec.ts";
import { reshape } from "../movement/reshape.ts";
import { extendOp } from "./extend.ts";

/**
 * Moves the elements along one or more axes; those that are pushed out at one end come back at the other.
 *
 * Shapes: any -> the same. Throws ArgumentError for shifts that are not integers, axes out of range, and different numbers of
 * shifts and axes.
 *
 * @param shift the number of positions, for each axis; negative ones move towards the front
 * @param options.axis the axes; an axis that is named twice is shifted twice. Default: the tensor is shifted as one vector
 * @example roll(tensor([1, 2, 3, 4]), 1) // [4, 1, 2, 3]
 */
export function roll(x: Tensor, shift: Axes, options: { readonly axis?: Axes } = {}): Tensor {
  checkTensors("roll", x);
  checkValue("roll: shift", shift, shiftRule);
  checkOptions<typeof options>("roll", options, { axis: axes });
  const { axis } = options;
  const shifts = typeof shift === "number" ? [shift] : shift;
  if (axis === undefined) {
    const total = shifts.reduce((sum, one) => sum + one, 0);
    return scope(() => reshape(rotate(reshape(x, [x.size]), [total]), x.shape));
  }
  const list = (typeof axis === "number" ? [axis] : axis).map((one) => normalizeAxis(one, x.rank, "roll"));
  if (list.length !== shifts.length) {
    throw new ArgumentError(`roll: found ${shifts.length} shifts and ${list.length} axes, expected as many`);
  }
  const perAxis = x.shape.map((_, at) =>
    shifts.reduce((sum, one, index) => (list[index] === at ? sum + one : sum), 0),
  );
  return rotate(x, perAxis);
}

const shiftRule: Rule = /* @__PURE__ */ either(integer, /* @__PURE__ */ listOf(integer));

/** Adds the elements that come back before, and takes them away behind. */
function rotate(x: Tensor, shifts: readonly number[]): Tensor {
  const low = x.shape.map((size, axis) => (size === 0 ? 0 : ((shifts[axis]! % size) + size) % size));
  return execute(extendOp, [x], { low, high: low.map((width) => 0 - width), mode: "wrap" })[0]!;
}
