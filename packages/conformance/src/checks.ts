import type { Accuracy, Backend, NumericArray, OpCase, OpCases, Spec, Tensor } from "@evenkeel/tensor";
import { formatSpec, plannerOf, sameShape, sizeOf } from "@evenkeel/tensor";
import type { DrawnCase, Passing } from "./case-tensors.ts";
import { drawCase, forward, gradients, isDifferentiable } from "./case-tensors.ts";
import type { Distance } from "./compare.ts";
import { distance } from "./compare.ts";
import type { Expectation } from "./expected.ts";
import { expectedGradients, expectedOutputs, roundingChanges } from "./expected.ts";
import { conditioningFactor, exact, gradientBoundOf, roundingOfHalves } from "./tolerance.ts";

/**
 * `forward`: against the reference. `donated`: the same bits when every input is given away; `views`: when every input is a
 * part of a larger buffer. `composition`: the parts of an op that has a kernel too. `gradient`: against the gradient of the
 * reference. `memory`: nothing is left behind.
 */
export type Check = "forward" | "donated" | "views" | "composition" | "gradient" | "memory";

export type CheckRun = () => Promise<Distance>;

/** Values that were read from a device. */
interface Found extends Spec {
  readonly values: NumericArray;
}

/** The checks of a case, in order. They share what the device and the reference have computed. */
export function checksOf(
  backend: Backend,
  { op, accuracy: usual }: OpCases,
  opCase: OpCase,
): [Check, CheckRun][] {
  const drawn = drawCase(op, opCase);
  const accuracy = opCase.accuracy ?? usual;
  const hasKernel = plannerOf(op, backend.languages) !== undefined;
  const readForward = async (passing: Passing): Promise<Found[]> => {
    const outputs = forward(drawn, backend, passing);
    if (opCase.reports !== undefined) await checkReport(backend, opCase.reports);
    return readAll(outputs);
  };
  const found = once(() => readForward("kept"));
  const expectation = once(() => expectedOutputs(drawn, accuracy, backend.name));
  const samePassed = async (passing: Passing): Promise<Distance> =>
    compareBits(await readForward(passing), await found());

  const checks: [Check, CheckRun][] = [
    ["forward", async () => compare(...(await meanwhile(found(), expectation)))],
  ];
  if (hasKernel && opCase.inputs.length > 0) {
    checks.push(["donated", () => samePassed("donated")], ["views", () => samePassed("views")]);
  }
  if (hasKernel && "composition" in op.meaning) {
    const parts = { ...drawn, op: { name: op.name, outputs: op.outputs, meaning: op.meaning } };
    checks.push([
      "composition",
      async () => compare(await readAll(forward(parts, backend)), doubled(expectation())),
    ]);
  }
  if (isDifferentiable(drawn)) {
    checks.push(["gradient", () => compareGradients(drawn, accuracy, backend)]);
  }
  return checks;
}

/** Rejects unless the backend reports exactly this error. */
async function checkReport(backend: Backend, expected: string): Promise<void> {
  const found = await backend.idle().then(
    () => "no error",
    (error: unknown) => String(error),
  );
  if (found !== `ArgumentError: ${expected}`) throw new Error(`report: found ${found}, expected ${expected}`);
}

/** Computes what is expected while the device works. */
const meanwhile = <Found, Wanted>(found: Promise<Found>, expect: () => Wanted): Promise<[Found, Wanted]> =>
  Promise.all([found, (async () => expect())()]);

function once<Result>(compute: () => Result): () => Result {
  let known: { readonly result: Result } | undefined;
  return () => {
    known ??= { result: compute() };
    return known.result;
  };
}

async function readAll(tensors: readonly Tensor[]): Promise<Found[]> {
  const specs = tensors.map(({ shape, dtype }) => ({ shape, dtype }));
  const values = await Promise.all(tensors.map((tensor) => tensor.data()));
  for (const tensor of tensors) tensor.dispose();
  return specs.map((spec, index) => ({ ...spec, values: values[index]! }));
}

/** The largest error and the first failure. */
function worstOf(distances: readonly Distance[]): Distance {
  const error = Math.max(0, ...distances.map((one) => one.error));
  const failure = distances.find((one) => one.failure !== undefined)?.failure;
  return failure === undefined ? { error } : { error, failure };
}

function compare(found: readonly Found[], { outputs, bound }: Expectation): Distance {
  return worstOf(
    outputs.map((wanted, index) => {
      const output = found[index];
      if (output === undefined || output.dtype !== wanted.dtype || !sameShape(output.shape, wanted.shape)) {
        const failure = `output ${index}: found ${formatSpec(output)}, expected ${formatSpec(wanted)}`;
        return { error: 0, failure };
      }
      return distance(output.values, wanted, bound);
    }),
  );
}

/**
 * The parts of a composition round more often than its kernel; those in f16 keep what lies between them in halves, off by
 * `roundingOfHalves` of numbers as large as the results.
 */
function doubled({ outputs, bound }: Expectation): Expectation {
  const halves = outputs.filter(({ dtype }) => dtype === "f16");
  const largest = halves
    .flatMap(({ data }) => [...data])
    .reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const absolute = 2 * bound.absolute + 4 * roundingOfHalves * largest;
  return { outputs, bound: { ...bound, relative: 2 * bound.relative, absolute } };
}

const compareBits = (found: readonly Found[], expected: readonly Found[]): Distance =>
  compare(found, {
    outputs: expected.map(({ shape, dtype, values }) => ({ shape, dtype, data: Float64Array.from(values) })),
    bound: exact,
  });

/** Judged by the largest magnitude of each gradient; where that does not do, also by how well the gradient is conditioned. */
async function compareGradients(drawn: DrawnCase, accuracy: Accuracy, backend: Backend): Promise<Distance> {
  const [found, wanted] = await meanwhile(readAll(gradients(drawn, backend)), () =>
    expectedGradients(drawn, backend.name),
  );
  const outputs = drawn.op.outputs(drawn.opCase.inputs, drawn.opCase.attrs);
  const hasHalves = [...drawn.opCase.inputs, ...outputs].some((spec) => spec?.dtype === "f16");
  const terms = Math.max(...outputs.map(({ shape }) => sizeOf(shape)));
  const compareWith = (changes: readonly Float64Array[] | undefined): Distance =>
    worstOf(
      wanted.map((gradient, index) => {
        const { data } = gradient;
        const length = Math.max(1, terms / Math.max(1, data.length));
        const bound = gradientBoundOf(accuracy, length, backend.name, hasHalves);
        const largest = bound.scaled * data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const change = changes?.[index];
        const magnitudes = data.map((_, at) => largest + conditioningFactor * (change?.[at] ?? 0));
        return distance(found[index]!.values, { ...gradient, magnitudes }, { ...bound, scaled: 1 });
      }),
    );
  const plain = compareWith(undefined);
  return plain.failure === undefined ? plain : compareWith(roundingChanges(drawn, wanted, backend.name));
}
