import type { Shape, Spec } from "../core/spec.ts";
import type { DType } from "../expression/dtype.ts";
import type { NumericArray } from "../expression/storage.ts";

/** The element types of the file format that have a counterpart here, exact or range-checked. */
export type FileDType =
  | "F64"
  | "F32"
  | "F16"
  | "BF16"
  | "F8_E4M3"
  | "F8_E5M2"
  | "I64"
  | "I32"
  | "I16"
  | "I8"
  | "U64"
  | "U32"
  | "U16"
  | "U8"
  | "BOOL";

/** A tensor in host memory, in the form in which files store it. */
export interface StoredArray extends Spec {
  readonly shape: Shape;
  readonly dtype: DType;
  /** The values in row-major order: Float32Array for f32, Int32Array for i32, Uint8Array for u8 and bool. */
  readonly data: NumericArray;
  /** The element type in the file; default: the one that matches `dtype`. PyTorch counts batches in `I64`. */
  readonly fileDtype?: FileDType;
}

/**
 * A tensor whose element type has no counterpart here: four-bit floats, complex numbers, types of later versions of the
 * format.
 */
export interface RawArray {
  readonly shape: Shape;
  /** The element type as the file spells it, such as `F4` or `C64`. */
  readonly fileDtype: string;
  /** The elements in the file, in row-major order. */
  readonly bytes: Uint8Array;
}
