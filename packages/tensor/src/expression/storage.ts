import { decodeBfloat16, decodeFloat16, encodeFloat16 } from "./float16.ts";

/**
 * How one number is stored in memory. `Limits.storage` specifies the storage that a device uses for each dtype; the float64
 * reference stores every dtype as `f64`. `bf16` exists only in files.
 */
export type Storage = "f64" | "f32" | "i32" | "u32" | "u8" | "f16" | "bf16";

export type NumericArray = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array | Uint16Array;

export interface StorageRow {
  /** The typed array of the numbers or, if there is `decode`, of their bits. */
  readonly array: ArrayType;
  /** The number that bits represent. */
  decode?(bits: number): number;
  /** The bits of the nearest number. Undefined despite `decode` if nothing is stored in this form. */
  encode?(value: number): number;
  /** The element type of safetensors files with this storage, and the corresponding dtype. */
  readonly file: readonly [type: string, dtype: "f32" | "i32" | "u32" | "u8"];
}

type ArrayType = {
  new (length: number): NumericArray;
  new (buffer: ArrayBuffer, byteOffset: number, length?: number): NumericArray;
  readonly BYTES_PER_ELEMENT: number;
};

const rows: { readonly [Name in Storage]: StorageRow } = {
  f64: { array: Float64Array, file: ["F64", "f32"] },
  f32: { array: Float32Array, file: ["F32", "f32"] },
  i32: { array: Int32Array, file: ["I32", "i32"] },
  u32: { array: Uint32Array, file: ["U32", "u32"] },
  u8: { array: Uint8Array, file: ["U8", "u8"] },
  f16: { array: Uint16Array, decode: decodeFloat16, encode: encodeFloat16, file: ["F16", "f32"] },
  bf16: { array: Uint16Array, decode: decodeBfloat16, file: ["BF16", "f32"] },
};

export const storages: readonly Storage[] = /* @__PURE__ */ Object.keys(rows) as Storage[];

/** The element type of safetensors files with this storage, and the corresponding dtype. */
export const getFileType = (storage: Storage): StorageRow["file"] => rows[storage].file;

/** Bytes in memory that is not shared: `Uint8Array<ArrayBuffer>`, a type that TypeScript cannot express before 5.7. */
export type Bytes = ReturnType<Uint8ArrayConstructor["of"]>;

/** A view of a buffer whose elements have the given storage; 16-bit floats are returned as their bits. */
export function viewAs(
  storage: Storage,
  buffer: ArrayBufferLike,
  byteOffset = 0,
  length?: number,
): NumericArray {
  return new rows[storage].array(buffer as ArrayBuffer, byteOffset, length);
}

/** The typed array that holds elements of a storage. */
export const getArrayType = (storage: Storage): (new (length: number) => NumericArray) => rows[storage].array;

export function countStorageBytes(storage: Storage): number {
  return rows[storage].array.BYTES_PER_ELEMENT;
}

/** The numbers in a view of this storage: the view itself, or f32 numbers instead of their bits. */
export function decodeView(storage: Storage, view: NumericArray): NumericArray {
  const { decode } = rows[storage];
  if (decode === undefined) return view;
  const values = new Float32Array(view.length);
  // A loop, because `from` of typed arrays is tens of times slower.
  for (let index = 0; index < values.length; index++) values[index] = decode(view[index]!);
  return values;
}

/** How elements are decoded to numbers and encoded from them. An absent function is the identity. */
export const getCodec = (storage: Storage): Pick<StorageRow, "decode" | "encode"> => rows[storage];

/** A function from a number to the one that this storage represents for it: the nearest float, or the low bits of an integer. */
export function makeRounder(storage: Storage): (value: number) => number {
  const { array, decode = (bits) => bits, encode = (value) => value } = rows[storage];
  const cell = new array(1);
  return (value) => {
    cell[0] = encode(value);
    return decode(cell[0]!);
  };
}
