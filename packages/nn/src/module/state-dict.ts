import type { Tensor } from "@evenkeel/tensor";
import { makeAlias } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { checkValue } from "@evenkeel/tensor/checks";
import type { StoredArray } from "@evenkeel/tensor/safetensors";
import type { ModuleNode } from "./member.ts";
import { isModule } from "./member.ts";
import type { Stateful } from "./variable.ts";
import { Counter, isStateful } from "./variable.ts";

/** A value in saved state: tensors stay on the device, counters live in host memory. */
export type StateValue = Tensor | StoredArray;

/** Saved state by PyTorch's names. */
export interface StateDict {
  [name: string]: StateValue;
}

/** Members by their paths; a shared one has several. Throws ArgumentError for two members of one path. */
export function listStatefulMembers(module: ModuleNode): Map<string, Stateful> {
  checkValue("model", module, aModel);
  return new Map(
    [...module.namedMembers()].filter((entry): entry is [string, Stateful] => isStateful(entry[1])),
  );
}

const aModel: Rule = { expected: "a module", accepts: isModule };

/** See `Module.stateDict`. */
export function makeStateDict(module: ModuleNode): StateDict {
  // Not by assignment: a path may be `__proto__`.
  return Object.fromEntries(
    [...listStatefulMembers(module)].map(([path, member]) => [
      path,
      member instanceof Counter ? toStoredArray(member) : makeAlias(member.value),
    ]),
  );
}

const toStoredArray = ({ value }: Counter): StoredArray => ({
  shape: [],
  dtype: "i32",
  data: Int32Array.of(value),
  fileDtype: "I64",
});

/**
 * Every value of the model as of this call, in host memory. A value with several names is read once, and its names share one
 * array.
 *
 * @example const arrays = await readStateArrays(model);
 */
export async function readStateArrays(module: ModuleNode): Promise<Map<string, StoredArray>> {
  const members = listStatefulMembers(module);
  const arrays = new Map<Stateful, Promise<StoredArray>>();
  for (const member of members.values()) {
    if (!arrays.has(member)) arrays.set(member, readMember(member));
  }
  return new Map(
    await Promise.all([...members].map(async ([path, member]) => [path, await arrays.get(member)!] as const)),
  );
}

/** Each array under one name, and the other names of those that have several. */
export interface DistinctArrays {
  readonly tensors: readonly (readonly [name: string, array: StoredArray])[];
  readonly aliases: readonly (readonly [alias: string, name: string])[];
}

/** The result of `readStateArrays` with each array once, under its first name. */
export function collectDistinct(arrays: ReadonlyMap<string, StoredArray>): DistinctArrays {
  const nameOf = new Map<StoredArray, string>();
  const aliases: [string, string][] = [];
  for (const [name, array] of arrays) {
    const first = nameOf.get(array);
    if (first === undefined) nameOf.set(array, name);
    else aliases.push([name, first]);
  }
  return { tensors: [...nameOf].map(([array, name]) => [name, array] as const), aliases };
}

const readMember = async (member: Stateful): Promise<StoredArray> =>
  member instanceof Counter ? toStoredArray(member) : readArray(member.value);

/** A tensor's values in host memory. */
export async function readArray(value: Tensor): Promise<StoredArray> {
  const { shape, dtype } = value;
  const data = await value.data();
  // The float64 reference backend stores f32 as doubles; files do not.
  return { shape, dtype, data: data instanceof Float64Array ? Float32Array.from(data) : data };
}
