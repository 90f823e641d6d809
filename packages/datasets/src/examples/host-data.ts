import type { Backend, DType, NestedArray, NumericArray, Shape, Tensor, TensorData } from "@evenkeel/tensor";
import {
  ArgumentError,
  countElements,
  formatShape,
  rememberIntegers,
  ShapeError,
  tensor,
} from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { checkValue, describeValue, getBuiltinName, isRecord } from "@evenkeel/tensor/checks";

/** The typed arrays from which tensors are created. Int8, Int16 and Uint16 arrays match no dtype and need one to be specified. */
export type TypedArray =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Int16Array
  | Uint16Array;

const arrayTypes: { readonly [name: string]: new (length: number) => TypedArray } = {
  Float64Array,
  Float32Array,
  Int32Array,
  Uint32Array,
  Uint8Array,
  Uint8ClampedArray,
  Int8Array,
  Int16Array,
  Uint16Array,
};

/** Values in host memory with a shape; the default dtype is that of the array. */
export interface ShapedArray {
  readonly data: TypedArray;
  readonly shape: Shape;
  readonly dtype?: DType;
}

/** The data of one tensor. */
export type HostData = TensorData | TypedArray | ShapedArray;

/** A structure of host data with each array replaced by a tensor, and each string by a list of those of a batch. */
export type Tensors<Structure> = Structure extends string
  ? readonly string[]
  : Structure extends HostData
    ? Tensor
    : Structure extends object
      ? { readonly [Part in keyof Structure]: Tensors<Structure[Part]> }
      : never;

/** The dtypes of the tensors in a batch, by name. */
export type DTypes<Batch> = Batch extends readonly string[]
  ? never
  : Batch extends Tensor
    ? DType
    : { readonly [Part in keyof Batch]?: DTypes<Batch[Part]> };

const typedArray: Rule = {
  expected: "a typed array of floats, or of integers of at most 32 bits",
  accepts: (value) => getBuiltinName(value) in arrayTypes,
};

const withoutDType: ReadonlySet<string> = new Set(["Int8Array", "Int16Array", "Uint16Array"]);

/** Throws ArgumentError for an array that no dtype matches, unless a dtype is specified. */
function checkDType({ data, dtype }: ShapedArray, asked: unknown, where: string): void {
  if ((dtype ?? asked) !== undefined || !withoutDType.has(getBuiltinName(data))) return;
  throw new ArgumentError(
    `${where}: found ${describeValue(data)} and no dtype, expected a dtype for it, such as dtypes: "i32"`,
  );
}

/**
 * The dtypes of the parts of a structure, by name. Throws ArgumentError for a single dtype instead of a record, and for
 * the name of a part that does not exist.
 */
function findDTypes(structure: object, dtypes: unknown, where: string): { readonly [part: string]: unknown } {
  const names = Object.keys(structure);
  const found =
    typeof dtypes === "string" ? dtypes : Object.keys(dtypes ?? {}).find((name) => !names.includes(name));
  if (found === undefined) return (dtypes ?? {}) as { readonly [part: string]: unknown };
  const expected = typeof dtypes === "string" ? "a dtype for each, by name:" : "some of:";
  throw new ArgumentError(`${where}: dtypes: found "${found}", expected ${expected} ${names.join(", ")}`);
}

/** Throws ArgumentError for dtypes that do not match a structure of arrays. */
export function checkDTypes(structure: unknown, dtypes: unknown, where: string): void {
  const array = toShapedArray(structure, where);
  if (array !== undefined) {
    checkDType(array, dtypes, where);
    return;
  }
  const ofParts = findDTypes(structure as object, dtypes, where);
  for (const [name, part] of Object.entries(structure as object)) {
    checkDTypes(part, ofParts[name], `${where}: ${name}`);
  }
}

/** An array of the same type as another one, which may come from another realm. */
export const makeEmptyLike = (data: TypedArray, length: number): TypedArray =>
  new arrayTypes[getBuiltinName(data)]!(length);

/** The values and the shape of one tensor; undefined if `value` is a structure of tensors. */
export function toShapedArray(value: unknown, where: string): ShapedArray | undefined {
  if (typeof value === "number") return { data: Float64Array.of(value), shape: [] };
  if (typeof value === "boolean") return { data: Uint8Array.of(Number(value)), shape: [], dtype: "bool" };
  if (ArrayBuffer.isView(value)) {
    checkValue(where, value, typedArray);
    return { data: value as TypedArray, shape: [(value as TypedArray).length] };
  }
  if (isNestedArray(value)) return fromNestedArray(value, where);
  if (typeof value !== "object" || value === null || !(Array.isArray(value) || isRecord(value))) {
    throw new ArgumentError(
      `${where}: found ${describeValue(value)}, expected numbers, arrays of numbers, or records of them`,
    );
  }
  return "data" in value && "shape" in value ? checkArray(value as ShapedArray, where) : undefined;
}

function checkArray(array: ShapedArray, where: string): ShapedArray {
  checkValue(`${where}: data`, array.data, typedArray);
  if (!Array.isArray(array.shape) || array.data.length !== countElements(array.shape)) {
    throw new ShapeError(
      `${where}: found ${array.data.length} values, expected as many as the shape ${describeValue(array.shape)} has`,
    );
  }
  return array;
}

const isNumberOrTruth = (value: unknown): boolean => typeof value === "number" || typeof value === "boolean";

const isNestedArray = (value: unknown): value is NestedArray =>
  Array.isArray(value) && (value.length === 0 || isNumberOrTruth(value[0]) || isNestedArray(value[0]));

function fromNestedArray(value: NestedArray, where: string): ShapedArray {
  const shape: number[] = [];
  let first: unknown = value;
  for (; Array.isArray(first); first = first[0]) shape.push(first.length);
  const isRegular = (level: unknown, axis: number): boolean =>
    axis === shape.length
      ? typeof level === typeof first
      : Array.isArray(level) &&
        level.length === shape[axis] &&
        level.every((element) => isRegular(element, axis + 1));
  if (!isRegular(value, 0)) {
    throw new ShapeError(
      `${where}: found a ragged array, expected values of one type and the shape ${formatShape(shape)}`,
    );
  }
  const data = Float64Array.from((value as unknown[]).flat(shape.length), Number);
  return { data, shape, ...(typeof first === "boolean" && { dtype: "bool" }) };
}

/** A copy of an array or a record in which `change` replaces each part. */
export function mapParts(structure: object, change: (part: unknown, name: string) => unknown): unknown {
  const entries = Object.entries(structure).map(([name, part]) => [name, change(part, name)] as const);
  return Array.isArray(structure) ? entries.map(([, part]) => part) : Object.fromEntries(entries);
}

/** A list of the strings of a batch, which stay in host memory. */
const isTexts = (value: unknown): boolean => Array.isArray(value) && typeof value[0] === "string";

/** Creates the tensors of a batch in host memory. Throws ArgumentError for dtypes that do not match it. */
export function toTensors(
  batch: unknown,
  dtypes: unknown,
  backend: Backend | undefined,
  where = "batches",
): unknown {
  if (isTexts(batch)) return batch;
  const array = toShapedArray(batch, where);
  if (array !== undefined) {
    checkDType(array, dtypes, where);
    const { data, shape, dtype } = array;
    const made = tensor(data as TensorData, {
      shape,
      dtype: (dtypes as DType | undefined) ?? dtype,
      backend,
    });
    // The loss knows the number of classes and checks labels on the host before a step uses them.
    rememberIntegers(made, data as NumericArray);
    return made;
  }
  const ofParts = findDTypes(batch as object, dtypes, where);
  return mapParts(batch as object, (part, name) =>
    toTensors(part, ofParts[name], backend, `${where}: ${name}`),
  );
}
