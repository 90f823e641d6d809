import type { Expression } from "@evenkeel/tensor";
import type { FunctionWriter, ValueType } from "./function-writer.ts";
import { valueTypes } from "./function-writer.ts";
import { f32, i32 } from "./opcodes.ts";

/** How an assembled expression walks its operands: what of a launch's geometry is fixed in the code. */
export interface ExpressionLayout {
  /** Dimensions of the iteration space, at least 1. */
  readonly rank: number;
  /** The innermost stride of each input: 1 where it is contiguous, 0 where it is broadcast. */
  readonly innermost: readonly (0 | 1)[];
}

/** Which local of `run` holds what. */
export interface Parameters {
  readonly begin: number;
  readonly end: number;
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  /** Empty when the rank is 1. */
  readonly dimensions: readonly number[];
  readonly strides: readonly (readonly number[])[];
  readonly scalars: readonly number[];
}

/** Begin, end, scratch and the address of the arguments. */
export const runTypes: readonly ValueType[] = new Array(4).fill(valueTypes.i32);
const begin = 0;
const end = 1;
const args = 3;

/** Loads the arguments: reads, writes, dimensions, strides of each read, scalars. */
export function emitParameters(
  f: FunctionWriter,
  expression: Expression,
  { rank }: ExpressionLayout,
): Parameters {
  let byteOffset = 0;
  const next = (isFloat: boolean): number => {
    const { load } = isFloat ? f32 : i32;
    const local = f.addLocal(isFloat ? valueTypes.f32 : valueTypes.i32);
    f.get(args).memory(load, byteOffset).set(local);
    byteOffset += 4;
    return local;
  };
  const several = (count: number): number[] => Array.from({ length: count }, () => next(false));
  const axes = rank === 1 ? 0 : rank;
  return {
    begin,
    end,
    reads: several(expression.inputs.length),
    writes: several(expression.outputs.length),
    dimensions: several(axes),
    strides: expression.inputs.map(() => several(axes)),
    scalars: expression.scalars.map((type) => next(type === "f32")),
  };
}
