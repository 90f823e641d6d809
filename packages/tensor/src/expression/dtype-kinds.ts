import { DTypeError } from "../checks/errors.ts";
import type { DType } from "./dtype.ts";
import { isFloat } from "./dtype.ts";

export const floatTypes: readonly DType[] = ["f32", "f16"];
export const signedTypes: readonly DType[] = ["f32", "f16", "i32"];
/** Types that are calculated with; u8 is data and bool is a truth value: `cast` them first. */
export const arithmeticTypes: readonly DType[] = ["f32", "f16", "i32", "u32"];
export const orderedTypes: readonly DType[] = ["f32", "f16", "i32", "u32", "u8"];
export const allTypes: readonly DType[] = ["f32", "f16", "i32", "u32", "u8", "bool"];

const ranges: { readonly [dtype in DType]?: readonly [low: number, high: number] } = {
  i32: [-(2 ** 31), 2 ** 31 - 1],
  u32: [0, 2 ** 32 - 1],
  u8: [0, 255],
  bool: [0, 1],
};

/** Whether a tensor of this dtype can hold the number: anything for floats, whole numbers in range otherwise. */
export function holdsNumber(dtype: DType, value: number): boolean {
  if (isFloat(dtype)) return true;
  const [low, high] = ranges[dtype]!;
  return Number.isInteger(value) && value >= low && value <= high;
}

/** Throws DTypeError unless a tensor of this dtype can hold the number. */
export function checkNumber(operation: string, dtype: DType, value: number): void {
  if (holdsNumber(dtype, value)) return;
  const [low, high] = ranges[dtype]!;
  throw new DTypeError(
    `${operation}: found the number ${value} for ${dtype}, expected a whole number in [${low}, ${high}]`,
  );
}
