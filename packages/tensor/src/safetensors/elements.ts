import type { DType, NumericArray } from "../core/dtype.ts";
import { DataError } from "../core/errors.ts";
import { float16ToNumber } from "../core/float16.ts";
import type { FileDType } from "./stored-array.ts";

interface ElementFormat {
  readonly bytes: number;
  /** The dtype that the elements have in memory. */
  readonly dtype: DType;
  /** `bytes` starts at a multiple of the element size. The result may share its memory. */
  read(bytes: Uint8Array, name: string): NumericArray;
}

type ArrayType<Elements> = {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): Elements;
  readonly BYTES_PER_ELEMENT: number;
};

// Typed arrays are little-endian, as the file is, on every processor that runs WebAssembly SIMD.
function viewOf<Elements>(bytes: Uint8Array, type: ArrayType<Elements>): Elements {
  return new type(bytes.buffer, bytes.byteOffset, bytes.byteLength / type.BYTES_PER_ELEMENT);
}

function narrow(
  values: BigInt64Array | BigUint64Array,
  into: Int32Array | Uint32Array,
  low: bigint,
  high: bigint,
  name: string,
): NumericArray {
  values.forEach((value, index) => {
    if (value < low || value > high) {
      throw new DataError(`${name}: element ${index}: found ${value}, expected ${low} to ${high}`);
    }
    into[index] = Number(value);
  });
  return into;
}

const formats: { readonly [F in FileDType]: ElementFormat } = {
  F64: { bytes: 8, dtype: "f32", read: (bytes) => Float32Array.from(viewOf(bytes, Float64Array)) },
  F32: { bytes: 4, dtype: "f32", read: (bytes) => viewOf(bytes, Float32Array) },
  F16: {
    bytes: 2,
    dtype: "f32",
    read: (bytes) => Float32Array.from(viewOf(bytes, Uint16Array), float16ToNumber),
  },
  BF16: {
    bytes: 2,
    dtype: "f32",
    // bfloat16 is the upper half of a float32.
    read: (bytes) =>
      new Float32Array(Uint32Array.from(viewOf(bytes, Uint16Array), (bits) => bits << 16).buffer),
  },
  I64: {
    bytes: 8,
    dtype: "i32",
    read: (bytes, name) => {
      const values = viewOf(bytes, BigInt64Array);
      return narrow(values, new Int32Array(values.length), -(2n ** 31n), 2n ** 31n - 1n, name);
    },
  },
  I32: { bytes: 4, dtype: "i32", read: (bytes) => viewOf(bytes, Int32Array) },
  I16: { bytes: 2, dtype: "i32", read: (bytes) => Int32Array.from(viewOf(bytes, Int16Array)) },
  I8: { bytes: 1, dtype: "i32", read: (bytes) => Int32Array.from(viewOf(bytes, Int8Array)) },
  U64: {
    bytes: 8,
    dtype: "u32",
    read: (bytes, name) => {
      const values = viewOf(bytes, BigUint64Array);
      return narrow(values, new Uint32Array(values.length), 0n, 2n ** 32n - 1n, name);
    },
  },
  U32: { bytes: 4, dtype: "u32", read: (bytes) => viewOf(bytes, Uint32Array) },
  U16: { bytes: 2, dtype: "u32", read: (bytes) => Uint32Array.from(viewOf(bytes, Uint16Array)) },
  U8: { bytes: 1, dtype: "u8", read: (bytes) => bytes },
  BOOL: {
    bytes: 1,
    dtype: "bool",
    read: (bytes, name) => {
      const stray = bytes.findIndex((value) => value > 1);
      if (stray >= 0)
        throw new DataError(`${name}: element ${stray}: found the byte ${bytes[stray]}, expected 0 or 1`);
      return bytes;
    },
  },
};

/** Whether the header names an element type that can be read. */
export const isFileDType = (value: unknown): value is FileDType =>
  typeof value === "string" && Object.hasOwn(formats, value);

/** All element types that can be read. */
export const fileDTypes: readonly string[] = Object.keys(formats);

/** Bytes of one element in the file. */
export const bytesOfElement = (type: FileDType): number => formats[type].bytes;

/** The dtype that elements of a type have in memory. */
export const dtypeOfFile = (type: FileDType): DType => formats[type].dtype;

/** The elements of one tensor; a view of `bytes` where the file's element type has its own dtype here. */
export function readElements(type: FileDType, bytes: Uint8Array, name: string): NumericArray {
  const format = formats[type];
  // `slice` of a Node buffer would be a view again.
  return format.read(bytes.byteOffset % format.bytes === 0 ? bytes : Uint8Array.from(bytes), name);
}

const fileDTypeOf: { readonly [D in DType]: FileDType } = {
  f32: "F32",
  // Half-precision tensors reach the host as f32 values.
  f16: "F32",
  i32: "I32",
  u32: "U32",
  u8: "U8",
  bool: "BOOL",
};

/** The element type that a dtype is written as. */
export const fileDTypeFor = (dtype: DType): FileDType => fileDTypeOf[dtype];

const arrayFor: { readonly [D in DType]: ArrayConstructorOf } = {
  f32: Float32Array,
  f16: Float32Array,
  i32: Int32Array,
  u32: Uint32Array,
  u8: Uint8Array,
  bool: Uint8Array,
};

type ArrayConstructorOf =
  | Float32ArrayConstructor
  | Int32ArrayConstructor
  | Uint32ArrayConstructor
  | Uint8ArrayConstructor;

/** The typed array that holds the values of a dtype in a file. */
export const arrayTypeFor = (dtype: DType): ArrayConstructorOf => arrayFor[dtype];
