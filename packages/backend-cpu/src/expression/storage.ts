import type { DType } from "@evenkeel/tensor";
import { DTypeError } from "@evenkeel/tensor";
import type { FunctionWriter } from "./function-writer.ts";
import { i32x4, v128 } from "./opcodes.ts";

/** The lowest byte of each lane side by side, then zeros from a second vector. */
const lowestBytes = [0, 4, 8, 12, ...new Array<number>(12).fill(16)];

/** Bytes of one element in this device's memory. Throws DTypeError for f16, which it does not have. */
export function bytesOfElement(dtype: DType): 1 | 4 {
  if (dtype === "f16") throw new DTypeError("expression: found f16, which this device does not have");
  return dtype === "u8" || dtype === "bool" ? 1 : 4;
}

/** Turns four stored bytes at the bottom of the vector on the stack, or four stored words, into lanes to compute with. */
export function emitDecode(f: FunctionWriter, dtype: DType): void {
  if (bytesOfElement(dtype) === 1) f.op(v128.extendLowBytes).op(v128.extendLowHalves);
  if (dtype === "bool") f.words(0).op(i32x4.ne);
}

/** Puts the lanes of a local as they are stored on the stack; what does not fit into a byte wraps. */
export function emitEncode(f: FunctionWriter, dtype: DType, value: number): void {
  f.get(value);
  if (dtype === "bool") f.words(1).op(v128.and);
  if (bytesOfElement(dtype) === 1) f.words(0).op(v128.shuffle, ...lowestBytes);
}

/** Loads and decodes four neighbours. */
export function emitLoad(f: FunctionWriter, dtype: DType, pointer: number, byteOffset: number): void {
  f.get(pointer).memory(bytesOfElement(dtype) === 4 ? v128.load : v128.load32Zero, byteOffset);
  emitDecode(f, dtype);
}

/** Loads one element into all lanes. */
export function emitLoadSplat(f: FunctionWriter, dtype: DType, pointer: number): void {
  f.get(pointer).memory(bytesOfElement(dtype) === 4 ? v128.load32Splat : v128.load8Splat, 0);
  emitDecode(f, dtype);
}

/** Stores four neighbours. */
export function emitStore(
  f: FunctionWriter,
  dtype: DType,
  pointer: number,
  byteOffset: number,
  value: number,
): void {
  f.get(pointer);
  emitEncode(f, dtype, value);
  if (bytesOfElement(dtype) === 4) f.memory(v128.store, byteOffset);
  else f.memory(v128.store32Lane, byteOffset, 0);
}
