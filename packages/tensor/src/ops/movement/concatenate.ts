import { checkValue } from "../../checks/check.ts";
import { ArgumentError, DTypeError, ShapeError } from "../../checks/errors.ts";
import { aTensor, listOf } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import type { Shape } from "../../core/spec.ts";
import { formatShape, formatSpec, isSameShape, readAxisOption } from "../../core/spec.ts";
import type { ConcatenateAttributes } from "./attributes.ts";
import { computeBegins, computeLines } from "./lines.ts";
import { movementFamily } from "./movement-family.ts";
import { unsqueeze } from "./reshape.ts";
import { sliceAlong } from "./slice-and-pad.ts";

const withoutAxis = (shape: Shape, axis: number): Shape => shape.filter((_, other) => other !== axis);

/** Joins the inputs along an axis. */
export const concatenateOp: Op<ConcatenateAttributes> = {
  name: "concatenate",
  outputs: (parts, { axis }) => {
    const first = parts[0]!;
    for (const part of parts) {
      if (part!.dtype !== first.dtype) {
        throw new DTypeError(`concatenate: found ${parts.map(formatSpec).join(" and ")}, expected one dtype`);
      }
      if (!isSameShape(withoutAxis(part!.shape, axis), withoutAxis(first.shape, axis))) {
        throw new ShapeError(
          `concatenate: found ${parts.map((one) => formatShape(one!.shape)).join(" and ")}, expected shapes that differ along axis ${axis} only`,
        );
      }
    }
    const total = parts.reduce((size, part) => size + part!.shape[axis]!, 0);
    return [{ shape: first.shape.map((size, other) => (other === axis ? total : size)), dtype: first.dtype }];
  },
  meaning: {
    loops: (parts, [y], { axis }) => {
      const { outer, length, inner } = computeLines(y!.shape, axis);
      const begins = computeBegins(parts, axis);
      parts.forEach((part, index) => {
        const run = part!.shape[axis]! * inner;
        for (let row = 0; row < outer; row++) {
          const values = part!.data.subarray(row * run, (row + 1) * run);
          y!.data.set(values, (row * length + begins[index]!) * inner);
        }
      });
    },
  },
  gradient: {
    reads: () => ({ inputs: [], outputs: [] }),
    apply: ({ inputSpecs, outputGradients: [dy], needed, attrs: { axis } }) => {
      const begins = computeBegins(inputSpecs, axis);
      return inputSpecs.map((part, index) =>
        needed[index] ? sliceAlong(dy!, axis, begins[index]!, part!.shape[axis]!) : undefined,
      );
    },
  },
  family: movementFamily,
};

/**
 * Joins tensors along an existing axis.
 *
 * Shapes: equal except along `axis` -> the sum of the sizes along `axis`. Throws ArgumentError for no tensors or an
 * axis out of range, ShapeError and DTypeError for tensors that do not fit together.
 *
 * @param options.axis default: 0
 * @example concatenate([tensor([1, 2]), tensor([3])]) // [1, 2, 3]
 */
export function concatenate(tensors: readonly Tensor[], options: { readonly axis?: number } = {}): Tensor {
  checkValue("concatenate: tensors", tensors, listOf(aTensor));
  if (tensors.length === 0) throw new ArgumentError("concatenate: found no tensors, expected at least one");
  const axis = readAxisOption("concatenate", options, tensors[0]!.rank, 0);
  return execute(concatenateOp, tensors, { axis })[0]!;
}

/**
 * Joins tensors of one shape along a new axis.
 *
 * Shapes: n times [...] -> [..., n, ...]. Throws ArgumentError for no tensors or an axis out of range, ShapeError for shapes
 * that differ, DTypeError for dtypes that differ.
 *
 * @param options.axis the position of the new axis in the result; default: 0
 * @example stack([tensor([1, 2]), tensor([3, 4])]) // [[1, 2], [3, 4]]
 */
export function stack(tensors: readonly Tensor[], options: { readonly axis?: number } = {}): Tensor {
  checkValue("stack: tensors", tensors, listOf(aTensor));
  const [first] = tensors;
  if (first === undefined) throw new ArgumentError("stack: found no tensors, expected at least one");
  const axis = readAxisOption("stack", options, first.rank + 1, 0);
  if (!tensors.every(({ shape }) => isSameShape(shape, first.shape))) {
    throw new ShapeError(
      `stack: found ${tensors.map(({ shape }) => formatShape(shape)).join(" and ")}, expected equal shapes`,
    );
  }
  return scope(() =>
    concatenate(
      tensors.map((tensor) => unsqueeze(tensor, axis)),
      { axis },
    ),
  );
}
