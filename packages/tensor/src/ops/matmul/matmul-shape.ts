import { ShapeError } from "../../checks/errors.ts";
import { checkDType } from "../../core/check-dtype.ts";
import type { Shape, Spec } from "../../core/spec.ts";
import { broadcastShapes, formatShape } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import type { EpilogueAttributes } from "./epilogue.ts";
import { computeEpilogueOutput } from "./epilogue.ts";

export interface MatmulAttributes extends EpilogueAttributes {
  /** Whether the last two dimensions of an operand are swapped first. */
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** The dtype of the product; default: that of a. */
  readonly dtype?: DType;
}

/** Throws ShapeError when the operands do not fit, DTypeError unless they are floats. */
export function computeMatmulOutput(inputs: readonly (Spec | undefined)[], attrs: MatmulAttributes): Spec {
  const shape = computeProductShape(inputs[0]!, inputs[1]!, attrs);
  return computeEpilogueOutput("matmul", { shape, dtype: attrs.dtype ?? inputs[0]!.dtype }, inputs, attrs);
}

function computeProductShape(a: Spec, b: Spec, { transposeA, transposeB }: MatmulAttributes): number[] {
  for (const [name, spec] of [
    ["a", a],
    ["b", b],
  ] as const) {
    checkDType("matmul", name, spec, ...floatTypes);
    if (spec.shape.length < 2) {
      throw new ShapeError(
        `matmul: ${name}: found ${formatShape(spec.shape)}, expected two dimensions or more`,
      );
    }
  }
  const [rows, depthOfA] = takeLastTwo(a.shape, transposeA);
  const [depthOfB, columns] = takeLastTwo(b.shape, transposeB);
  if (depthOfA !== depthOfB) {
    const show = (shape: Shape, transposed: boolean) =>
      formatShape(shape) + (transposed ? " transposed" : "");
    throw new ShapeError(
      `matmul: found ${show(a.shape, transposeA)} times ${show(b.shape, transposeB)}, expected ${depthOfA} rows in b, found ${depthOfB}`,
    );
  }
  return [...broadcastShapes([a.shape.slice(0, -2), b.shape.slice(0, -2)], "matmul: batch"), rows, columns];
}

/** The numbers of rows and columns of the matrices of an operand. */
export function takeLastTwo(shape: Shape, isTransposed: boolean): [rows: number, columns: number] {
  const [first, second] = shape.slice(-2) as [number, number];
  return isTransposed ? [second, first] : [first, second];
}
