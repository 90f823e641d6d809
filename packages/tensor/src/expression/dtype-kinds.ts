import { DTypeError } from "../checks/errors.ts";
import type { Rule } from "../checks/rules.ts";
import { oneOf } from "../checks/rules.ts";
import type { DType, DTypeProperties } from "./dtype.ts";
import { dtypes, getDTypeProperties, isSigned } from "./dtype.ts";
import type { Storage } from "./storage.ts";

const listTypes = (accepts: (properties: DTypeProperties) => boolean): readonly DType[] =>
  dtypes.filter((dtype) => accepts(getDTypeProperties(dtype)));

export const allTypes: readonly DType[] = dtypes;
export const floatTypes: readonly DType[] = /* @__PURE__ */ listTypes(({ kind }) => kind === "float");
/** The dtypes of arithmetic. Values of u8, which is data, and of bool, which are truth values, must be `cast` first. */
export const arithmeticTypes: readonly DType[] = /* @__PURE__ */ listTypes(
  ({ kind, mask }) => kind !== "truth" && mask === undefined,
);
/** The dtypes of whole numbers, whose bits can be combined. */
export const integerTypes: readonly DType[] = /* @__PURE__ */ listTypes(({ kind }) => kind === "integer");
export const signedTypes: readonly DType[] = /* @__PURE__ */ dtypes.filter(isSigned);
export const orderedTypes: readonly DType[] = /* @__PURE__ */ listTypes(({ kind }) => kind !== "truth");

/** The dtype of labels, indices and positions, as operations take and return them. */
export const indexType = "i32";

export const aDType: Rule = /* @__PURE__ */ oneOf(...allTypes);

/** The storage of each dtype on devices of the given languages; if several languages have a dtype, the last one determines it. */
export function listStorages(...languages: readonly ("wasm" | "wgsl")[]): {
  readonly [Name in DType]?: Storage;
} {
  const storages: { [Name in DType]?: Storage } = {};
  for (const language of languages) {
    for (const dtype of dtypes) {
      const storage = getDTypeProperties(dtype).storage[language];
      if (storage !== undefined) storages[dtype] = storage;
    }
  }
  return storages;
}

/** Whether a tensor of this dtype can represent the number: any number for floats, integers in range otherwise. */
export function holdsNumber(dtype: DType, value: number): boolean {
  const { range } = getDTypeProperties(dtype);
  return range === undefined || (Number.isInteger(value) && value >= range[0] && value <= range[1]);
}

/** Throws DTypeError unless a tensor of this dtype can represent the number. */
export function checkNumber(operation: string, dtype: DType, value: number): void {
  if (holdsNumber(dtype, value)) return;
  const [low, high] = getDTypeProperties(dtype).range!;
  throw new DTypeError(
    `${operation}: found the number ${value} for ${dtype}, expected a whole number in [${low}, ${high}]`,
  );
}
