import type { DType } from "@evenkeel/tensor";
import { countStorageBytes, DTypeError, getDTypeProperties, isTruth } from "@evenkeel/tensor";
import type { FunctionWriter } from "./function-writer.ts";
import { i32x4, v128 } from "./opcodes.ts";

/** The lowest byte of each lane side by side, then zeros from a second vector. */
const lowestBytes = [0, 4, 8, 12, ...new Array<number>(12).fill(16)];

/** Bytes of one element in this device's memory. Throws DTypeError for a dtype that it does not have. */
export function countElementBytes(dtype: DType): 1 | 4 {
  const storage = getDTypeProperties(dtype).storage.wasm;
  if (storage === undefined)
    throw new DTypeError(`expression: found ${dtype}, expected a dtype that this device supports`);
  return countStorageBytes(storage) as 1 | 4;
}

/** Pushes four adjacent elements in their stored form. Bytes occupy the lowest four bytes of the vector. */
export function emitLoad(f: FunctionWriter, dtype: DType, pointer: number, byteOffset = 0): FunctionWriter {
  return f.get(pointer).memory(countElementBytes(dtype) === 4 ? v128.load : v128.load32Zero, byteOffset);
}

/** Pushes one element in its stored form, repeated in every lane. */
export function emitLoadSplat(f: FunctionWriter, dtype: DType, pointer: number): FunctionWriter {
  return f.get(pointer).memory(countElementBytes(dtype) === 4 ? v128.load32Splat : v128.load8Splat, 0);
}

/** Loads one of four adjacent elements into its lane of a local. */
export function emitLoadLane(
  f: FunctionWriter,
  dtype: DType,
  pointer: number,
  local: number,
  lane: number,
): void {
  const bytes = countElementBytes(dtype);
  f.get(pointer).get(local);
  f.memory(bytes === 4 ? v128.load32Lane : v128.load8Lane, lane * bytes, lane).set(local);
}

/** Converts the stored form on the stack to the lanes that are computed with. */
export function emitDecode(f: FunctionWriter, dtype: DType): FunctionWriter {
  if (countElementBytes(dtype) === 1) f.op(v128.extendLowBytes).op(v128.extendLowHalves);
  if (isTruth(dtype)) f.words(0).op(i32x4.ne);
  return f;
}

/** Converts the lanes on the stack to the stored form. Values that do not fit in a byte wrap. */
export function emitEncode(f: FunctionWriter, dtype: DType): FunctionWriter {
  if (isTruth(dtype)) f.words(1).op(v128.and);
  if (countElementBytes(dtype) === 1) f.words(0).op(v128.shuffle, ...lowestBytes);
  return f;
}

/** Stores four adjacent elements that are already in their stored form. */
export function emitStore(
  f: FunctionWriter,
  dtype: DType,
  pointer: number,
  local: number,
  byteOffset = 0,
): void {
  f.get(pointer).get(local);
  if (countElementBytes(dtype) === 4) f.memory(v128.store, byteOffset);
  else f.memory(v128.store32Lane, byteOffset, 0);
}

/** Stores one of four adjacent elements that are already in their stored form. */
export function emitStoreLane(
  f: FunctionWriter,
  dtype: DType,
  pointer: number,
  local: number,
  lane: number,
): void {
  const bytes = countElementBytes(dtype);
  f.get(pointer).get(local);
  f.memory(bytes === 4 ? v128.store32Lane : v128.store8Lane, lane * bytes, lane);
}
