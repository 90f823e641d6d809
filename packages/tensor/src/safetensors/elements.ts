import { DataError } from "../checks/errors.ts";
import type { DType } from "../expression/dtype.ts";
import { getDTypeProperties } from "../expression/dtype.ts";
import { decodeFloat16 } from "../expression/float16.ts";
import type { NumericArray, Storage } from "../expression/storage.ts";
import {
  countStorageBytes,
  decodeView,
  getArrayType,
  getFileType,
  storages,
  viewAs,
} from "../expression/storage.ts";
import type { FileDType } from "./stored-array.ts";

interface ElementFormat {
  readonly bytes: 1 | 2 | 4 | 8;
  /** The dtype that the elements have in memory. */
  readonly dtype: DType;
  /** `bytes` starts at a multiple of the element size. The result may share its memory. */
  read(bytes: Uint8Array, name: string): NumericArray;
}

type ArrayType<Elements> = {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): Elements;
  readonly BYTES_PER_ELEMENT: number;
};

// Typed arrays are little-endian, like the file, on every processor that runs WebAssembly SIMD.
function viewBytes<Elements>(bytes: Uint8Array, type: ArrayType<Elements>): Elements {
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

/** Copies the numbers to an array of the host's storage. */
function asHost(host: Storage, numbers: NumericArray): NumericArray {
  const values = new (getArrayType(host))(numbers.length);
  values.set(numbers);
  return values;
}

/** The format of elements that are the same in files as in memory of a storage. */
function makeStoredFormat(storage: Storage, dtype: DType): ElementFormat {
  const { host } = getDTypeProperties(dtype);
  return {
    bytes: countStorageBytes(storage) as ElementFormat["bytes"],
    dtype,
    read: (bytes) => {
      const length = bytes.byteLength / countStorageBytes(storage);
      const values = decodeView(storage, viewAs(storage, bytes.buffer, bytes.byteOffset, length));
      return values instanceof getArrayType(host) ? values : asHost(host, values);
    },
  };
}

const formats: { readonly [type: string]: ElementFormat } = {
  ...Object.fromEntries(
    storages.map((storage) => {
      const [type, dtype] = getFileType(storage);
      return [type, makeStoredFormat(storage, dtype)];
    }),
  ),
  F8_E4M3: {
    bytes: 1,
    dtype: "f32",
    read: (bytes) => Float32Array.from(bytes, decodeFloat8),
  },
  F8_E5M2: {
    bytes: 1,
    dtype: "f32",
    // The upper half of a float16.
    read: (bytes) => Float32Array.from(bytes, (bits) => decodeFloat16(bits << 8)),
  },
  I64: {
    bytes: 8,
    dtype: "i32",
    read: (bytes, name) => {
      const values = viewBytes(bytes, BigInt64Array);
      return narrow(values, new Int32Array(values.length), -(2n ** 31n), 2n ** 31n - 1n, name);
    },
  },
  I16: { bytes: 2, dtype: "i32", read: (bytes) => Int32Array.from(viewBytes(bytes, Int16Array)) },
  I8: { bytes: 1, dtype: "i32", read: (bytes) => Int32Array.from(viewBytes(bytes, Int8Array)) },
  U64: {
    bytes: 8,
    dtype: "u32",
    read: (bytes, name) => {
      const values = viewBytes(bytes, BigUint64Array);
      return narrow(values, new Uint32Array(values.length), 0n, 2n ** 32n - 1n, name);
    },
  },
  U16: { bytes: 2, dtype: "u32", read: (bytes) => Uint32Array.from(viewBytes(bytes, Uint16Array)) },
  BOOL: {
    bytes: 1,
    dtype: "bool",
    read: (bytes, name) => {
      const stray = findStrayBool(bytes);
      if (stray !== undefined) throw new DataError(`${name}: ${stray}`);
      return bytes;
    },
  },
};

/** Element types of the format that have no counterpart here, and their bits. */
const rawBits: { readonly [type: string]: number } = {
  C64: 64,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F4: 4,
};

/** Describes the first byte that is neither 0 nor 1. */
export function findStrayBool(bytes: NumericArray): string | undefined {
  const index = bytes.findIndex((value) => value > 1);
  return index < 0 ? undefined : `element ${index}: found the byte ${bytes[index]}, expected 0 or 1`;
}

/** Micikevicius et al. 2022: a sign, four bits of exponent, three of mantissa; there is no infinity and one NaN. */
function decodeFloat8(bits: number): number {
  const [exponent, mantissa] = [(bits >> 3) & 15, bits & 7];
  const magnitude =
    (bits & 127) === 127
      ? Number.NaN
      : exponent === 0
        ? mantissa * 2 ** -9
        : (8 + mantissa) * 2 ** (exponent - 10);
  return bits < 128 ? magnitude : -magnitude;
}

/** Whether elements of a type can be read. */
export const isFileDType = (type: string): type is FileDType => Object.hasOwn(formats, type);

/** Whether the format has elements of this type, readable or not. */
export const isElementType = (type: string): boolean => isFileDType(type) || Object.hasOwn(rawBits, type);

/** The number of bits of an element in the file, for a type for which `isElementType` is true. */
export const countElementBits = (type: string): number =>
  isFileDType(type) ? formats[type]!.bytes * 8 : rawBits[type]!;

/** The dtype that elements of a type have in memory. */
export const getDTypeOfFile = (type: FileDType): DType => formats[type]!.dtype;

/** The elements of one tensor; a view of `bytes` where the file's element type has its own dtype here. */
export function readElements(type: FileDType, bytes: Uint8Array, name: string): NumericArray {
  const format = formats[type]!;
  // `slice` of a Node buffer would return a view.
  return format.read(bytes.byteOffset % format.bytes === 0 ? bytes : Uint8Array.from(bytes), name);
}

/** The element type that a dtype is written as. */
export const getFileDType = (dtype: DType): FileDType => getDTypeProperties(dtype).file;

/** The typed array that holds the values of a dtype in a file. */
export const getArrayName = (dtype: DType): string => getArrayType(getDTypeProperties(dtype).host).name;
