import {
  ArgumentError,
  countElements,
  findDTypeOfArray,
  formatSpec,
  isSameShape,
  ShapeError,
} from "@evenkeel/tensor";
import { anArray, callable, checkValue, getBuiltinName } from "@evenkeel/tensor/checks";
import type { HostData, ShapedArray, Tensors } from "./host-data.ts";
import { makeEmptyLike, mapParts, toShapedArray } from "./host-data.ts";

/**
 * Joins the examples of a batch, or one part of them, in host memory. `positions` are those of the examples in their source, and
 * `where` is the beginning of error messages.
 */
export type Collate<Example, Batch = unknown> = (
  examples: readonly Example[],
  positions: ArrayLike<number>,
  where: string,
) => Batch;

/** A function for whole examples, or functions by part, to any depth; the other parts are stacked. */
export type Collates<Example> =
  | Collate<Example>
  | (Example extends HostData | string
      ? never
      : { readonly [Part in keyof Example]?: Collates<Example[Part]> });

/** The batch of tensors that a function returns as host data. */
export type Uploaded<Structure> = Structure extends readonly string[]
  ? Structure
  : Structure extends HostData
    ? Tensors<Structure>
    : { readonly [Part in keyof Structure]: Uploaded<Structure[Part]> };

/** The batch of examples that are joined by `By`, or stacked if it may be absent. */
export type Collated<Example, By> = undefined extends By
  ? Tensors<Example>
  : By extends (...call: never[]) => infer Batch
    ? Uploaded<Awaited<Batch>>
    : {
        readonly [Part in keyof Example]: Part extends keyof By
          ? Collated<Example[Part], By[Part]>
          : Tensors<Example[Part]>;
      };

/**
 * Stacks examples of the same structure, as PyTorch's `default_collate`: each array, number and boolean gets a first dimension;
 * strings become lists. It is what `batches` does unless it is given another function.
 *
 * Throws ArgumentError for no examples, for values that cannot become tensors, and for examples with different parts; ShapeError for
 * arrays of different shapes or types.
 *
 * @example batches([{ inputs: [1, 2], labels: 0 }], { batchSize: 1, collate: { inputs: defaultCollate, labels: (labels) => Int32Array.from(labels) } })
 */
export const defaultCollate: Collate<unknown> = (examples, positions, where) => {
  checkValue("defaultCollate: examples", examples, anArray);
  return collate(examples, positions, where);
};

/**
 * Joins examples by functions for their parts, and stacks all other parts. Errors refer to examples by their `positions`.
 */
export function collate(
  examples: readonly unknown[],
  positions: ArrayLike<number>,
  where: string,
  by?: unknown,
): unknown {
  if (typeof by === "function") return by(examples, positions, where);
  const [first] = examples;
  if (examples.length === 0) throw new ArgumentError(`${where}: found no examples, expected at least one`);
  if (by === undefined) {
    if (typeof first === "string") return checkTexts(examples, positions, where);
    if (toShapedArray(first, where) !== undefined) return stackArrays(examples, positions, where);
  }
  checkParts(examples, positions, where);
  const ofParts = (by ?? {}) as { readonly [part: string]: unknown };
  checkCollates(ofParts, first as object, where);
  return mapParts(first as object, (_, name) =>
    collate(
      examples.map((example) => (example as { readonly [name: string]: unknown })[name]),
      positions,
      `${where}: ${name}`,
      ofParts[name],
    ),
  );
}

function checkCollates(by: object, example: object, where: string): void {
  for (const [name, part] of Object.entries(by)) {
    if (!Object.hasOwn(example, name)) {
      throw new ArgumentError(
        `${where}: collate: found "${name}", expected some of: ${Object.keys(example).join(", ")}`,
      );
    }
    if (typeof part !== "object" || part === null) checkValue(`${where}: collate: ${name}`, part, callable);
  }
}

function checkTexts(examples: readonly unknown[], positions: ArrayLike<number>, where: string): unknown {
  const other = examples.findIndex((example) => typeof example !== "string");
  if (other < 0) return [...examples];
  throw new ArgumentError(
    `${where}: found ${describe(examples[other], where)} in example ${positions[other]}, expected a string as in example ${positions[0]}`,
  );
}

function checkParts(examples: readonly unknown[], positions: ArrayLike<number>, where: string): void {
  const isStructure = (example: unknown): example is object =>
    typeof example === "object" && example !== null;
  const names = isStructure(examples[0]) ? Object.keys(examples[0]) : [];
  examples.forEach((example, index) => {
    const found = isStructure(example) ? Object.keys(example) : [];
    const isAlike = found.length === names.length && names.every((name) => found.includes(name));
    if (isStructure(example) && isAlike) return;
    throw new ArgumentError(
      `${where}: found the parts ${found.join(", ") || "none"} in example ${positions[index]}, expected ${names.join(", ")} as in example ${positions[0]}`,
    );
  });
}

function stackArrays(examples: readonly unknown[], positions: ArrayLike<number>, where: string): ShapedArray {
  const first = toShapedArray(examples[0], where)!;
  const size = countElements(first.shape);
  const data = makeEmptyLike(first.data, examples.length * size);
  examples.forEach((example, index) => {
    const array = typeof example === "string" ? undefined : toShapedArray(example, where);
    if (array === undefined || !isAlike(array, first)) {
      throw new ShapeError(
        `${where}: found ${describe(example, where)} in example ${positions[index]}, expected ${describe(first, where)} as in example ${positions[0]}`,
      );
    }
    data.set(array.data, index * size);
  });
  return { data, shape: [examples.length, ...first.shape], dtype: first.dtype };
}

const isAlike = (a: ShapedArray, b: ShapedArray): boolean =>
  isSameShape(a.shape, b.shape) && hasSameType(a, b);

/** Whether two arrays have the same dtype and element type. */
export const hasSameType = (a: ShapedArray, b: ShapedArray): boolean =>
  a.dtype === b.dtype && getBuiltinName(a.data) === getBuiltinName(b.data);

/** The dtype and shape of an array, or the kind of another value, for messages. */
export function describe(value: unknown, where: string): string {
  if (typeof value === "string") return "a string";
  const array = toShapedArray(value, where);
  if (array === undefined) return "a record";
  return formatSpec({ dtype: array.dtype ?? findDTypeOfArray(array.data, "i32"), shape: array.shape });
}
