import type { Backend, OpCase, OpCases } from "@evenkeel/tensor";
import { countElements, formatSpec, getDTypeProperties, isSameShape } from "@evenkeel/tensor";
import type { CaseRun, Found, RunName } from "./case-runs.ts";
import { listRuns } from "./case-runs.ts";
import { drawCase } from "./case-tensors.ts";
import type { Distance } from "./compare.ts";
import { measureDistance } from "./compare.ts";
import type { Expectation, Question } from "./expected.ts";
import { computeExpectedGradients, computeExpectedOutputs, computeRoundingChanges } from "./expected.ts";
import type { ReferenceStore } from "./reference-store.ts";
import { computeGradientBound, conditioningFactor, exact, listRoundings } from "./tolerance.ts";

export interface CaseCheck {
  readonly check: RunName;
  measure(): Promise<Distance>;
}

/** The checks of a case, in order. They share the results of the device and the reference. */
export function listChecks(
  backend: Backend,
  { op, accuracy }: OpCases,
  opCase: OpCase,
  references?: ReferenceStore,
): CaseCheck[] {
  const drawn = drawCase(op, opCase);
  const question = { drawn, accuracy: opCase.accuracy ?? accuracy, backend: backend.name, references };
  const runs = listRuns(backend, drawn);
  const foundBy = startAtFirstUse(runs, opCase.reports !== undefined);
  const expected = computeOnce(() => computeExpectedOutputs(question));
  const measures: { readonly [Name in RunName]: () => Promise<Distance> } = {
    forward: async () => compare(...(await Promise.all([foundBy("forward"), expected()]))),
    donated: async () => compareBits(await foundBy("donated"), await foundBy("forward")),
    views: async () => compareBits(await foundBy("views"), await foundBy("forward")),
    composition: async () => compare(await foundBy("composition"), doubleBound(await expected())),
    gradient: () => compareGradients(question, foundBy("gradient")),
  };
  return runs.map(({ name }) => ({ check: name, measure: measures[name] }));
}

/**
 * Starts all runs at the first use, before the first result is read, so that the device need not wait for one read
 * after another. A run that ends in a report runs alone on the device, because a report does not say which run it
 * belongs to.
 */
function startAtFirstUse(
  runs: readonly CaseRun[],
  areAlone: boolean,
): (name: RunName) => Promise<readonly Found[]> {
  const started = new Map<RunName, Promise<readonly Found[]>>();
  const start = ({ name, run }: CaseRun): void => {
    if (!started.has(name)) started.set(name, holdBack(run()));
  };
  return (name) => {
    for (const run of runs) if (!areAlone || run.name === name) start(run);
    return started.get(name)!;
  };
}

/** The same promise; its rejection counts as handled until someone awaits it. */
function holdBack<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => {});
  return promise;
}

function computeOnce<Result>(compute: () => Result): () => Result {
  let known: { readonly result: Result } | undefined;
  return () => {
    known ??= { result: compute() };
    return known.result;
  };
}

/** The largest error and the first failure. */
function findWorst(distances: readonly Distance[]): Distance {
  const error = Math.max(0, ...distances.map((one) => one.error));
  const failure = distances.find((one) => one.failure !== undefined)?.failure;
  return failure === undefined ? { error } : { error, failure };
}

function compare(found: readonly Found[], { outputs, bound }: Expectation): Distance {
  return findWorst(
    outputs.map((wanted, index) => {
      const output = found[index];
      if (output === undefined || output.dtype !== wanted.dtype || !isSameShape(output.shape, wanted.shape)) {
        const failure = `output ${index}: found ${formatSpec(output)}, expected ${formatSpec(wanted)}`;
        return { error: 0, failure };
      }
      return measureDistance(output.values, wanted, bound);
    }),
  );
}

/**
 * The parts of a composition round more often than its kernel. Intermediate results are rounded like the outputs, so
 * the error is relative to numbers of their magnitude.
 */
function doubleBound({ outputs, bound }: Expectation): Expectation {
  const between = outputs.map(({ dtype, data }) => {
    const { relative = 0 } = getDTypeProperties(dtype).rounding ?? {};
    return relative === 0 ? 0 : relative * data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  });
  const absolute = 2 * bound.absolute + 4 * Math.max(0, ...between);
  return { outputs, bound: { ...bound, relative: 2 * bound.relative, absolute } };
}

const compareBits = (found: readonly Found[], expected: readonly Found[]): Distance =>
  compare(found, {
    outputs: expected.map(({ shape, dtype, values }) => ({ shape, dtype, data: Float64Array.from(values) })),
    bound: exact,
  });

/**
 * Compared by the largest magnitude of each gradient and, if that is not enough, also by the conditioning of the
 * gradient.
 */
async function compareGradients(question: Question, finding: Promise<readonly Found[]>): Promise<Distance> {
  const { drawn, accuracy, backend } = question;
  const { op, opCase } = drawn;
  const [found, wanted] = await Promise.all([finding, computeExpectedGradients(question)]);
  const outputs = op.outputs(opCase.inputs, opCase.attrs);
  const [rounding] = listRoundings([...opCase.inputs, ...outputs]);
  const terms = Math.max(...outputs.map(({ shape }) => countElements(shape)));
  const compareWith = (changes: readonly Float64Array[] | undefined): Distance =>
    findWorst(
      wanted.map((gradient, index) => {
        const { data } = gradient;
        const length = Math.max(1, terms / Math.max(1, data.length));
        const bound = computeGradientBound(accuracy, length, backend, rounding);
        const largest = bound.scaled * data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const change = changes?.[index];
        const magnitudes = data.map((_, at) => largest + conditioningFactor * (change?.[at] ?? 0));
        return measureDistance(found[index]!.values, { ...gradient, magnitudes }, { ...bound, scaled: 1 });
      }),
    );
  const plain = compareWith(undefined);
  return plain.failure === undefined ? plain : compareWith(await computeRoundingChanges(question, wanted));
}
