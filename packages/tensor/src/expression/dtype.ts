import { getBuiltinName } from "../checks/builtin-name.ts";
import { ArgumentError, DTypeError } from "../checks/errors.ts";
import type { Storage } from "./storage.ts";
import { makeRounder } from "./storage.ts";

/** The element types of tensors. `f16` is only a storage type and exists only on devices that support it. */
export type DType = "f32" | "f16" | "i32" | "u32" | "u8" | "bool";

/** The types that expressions compute in. Storage types are converted where they are loaded and stored. */
export type ScalarType = "f32" | "i32" | "u32" | "bool";

/** The properties of a dtype. Everything that distinguishes dtypes is in their rows of the table. */
export interface DTypeProperties {
  readonly kind: "float" | "integer" | "truth";
  /** The type in which expressions compute. */
  readonly computes: ScalarType;
  /** The smallest and the largest value; undefined for floats. */
  readonly range?: readonly [low: number, high: number];
  /** The bits of the compute type that are kept, if not all are. Such a dtype is data: `cast` it for arithmetic. */
  readonly mask?: number;
  /** The rounding error of storing a float, if it is stored with fewer bits than its compute type has. */
  readonly rounding?: Rounding;
  /** The storage of values on the host. */
  readonly host: Storage;
  /** The element type in safetensors files. */
  readonly file: "F32" | "I32" | "U32" | "U8" | "BOOL";
  /** The storage in memory for kernels of each language. Devices of a language lack the dtypes that have no storage for it. */
  readonly storage: { readonly wasm?: Storage; readonly wgsl?: Storage };
  readonly wgsl: WgslElements;
}

/** A bound on the rounding error: the larger of a share of the number and an absolute amount. */
export interface Rounding {
  readonly relative: number;
  readonly absolute: number;
}

/** How WGSL code declares elements. */
export interface WgslElements {
  /** The scalar type of the words, which contain one or more elements. */
  readonly word: "f32" | "i32" | "u32";
  /** For floats that are stored two to a word. */
  readonly pairs?: WgslPairs;
}

/** How WGSL code converts floats that are stored two to a word. */
export interface WgslPairs {
  /** The built-in function that converts a word to a vec2f. */
  readonly unpack: string;
  /** The function that converts a vec4f to a vec2u; `makeFloatElements` contains its source. */
  readonly pack: "halfWords";
  /** The scalar type that replaces words on devices with a feature, and the extension that code enables for it. */
  readonly native?: { readonly type: string; readonly feature: string; readonly extension: "f16" };
}

const rows: { readonly [Name in DType]: DTypeProperties } = {
  f32: {
    kind: "float",
    computes: "f32",
    host: "f32",
    file: "F32",
    storage: { wasm: "f32", wgsl: "f32" },
    wgsl: { word: "f32" },
  },
  f16: {
    kind: "float",
    computes: "f32",
    // Half a unit in the last place of 1, and half of the smallest number: numbers have 11 bits from 2^-14 on and are
    // multiples of 2^-24 below.
    rounding: { relative: 2 ** -11, absolute: 2 ** -25 },
    host: "f32",
    file: "F32",
    storage: { wgsl: "f16" },
    wgsl: {
      word: "u32",
      pairs: {
        unpack: "unpack2x16float",
        pack: "halfWords",
        native: { type: "f16", feature: "shader-f16", extension: "f16" },
      },
    },
  },
  i32: {
    kind: "integer",
    computes: "i32",
    range: [-(2 ** 31), 2 ** 31 - 1],
    host: "i32",
    file: "I32",
    storage: { wasm: "i32", wgsl: "i32" },
    wgsl: { word: "i32" },
  },
  u32: {
    kind: "integer",
    computes: "u32",
    range: [0, 2 ** 32 - 1],
    host: "u32",
    file: "U32",
    storage: { wasm: "u32", wgsl: "u32" },
    wgsl: { word: "u32" },
  },
  u8: {
    kind: "integer",
    computes: "u32",
    range: [0, 255],
    mask: 255,
    host: "u8",
    file: "U8",
    storage: { wasm: "u8", wgsl: "u8" },
    wgsl: { word: "u32" },
  },
  bool: {
    kind: "truth",
    computes: "bool",
    range: [0, 1],
    host: "u8",
    file: "BOOL",
    storage: { wasm: "u8", wgsl: "u32" },
    wgsl: { word: "u32" },
  },
};

export const dtypes: readonly DType[] = /* @__PURE__ */ Object.keys(rows) as DType[];

/** The properties of a dtype. Throws DTypeError for any other name, such as `bf16`, which only files have. */
export function getDTypeProperties(dtype: DType): DTypeProperties {
  if (Object.hasOwn(rows, dtype)) return rows[dtype];
  throw new DTypeError(`dtype: found ${dtype}, expected ${dtypes.join(" or ")}`);
}

export const isFloat = (dtype: DType): boolean => getDTypeProperties(dtype).kind === "float";

/** Whether a dtype holds numbers below 0. */
export function isSigned(dtype: DType): boolean {
  const { range } = getDTypeProperties(dtype);
  return range === undefined || range[0] < 0;
}

/** Whether a dtype holds truth values. */
export const isTruth = (dtype: DType): boolean => getDTypeProperties(dtype).kind === "truth";

/** The type in which a stored dtype computes. */
export const getComputeType = (dtype: DType): ScalarType => getDTypeProperties(dtype).computes;

/** The dtype in which kernels compute with floats of a dtype. All other dtypes are unchanged. */
export const getWiderType = (dtype: DType): DType => (isFloat(dtype) ? getComputeType(dtype) : dtype);

/** The value that a dtype stores for a value of its compute type: the low bits, if it has fewer. */
export function toStored(dtype: DType, value: number): number {
  const { mask } = getDTypeProperties(dtype);
  return mask === undefined ? value : value & mask;
}

/**
 * A function from a number to the value that a tensor of a dtype stores for it: the nearest float, or the low bits
 * of an integer.
 */
export function makeRounding(dtype: DType): (value: number) => number {
  const { kind, storage, host } = getDTypeProperties(dtype);
  return kind === "truth"
    ? (value) => Number(value !== 0)
    : makeRounder(storage.wgsl ?? storage.wasm ?? host);
}

const typesOfArrays: { readonly [name: string]: DType } = {
  Float32Array: "f32",
  Float64Array: "f32",
  Int32Array: "i32",
  Uint32Array: "u32",
  Uint8Array: "u8",
  Uint8ClampedArray: "u8",
};

/** Typed arrays whose elements match no dtype. */
const convertedArrays: ReadonlySet<string> = new Set([
  "Int8Array",
  "Int16Array",
  "Uint16Array",
  "Float16Array",
]);

/**
 * The dtype of a typed array of any realm. Arrays of other numbers, such as Int16Array, have the dtype that was `asked`
 * for. Throws ArgumentError for any other array.
 */
export function findDTypeOfArray(array: ArrayBufferView, asked?: DType): DType {
  const name = getBuiltinName(array);
  const dtype = typesOfArrays[name];
  if (dtype !== undefined) return dtype;
  if (asked !== undefined && convertedArrays.has(name)) return asked;
  throw new ArgumentError(`data: found ${name}, expected one of: ${Object.keys(typesOfArrays).join(", ")}`);
}
