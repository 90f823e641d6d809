import type { Expression } from "@evenkeel/tensor";
import type { ValueType } from "./function-writer.ts";
import { valueTypes } from "./function-writer.ts";

/** How an assembled expression walks its operands: what of a launch's geometry is fixed in the code. */
export interface ExpressionLayout {
  /** Dimensions of the iteration space, at least 1. */
  readonly rank: number;
  /** The innermost stride of each input: 1 where it is contiguous, 0 where it is broadcast. */
  readonly innermost: readonly (0 | 1)[];
}

/** Which parameter of `run` holds what. */
export interface Parameters {
  readonly types: readonly ValueType[];
  readonly begin: number;
  readonly end: number;
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  /** Empty when the rank is 1. */
  readonly dimensions: readonly number[];
  readonly strides: readonly (readonly number[])[];
  readonly scalars: readonly number[];
}

/** Assigns parameter numbers in this order: begin, end, scratch, reads, writes, dimensions, strides of each read, scalars. */
export function parametersOf(expression: Expression, { rank }: ExpressionLayout): Parameters {
  const types: ValueType[] = [];
  const next = (type: ValueType): number => types.push(type) - 1;
  const several = (count: number): number[] => Array.from({ length: count }, () => next(valueTypes.i32));
  const [begin, end] = several(3) as [number, number, number];
  const axes = rank === 1 ? 0 : rank;
  return {
    types,
    begin,
    end,
    reads: several(expression.inputs.length),
    writes: several(expression.outputs.length),
    dimensions: several(axes),
    strides: expression.inputs.map(() => several(axes)),
    scalars: expression.scalars.map((type) => next(type === "f32" ? valueTypes.f32 : valueTypes.i32)),
  };
}
