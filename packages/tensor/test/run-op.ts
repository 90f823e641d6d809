import type { AnyOp, Limits, ReferenceArray } from "@evenkeel/tensor";
import { countElements, findPlanner, loadPlans } from "@evenkeel/tensor";
import { runPlan } from "@evenkeel/tensor/testing";

await loadPlans(["wasm"]);

export interface RunOptions {
  /** What the engine is said to have. */
  readonly features?: readonly string[];
  /** Chunks depend on nothing but themselves: any order gives the same bits. */
  readonly backwards?: boolean;
}

const limitsWith = (features: readonly string[]): Limits => ({
  storage: { f32: "f32" },
  maxBufferBytes: 2 ** 32,
  offsetAlignment: 4,
  features: new Set(features),
});

/** Runs the plan of an op for f32 tensors without a device. */
export function runOp(
  op: AnyOp,
  inputs: readonly (ReferenceArray | undefined)[],
  attrs: object,
  { features = [], backwards = false }: RunOptions = {},
): Float32Array[] {
  const donated = inputs.map(() => false);
  const plan = findPlanner(op, { languages: ["wasm"] })!(inputs, attrs, limitsWith(features), donated);
  const values = inputs.map((input) => input && Float32Array.from(input.data));
  return runPlan(plan, values, op.outputs(inputs, attrs), { backwards });
}

/** What the op means for these inputs. */
export function runLoops(
  op: AnyOp,
  inputs: readonly (ReferenceArray | undefined)[],
  attrs: object,
): ReferenceArray[] {
  const outputs = op
    .outputs(inputs, attrs)
    .map((spec) => ({ ...spec, data: new Float64Array(countElements(spec.shape)) }));
  if (!("loops" in op.meaning)) throw new TypeError(`${op.name}: not a primitive`);
  op.meaning.loops(inputs, outputs, attrs, []);
  return outputs;
}

/** A seeded source of sizes and values (mulberry32). */
export function randomFrom(seed: number): {
  integer(low: number, high: number): number;
  array(shape: readonly number[]): ReferenceArray;
} {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    integer: (low, high) => low + Math.floor(uniform() * (high - low + 1)),
    array: (shape) => ({
      shape,
      dtype: "f32",
      data: Float64Array.from({ length: countElements(shape) }, () => Math.fround(2 * uniform() - 1)),
    }),
  };
}

/** The largest difference, in units of the f32 roundoff times the length of a sum of terms of at most 1. */
export function computeLargestError(found: Float32Array, expected: ReferenceArray, terms: number): number {
  let largest = 0;
  found.forEach((value, index) => {
    const error = Math.abs(value - expected.data[index]!);
    largest = Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(largest, error);
  });
  return largest / (2 ** -24 * (2 + terms));
}
