import type { Backend, Tensor } from "@evenkeel/tensor";
import { formatShape, formatSpec, fromData, isSameShape } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { checkValue, getBuiltinName } from "@evenkeel/tensor/checks";
import type { StoredArray } from "@evenkeel/tensor/safetensors";
import { readArray } from "../module/state-dict.ts";
import { StateDictError } from "../module/state-dict-error.ts";
import type { Arena } from "./arena.ts";
import type { GroupedParameter } from "./grouped-parameter.ts";

const nameSteps = (name: string): string => `${name}.steps`;

/** Every slot and the number of updates of every parameter. */
export async function readOptimizerState(arenas: readonly Arena[]): Promise<Map<string, StoredArray>> {
  const pending: Promise<[string, StoredArray]>[] = [];
  const state = new Map<string, StoredArray>();
  for (const arena of arenas) {
    for (const { name } of arena.members) {
      state.set(nameSteps(name), { shape: [], dtype: "i32", data: Int32Array.of(arena.steps) });
    }
    arena.rule.slots.forEach((slotName, slot) => {
      arena.listSlotViews(slot).forEach((view, index) => {
        const path = `${arena.members[index]!.name}.${slotName}`;
        pending.push(readArray(view).then((array) => [path, array]));
        view.dispose();
      });
    });
  }
  for (const [path, array] of await Promise.all(pending)) state.set(path, array);
  return state;
}

/** The saved state of one parameter. */
export interface LoadedSlots {
  readonly steps: number;
  upload(slot: number, backend: Backend): Tensor;
}

const aMap: Rule = {
  expected: "a Map, as `readStateArrays` gives",
  accepts: (value) => getBuiltinName(value) === "Map",
};

/** Throws ArgumentError for anything but a Map. */
export function checkState(where: string, state: ReadonlyMap<string, StoredArray>): void {
  checkValue(where, state, aMap);
}

/** Checks saved state. Throws StateDictError, which lists the differences. */
export function readSlots(
  parameters: readonly GroupedParameter[],
  state: ReadonlyMap<string, StoredArray>,
): Map<string, LoadedSlots> {
  const missing: string[] = [];
  const mismatched: string[] = [];
  const unexpected = new Set(state.keys());
  const take = (path: string, dtype: "f32" | "i32", shape: readonly number[]): StoredArray | undefined => {
    const array = state.get(path);
    unexpected.delete(path);
    if (array === undefined) missing.push(path);
    else if (array.dtype !== dtype || !isSameShape(array.shape, shape)) {
      mismatched.push(`${path}: found ${formatSpec(array)}, expected ${dtype} ${formatShape(shape)}`);
    }
    return array;
  };
  const loaded = new Map<string, LoadedSlots>();
  for (const { name, parameter, rule } of parameters) {
    const { shape } = parameter.value;
    const steps = take(nameSteps(name), "i32", [])?.data[0] ?? 0;
    if (steps < 0) mismatched.push(`${nameSteps(name)}: found ${steps}, expected a non-negative integer`);
    const arrays = rule.slots.map((slotName) => take(`${name}.${slotName}`, "f32", shape));
    loaded.set(name, {
      steps,
      upload: (slot, backend) => fromData(arrays[slot]!.data, { shape, dtype: "f32" }, { backend }),
    });
  }
  if (missing.length + mismatched.length + unexpected.size > 0) {
    throw new StateDictError({ missing, unexpected: [...unexpected], mismatched });
  }
  return loaded;
}
