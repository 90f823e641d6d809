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

/** Pushes four neighbours as they are stored: bytes at the bottom of the vector. */
export function emitLoad(f: FunctionWriter, dtype: DType, pointer: number, byteOffset = 0): FunctionWriter {
  return f.get(pointer).memory(bytesOfElement(dtype) === 4 ? v128.load : v128.load32Zero, byteOffset);
}

/** Pushes one element, as it is stored, in every place. */
export function emitLoadSplat(f: FunctionWriter, dtype: DType, pointer: number): FunctionWriter {
  return f.get(pointer).memory(bytesOfElement(dtype) === 4 ? v128.load32Splat : v128.load8Splat, 0);
}

/** Puts one of four neighbours into its place in the local. */
export function emitLoadLane(
  f: FunctionWriter,
  dtype: DType,
  pointer: number,
  local: number,
  lane: number,
): void {
  const bytes = bytesOfElement(dtype);
  f.get(pointer).get(local);
  f.memory(bytes === 4 ? v128.load32Lane : v128.load8Lane, lane * bytes, lane).set(local);
}

/** Turns the stored form on the stack into lanes to compute with. */
export function emitDecode(f: FunctionWriter, dtype: DType): FunctionWriter {
  if (bytesOfElement(dtype) === 1) f.op(v128.extendLowBytes).op(v128.extendLowHalves);
  if (dtype === "bool") f.words(0).op(i32x4.ne);
  return f;
}

/** Turns the lanes on the stack into the stored form; what does not fit into a byte wraps. */
export function emitEncode(f: FunctionWriter, dtype: DType): FunctionWriter {
  if (dtype === "bool") f.words(1).op(v128.and);
  if (bytesOfElement(dtype) === 1) f.words(0).op(v128.shuffle, ...lowestBytes);
  return f;
}

/** Stores four neighbours, already in their stored form. */
export function emitStore(
  f: FunctionWriter,
  dtype: DType,
  pointer: number,
  local: number,
  byteOffset = 0,
): void {
  f.get(pointer).get(local);
  if (bytesOfElement(dtype) === 4) f.memory(v128.store, byteOffset);
  else f.memory(v128.store32Lane, byteOffset, 0);
}

/** Stores one of four neighbours, already in their stored form. */
export function emitStoreLane(
  f: FunctionWriter,
  dtype: DType,
  pointer: number,
  local: number,
  lane: number,
): void {
  const bytes = bytesOfElement(dtype);
  f.get(pointer).get(local);
  f.memory(bytes === 4 ? v128.store32Lane : v128.store8Lane, lane * bytes, lane);
}
