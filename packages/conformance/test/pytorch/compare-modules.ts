import { cpu } from "@evenkeel/backend-cpu";
import { type AnyModule, readStateArrays } from "@evenkeel/nn";
import {
  type Backend,
  countElements,
  scope,
  selectBackend,
  setDefaultBackend,
  withoutStateChanges,
} from "@evenkeel/tensor";
import type { StoredArray } from "@evenkeel/tensor/safetensors";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { referenceBackend } from "../../src/reference.ts";
import { place, plainValues } from "./against-pytorch.ts";
import {
  askPytorch,
  type ModuleAnswer,
  type PlainTensor,
  pytorchTitle,
  skipWithoutPytorch,
} from "./ask-pytorch.ts";
import {
  learningRate,
  type ModuleComparison,
  type PlainRun,
  run,
  runModule,
  steps,
  toPlain,
} from "./run-module.ts";

interface Prepared extends PlainRun {
  readonly state: ReadonlyMap<string, StoredArray>;
}

type Compared = Prepared & { readonly float32: ModuleAnswer; readonly float64: ModuleAnswer };

/** A deviation that is in order in f32, where PyTorch's is by chance smaller: three times it is that of 50 roundings, one after another. */
const floor = 1e-6;
/** Sums in float64 of at most some thousand terms, and functions such as erf, which both sides compute in their own way. */
const float64Tolerance = 1e-11;

/** Declares the tests of all comparisons, which PyTorch evaluates in one run: in float32 and in float64. */
export function compareModules(title: string, comparisons: readonly ModuleComparison[]): void {
  describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: ${title}`, () => {
    let backend: Backend;
    let all: ReadonlyMap<string, Compared>;
    beforeAll(async () => {
      backend = await selectBackend([cpu({ threads: 1 })]);
      all = await readAnswers(comparisons, backend);
    });
    afterAll(async () => {
      setDefaultBackend(undefined);
      await backend.close();
    });
    const names = comparisons.map(({ name }) => name);

    test.each(names)("%s deviates from float64 at most 3 times as far as float32 PyTorch", async (name) => {
      const one = all.get(name)!;
      const found = nameResults(await runModule(one, await makeModule(one, backend), backend));
      const [float32, float64] = [nameResults(one.float32), nameResults(one.float64)];
      for (const [what, expected, error] of findErrors(found, float64)) {
        const theirs = findError(float32.get(what) ?? expected, expected);
        expect(error, what).toBeLessThanOrEqual(3 * Math.max(floor, theirs));
      }
    });

    test.each(names)("%s follows float64 PyTorch in float64, and learns", async (name) => {
      const one = all.get(name)!;
      const { losses } = one.float64;
      expect(losses.at(-1)).toBeLessThan(losses[0]!);
      const module = await makeModule(one, referenceBackend);
      const found = nameResults(await runModule(one, module, referenceBackend));
      for (const [what, , error] of findErrors(found, nameResults(one.float64))) {
        expect(error, what).toBeLessThan(one.comparison.float64Tolerance ?? float64Tolerance);
      }
    });
  });
}

async function readAnswers(
  comparisons: readonly ModuleComparison[],
  backend: Backend,
): Promise<ReadonlyMap<string, Compared>> {
  const prepared = await Promise.all(comparisons.map((comparison) => prepare(comparison, backend)));
  const answers = askPytorch(
    prepared.map(({ comparison, state, inputs, outputGradients }) => ({
      task: "module" as const,
      model: comparison.pytorch,
      call: comparison.call ?? "m(*x)",
      state: Object.fromEntries([...state].map(([name, array]) => [name, toPlain(array)])),
      inputs,
      outputGradients,
      steps,
      learningRate,
    })),
  );
  return new Map(prepared.map((one, index) => [one.comparison.name, { ...one, ...answers[index]! }]));
}

async function prepare(comparison: ModuleComparison, backend: Backend): Promise<Prepared> {
  const { name, make, inputs } = comparison;
  const module = make();
  const values = inputs.map((input, index) =>
    "data" in input ? input : plainValues(`${name} ${index}`, input),
  );
  const shapes = scope(() =>
    withoutStateChanges(() => {
      const placed = values.map((input) => place(input, backend));
      return run(comparison, module, placed).map(({ shape }) => shape);
    }),
  );
  const state = [...(await readStateArrays(module))].map(
    ([path, array]) => [path, moveAway(`${name} ${path}`, array)] as const,
  );
  return {
    comparison,
    state: new Map(state),
    inputs: values,
    outputGradients: shapes.map((shape, index) => plainValues(`${name} dy ${index}`, shape)),
  };
}

/** Values within 1/4 of initial ones: with scales of 1 and shifts of 0 some errors do not show. */
function moveAway(name: string, array: StoredArray): StoredArray {
  if (array.dtype !== "f32") return array;
  const moves = plainValues(name, array.shape).data;
  const initial = array.data as Float32Array;
  return { ...array, data: initial.map((value, index) => value + moves[index]! / 8) };
}

async function makeModule({ comparison, state }: Prepared, backend: Backend): Promise<AnyModule> {
  const module: AnyModule = comparison.make();
  await module.to(backend);
  module.loadStateDict(state);
  return module;
}

/** All that an answer has, without the gradients of what the result does not depend on. */
function nameResults(answer: ModuleAnswer): ReadonlyMap<string, PlainTensor> {
  const { outputs, gradients, parameterGradients, losses, state } = answer;
  const all: (readonly [what: string, values: PlainTensor | null])[] = [
    ...outputs.map((y, index) => [`output ${index}`, y] as const),
    ...gradients.map((gradient, index) => [`gradient of input ${index}`, gradient] as const),
    ...Object.entries(parameterGradients).map(([name, value]) => [`gradient of ${name}`, value] as const),
    ["losses", { shape: [losses.length], data: losses }],
    ...Object.entries(state).map(([name, value]) => [`${name} after ${steps} steps`, value] as const),
  ];
  return new Map(all.filter((entry): entry is readonly [string, PlainTensor] => entry[1] !== null));
}

/** The expected values of each result, and the error of those that were found. */
function findErrors(
  found: ReadonlyMap<string, PlainTensor>,
  expected: ReadonlyMap<string, PlainTensor>,
): (readonly [what: string, expected: PlainTensor, error: number])[] {
  expect([...found.keys()]).toEqual(expect.arrayContaining([...expected.keys()]));
  return [...found].map(([what, { shape, data }]) => {
    const zeros = { shape, data: new Array<number>(countElements(shape)).fill(0) };
    const truth = expected.get(what) ?? zeros;
    expect(shape, what).toEqual(truth.shape);
    return [what, truth, findError({ shape, data }, truth)];
  });
}

/** The largest error, relative to the largest magnitude. */
function findError({ data }: PlainTensor, expected: PlainTensor): number {
  const scale = Math.max(1e-30, ...expected.data.map(Math.abs));
  return Math.max(0, ...expected.data.map((value, index) => Math.abs(value - data[index]!))) / scale;
}
