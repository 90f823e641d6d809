import type { Backend, NumericArray, OpCase, OpCases, Tensor } from "@evenkeel/tensor";
import { formatSpec, isFloat, plannerOf, sameShape, sizeOf } from "@evenkeel/tensor";
import type { DrawnCase } from "./case-tensors.ts";
import { drawCase, floatInputs, forward, gradients } from "./case-tensors.ts";
import type { Distance, Expected } from "./compare.ts";
import { distance } from "./compare.ts";
import { referenceBackend, valuesOf } from "./reference.ts";
import type { Bound } from "./tolerance.ts";
import { boundOf, gradientBoundOf } from "./tolerance.ts";

/**
 * `forward`: against the reference. `donated`: the same bits when every input is given away. `composition`: the parts of an
 * op that has a kernel too. `gradient`: against the gradient of the reference. `memory`: nothing is left behind.
 */
export type Check = "forward" | "donated" | "composition" | "gradient" | "memory";

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
  const bound = boundOf(own, backend.name);
  const hasKernel = plannerOf(op, backend.languages) !== undefined;
  let expected: Expected[] | undefined;
  const reference = (): Expected[] => (expected ??= referenceOutputs(drawn, bound));
  const checks: [Check, CheckRun][] = [
    ["forward", () => compare(forward(drawn, backend), reference(), bound)],
  ];
  if (hasKernel && opCase.inputs.length > 0) checks.push(["donated", () => compareDonated(drawn, backend)]);
  if (hasKernel && "composition" in op.meaning) {
    const doubled = { ...bound, relative: 2 * bound.relative, absolute: 2 * bound.absolute };
    checks.push(["composition", () => compare(forward(partsOf(drawn), backend), reference(), doubled)]);
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

/** Whether the case has a derivative to check. Non-finite cases are about values, unless they say otherwise. */
export function isDifferentiable({ op, opCase }: Pick<DrawnCase, "op" | "opCase">): boolean {
  const { differentiable = opCase.needs !== "non-finite", inputs, attrs } = opCase;
  return (
    differentiable &&
    floatInputs(opCase).length > 0 &&
    op.outputs(inputs, attrs).some(({ dtype }) => isFloat(dtype))
  );
}

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

/** What the reference says, with the sums of magnitudes where the bound is scaled by them. */
function referenceOutputs(drawn: DrawnCase, { scaled }: Bound): Expected[] {
  const magnitudes = scaled === 0 ? undefined : takeValues(forward(withMagnitudes(drawn), referenceBackend));
  const outputs = forward(drawn, referenceBackend);
  const specs = drawn.op.outputs(drawn.opCase.inputs, drawn.opCase.attrs);
  return takeValues(outputs).map((data, index) => ({
    ...specs[index]!,
    data,
    magnitudes: magnitudes?.[index],
  }));
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

async function compareDonated(drawn: DrawnCase, backend: Backend): Promise<Distance> {
  const kept = forward(drawn, backend);
  const specs = kept.map(({ shape, dtype }) => ({ shape, dtype }));
  const expected = await readAll(kept);
  const donate = drawn.opCase.inputs.map((_, index) => index);
  const found = await readAll(forward(drawn, backend, { donate }));
  const exact = boundOf("exact", backend.name);
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
  const outputs = drawn.op.outputs(drawn.opCase.inputs, drawn.opCase.attrs);
  const terms = Math.max(...outputs.map(({ shape }) => sizeOf(shape)));
  const specs = found.map(({ shape, dtype }) => ({ shape, dtype }));
  const wanted = takeValues(gradients(drawn, referenceBackend));
  const values = await readAll(found);
  return worstOf(
    wanted.map((data, index) => {
      const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const magnitudes = new Float64Array(data.length).fill(largest);
      const bound = boundFor(Math.max(1, terms / Math.max(1, data.length)));
      return distance(values[index]!, { ...specs[index]!, data, magnitudes }, bound);
    }),
  );
}
