import type { Expression } from "../../expression/expression.ts";
import type { Plan } from "../op.ts";
import type { Shape, Spec } from "../spec.ts";
import { broadcastStrides, countElements, isSameShape } from "../spec.ts";

/**
 * One launch that evaluates an expression over the present inputs, broadcast to the shape of the outputs. An output uses
 * the memory of a donated input of the same shape and dtype.
 */
export function planExpression(
  expression: Expression,
  inputs: readonly (Spec | undefined)[],
  outputs: readonly Spec[],
  donated: readonly boolean[],
): Plan {
  const shape = outputs[0]!.shape;
  const present = inputs.flatMap((spec, input) => (spec === undefined ? [] : [{ spec, input }]));
  const aliases: [number, number][] = [];
  outputs.forEach((output, index) => {
    const reusable = present.find(
      ({ spec, input }) =>
        donated[input] &&
        spec.dtype === output.dtype &&
        isSameShape(spec.shape, output.shape) &&
        !aliases.some(([, taken]) => taken === input),
    );
    if (reusable !== undefined) aliases.push([index, reusable.input]);
  });
  if (countElements(shape) === 0) return { launches: [], temporaries: [], aliases };
  const merged = mergeDimensions(
    shape,
    present.map(({ spec }) => broadcastStrides(spec.shape, shape)),
  );
  return {
    launches: [
      {
        kind: "expression",
        expression,
        shape: merged.shape,
        reads: present.map(({ input }, position) => ({
          operand: { input },
          strides: merged.strides[position]!,
        })),
        writes: outputs.map((_, output) => ({ output })),
        scalars: expression.scalars.map((_, scalar) => ({ scalar })),
      },
    ],
    temporaries: [],
    aliases,
  };
}

/**
 * Drops dimensions of one element and merges neighbours that are contiguous in every operand. The innermost stride of a
 * contiguous operand is then 0 or 1.
 */
export function mergeDimensions(
  shape: Shape,
  strides: readonly (readonly number[])[],
): { shape: number[]; strides: number[][] } {
  const mergedShape: number[] = [];
  const mergedStrides: number[][] = strides.map(() => []);
  shape.forEach((dimension, axis) => {
    if (dimension === 1) return;
    const last = mergedShape.length - 1;
    const joins =
      last >= 0 && strides.every((own, index) => mergedStrides[index]![last] === own[axis]! * dimension);
    if (joins) {
      mergedShape[last]! *= dimension;
      strides.forEach((own, index) => {
        mergedStrides[index]![last] = own[axis]!;
      });
    } else {
      mergedShape.push(dimension);
      strides.forEach((own, index) => {
        mergedStrides[index]!.push(own[axis]!);
      });
    }
  });
  if (mergedShape.length === 0) return { shape: [1], strides: strides.map(() => [0]) };
  return { shape: mergedShape, strides: mergedStrides };
}
