import type { Accuracy, AnyOp, Backend, NumericArray, OpCase, OpCases, Spec, Tensor } from "@evenkeel/tensor";
import { formatSpec, isFloat, plannerOf, sameShape, sizeOf } from "@evenkeel/tensor";
import type { DrawnCase, Passing } from "./case-tensors.ts";
import { drawCase, forward, gradients, isDifferentiable } from "./case-tensors.ts";
import type { Distance, Expected } from "./compare.ts";
import { distance } from "./compare.ts";
import { sequenceOf } from "./draw-values.ts";
import { expressionErrors } from "./expression-errors.ts";
import { referenceBackend, valuesOf } from "./reference.ts";
import type { Bound } from "./tolerance.ts";
import { boundOf, conditioningFactor, exact, gradientBoundOf, precisionOf } from "./tolerance.ts";

/**
 * `forward`: against the reference. `donated`: the same bits when every input is given away; `views`: when every input is a
 * part of a larger buffer. `composition`: the parts of an op that has a kernel too. `gradient`: against the gradient of the reference. `memory`: nothing is left behind.
 */
export type Check = "forward" | "donated" | "views" | "composition" | "gradient" | "memory";

export interface CheckOutcome extends Distance {
  readonly check: Check;
}

export interface CaseOutcome {
  readonly op: string;
  readonly case: string;
  readonly status: "passed" | "failed" | "skipped";
  /** Why it was skipped. */
  readonly reason?: string;
  readonly checks: readonly CheckOutcome[];
}

/** Runs every check of one case on a backend. Failures are in the outcome; it does not throw. */
export async function runCase(backend: Backend, opCases: OpCases, opCase: OpCase): Promise<CaseOutcome> {
  const { op } = opCases;
  const names = { op: op.name, case: opCase.name };
  if (opCase.needs !== undefined && !backend.limits.features.has(opCase.needs)) {
    return { ...names, status: "skipped", reason: `${backend.name} lacks ${opCase.needs}`, checks: [] };
  }
  const live = backend.memory().live;
  const checks: CheckOutcome[] = [];
  for (const [check, run] of checksOf(backend, opCases, opCase)) {
    checks.push({ check, ...(await outcomeOf(run)) });
  }
  checks.push({ check: "memory", ...leftBehind(backend.memory().live - live) });
  const failed = checks.some(({ failure }) => failure !== undefined);
  return { ...names, status: failed ? "failed" : "passed", checks };
}

type CheckRun = () => Promise<Distance>;

function checksOf(backend: Backend, { op, accuracy }: OpCases, opCase: OpCase): [Check, CheckRun][] {
  const drawn = drawCase(op, opCase);
  const own = opCase.accuracy ?? accuracy;
  const bound = usesExpressionErrors(op, own) ? withinErrors : boundOf(own, backend.name);
  const hasKernel = plannerOf(op, backend.languages) !== undefined;
  let expected: Expected[] | undefined;
  const reference = (): Expected[] => (expected ??= referenceOutputs(drawn, own, backend.name));
  const checks: [Check, CheckRun][] = [
    ["forward", () => compare(forward(drawn, backend), reference(), bound)],
  ];
  if (hasKernel && opCase.inputs.length > 0) {
    checks.push(["donated", () => comparePassing(drawn, backend, "donated")]);
    checks.push(["views", () => comparePassing(drawn, backend, "views")]);
  }
  if (hasKernel && "composition" in op.meaning) {
    const ofParts = { ...bound, relative: 2 * bound.relative, absolute: 2 * bound.absolute };
    checks.push(["composition", () => compare(forward(partsOf(drawn), backend), reference(), ofParts)]);
  }
  if (isDifferentiable(drawn)) {
    checks.push([
      "gradient",
      () => compareGradients(drawn, backend, (length) => gradientBoundOf(own, length, backend.name)),
    ]);
  }
  return checks;
}

/** The same case of the op without its kernels. */
const partsOf = (drawn: DrawnCase): DrawnCase => ({
  ...drawn,
  op: { name: drawn.op.name, outputs: drawn.op.outputs, meaning: drawn.op.meaning },
});

async function outcomeOf(run: CheckRun): Promise<Distance> {
  try {
    return await run();
  } catch (error) {
    const failure = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { error: 0, failure };
  }
}

const leftBehind = (bytes: number): Distance =>
  bytes === 0
    ? { error: 0 }
    : { error: 0, failure: `found ${bytes} bytes alive that were not before, expected 0` };

/** The largest error and the first failure. */
function worstOf(distances: readonly Distance[]): Distance {
  const error = Math.max(0, ...distances.map((one) => one.error));
  const failure = distances.find((one) => one.failure !== undefined)?.failure;
  return failure === undefined ? { error } : { error, failure };
}

async function readAll(tensors: readonly Tensor[]): Promise<NumericArray[]> {
  const values = await Promise.all(tensors.map((tensor) => tensor.data()));
  for (const tensor of tensors) tensor.dispose();
  return values;
}

async function compare(
  found: readonly Tensor[],
  expected: readonly Expected[],
  bound: Bound,
): Promise<Distance> {
  const values = await readAll(found);
  return worstOf(
    expected.map((wanted, index) => {
      const tensor = found[index];
      if (tensor === undefined || tensor.dtype !== wanted.dtype || !sameShape(tensor.shape, wanted.shape)) {
        return {
          error: 0,
          failure: `output ${index}: found ${formatSpec(tensor)}, expected ${formatSpec(wanted)}`,
        };
      }
      return distance(values[index]!, wanted, bound);
    }),
  );
}

/** The error of an expression is bounded step by step; exact results, and an op that has a bound of its own, are not. */
const usesExpressionErrors = ({ meaning }: AnyOp, accuracy: Accuracy): boolean =>
  "expression" in meaning && (accuracy === "rounding" || accuracy === "transcendental");

/** The magnitudes that come with the expected values are their bounds. */
const withinErrors: Bound = { relative: 0, scaled: 1, absolute: 0 };

/** What the reference says, with what the bounds are scaled by. */
function referenceOutputs(drawn: DrawnCase, accuracy: Accuracy, backend: string): Expected[] {
  const outputs = takeValues(forward(drawn, referenceBackend));
  const specs = drawn.op.outputs(drawn.opCase.inputs, drawn.opCase.attrs);
  const magnitudes = magnitudesOf(drawn, accuracy, specs[0]!, backend);
  return outputs.map((data, index) => ({ ...specs[index]!, data, magnitudes: magnitudes?.[index] }));
}

function magnitudesOf(
  drawn: DrawnCase,
  accuracy: Accuracy,
  output: Spec,
  backend: string,
): Float64Array[] | undefined {
  const { op, opCase, values } = drawn;
  if (usesExpressionErrors(op, accuracy) && "expression" in op.meaning) {
    const inputs = opCase.inputs.flatMap((input, index) =>
      input ? [{ ...input, data: values[index]! }] : [],
    );
    const expression = op.meaning.expression(opCase.inputs, opCase.attrs);
    return expressionErrors(expression, inputs, output.shape, opCase.scalars ?? [], precisionOf(backend));
  }
  if (typeof accuracy === "string" || !("reduction" in accuracy)) return undefined;
  return takeValues(forward(withMagnitudes(drawn), referenceBackend));
}

function takeValues(tensors: readonly Tensor[]): Float64Array[] {
  return tensors.map((tensor) => {
    const values = valuesOf(tensor);
    tensor.dispose();
    return values;
  });
}

const withMagnitudes = (drawn: DrawnCase): DrawnCase => ({
  ...drawn,
  values: drawn.values.map((values) => values?.map(Math.abs)),
});

async function comparePassing(drawn: DrawnCase, backend: Backend, passing: Passing): Promise<Distance> {
  const kept = forward(drawn, backend);
  const specs = kept.map(({ shape, dtype }) => ({ shape, dtype }));
  const expected = await readAll(kept);
  const found = await readAll(forward(drawn, backend, passing));
  return worstOf(
    expected.map((data, index) =>
      distance(found[index]!, { ...specs[index]!, data: Float64Array.from(data) }, exact),
    ),
  );
}

async function compareGradients(
  drawn: DrawnCase,
  backend: Backend,
  boundFor: (length: number) => Bound,
): Promise<Distance> {
  const found = gradients(drawn, backend);
  const specs = found.map(({ shape, dtype }) => ({ shape, dtype }));
  const outputs = drawn.op.outputs(drawn.opCase.inputs, drawn.opCase.attrs);
  const terms = Math.max(...outputs.map(({ shape }) => sizeOf(shape)));
  const wanted = takeValues(gradients(drawn, referenceBackend));
  const values = await readAll(found);
  const compareWith = (changes: readonly Float64Array[] | undefined): Distance =>
    worstOf(
      wanted.map((data, index) => {
        const bound = boundFor(Math.max(1, terms / Math.max(1, data.length)));
        const largest = bound.scaled * data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const magnitudes = data.map((_, at) => largest + conditioningFactor * (changes?.[index]?.[at] ?? 0));
        return distance(values[index]!, { ...specs[index]!, data, magnitudes }, { ...bound, scaled: 1 });
      }),
    );
  const plain = compareWith(undefined);
  // Worth the time only where the plain bound does not do: badly conditioned gradients.
  return plain.failure === undefined ? plain : compareWith(roundingChanges(drawn, wanted));
}

/** How far the reference gradient moves when every input is off by one rounding: the largest of three draws. */
function roundingChanges(drawn: DrawnCase, gradient: readonly Float64Array[]): Float64Array[] {
  const changes = gradient.map((values) => new Float64Array(values.length));
  for (let trial = 0; trial < 3; trial++) {
    const next = sequenceOf(`${drawn.op.name}/${drawn.opCase.name}/rounding ${trial}`);
    const values = drawn.values.map((input, index) =>
      isFloat(drawn.opCase.inputs[index]?.dtype ?? "i32")
        ? input?.map((x) => x * (1 + (next() < 0.5 ? -1 : 1) * 2 ** -24))
        : input,
    );
    takeValues(gradients({ ...drawn, values }, referenceBackend)).forEach((moved, index) => {
      const own = changes[index]!;
      for (let at = 0; at < own.length; at++)
        own[at] = Math.max(own[at]!, Math.abs(moved[at]! - gradient[index]![at]!));
    });
  }
  return changes;
}
