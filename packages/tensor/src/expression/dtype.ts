import { builtinName } from "../checks/builtin-name.ts";
import { ArgumentError } from "../checks/errors.ts";

/** The element types of tensors. `f16` is storage only and exists where the device has it. */
export type DType = "f32" | "i32" | "u32" | "u8" | "bool" | "f16";

/** How a backend lays out one element of a dtype in memory. The float64 reference stores `f32` as `f64`. */
export type Storage = "f64" | "f32" | "i32" | "u32" | "u8" | "f16";

export type NumericArray = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array | Uint16Array;

const arrayTypes = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
  u32: Uint32Array,
  u8: Uint8Array,
  f16: Uint16Array,
} as const;

/** Bytes in memory that is not shared: `Uint8Array<ArrayBuffer>`, a type that TypeScript cannot express before 5.7. */
export type Bytes = ReturnType<Uint8ArrayConstructor["of"]>;

/** A view of `bytes` whose elements have the given storage; `f16` comes as its raw 16-bit words. */
export function viewAs(
  storage: Storage,
  buffer: ArrayBufferLike,
  byteOffset = 0,
  length?: number,
): NumericArray {
  return new arrayTypes[storage](buffer as ArrayBuffer, byteOffset, length);
}

/** The typed array that holds elements of a storage. */
export const arrayTypeOf = (storage: Storage): (new (length: number) => NumericArray) => arrayTypes[storage];

export function bytesOfStorage(storage: Storage): number {
  return arrayTypes[storage].BYTES_PER_ELEMENT;
}

export const isFloat = (dtype: DType): boolean => dtype === "f32" || dtype === "f16";

const dtypes: { readonly [name: string]: DType } = {
  Float32Array: "f32",
  Float64Array: "f32",
  Int32Array: "i32",
  Uint32Array: "u32",
  Uint8Array: "u8",
  Uint8ClampedArray: "u8",
};

/**
 * The dtype that a typed array of any realm holds. Arrays of other numbers, such as Int16Array, have the dtype that was `asked`
 * for. Throws ArgumentError for any other array.
 */
export function dtypeOfArray(array: ArrayBufferView, asked?: DType): DType {
  const name = builtinName(array);
  const dtype = dtypes[name];
  if (dtype !== undefined) return dtype;
  if (asked !== undefined && name !== "DataView" && !name.startsWith("Big")) return asked;
  throw new ArgumentError(`data: found ${name}, expected one of: ${Object.keys(dtypes).join(", ")}`);
}
