import type { Accuracy, AnyOp, Spec, Tensor } from "@evenkeel/tensor";
import { isFloat } from "@evenkeel/tensor";
import type { DrawnCase } from "./case-tensors.ts";
import { computeGradients, forward, listFloatInputs } from "./case-tensors.ts";
import type { Expected } from "./compare.ts";
import { makeSequence } from "./draw-values.ts";
import { computeExpressionErrors } from "./expression-errors.ts";
import { readValues, referenceBackend } from "./reference.ts";
import type { ReferenceStore } from "./reference-store.ts";
import { computeIfAbsent } from "./reference-store.ts";
import type { Bound } from "./tolerance.ts";
import { choosePrecision, computeBound } from "./tolerance.ts";

/** The reference results of a case, and the bounds for a backend. */
export interface Expectation {
  readonly outputs: readonly Expected[];
  readonly bound: Bound;
}

/** A request to the reference: a case, and the backend whose results are compared. */
export interface Question {
  readonly drawn: DrawnCase;
  readonly accuracy: Accuracy;
  /** The name of the backend. */
  readonly backend: string;
  readonly references: ReferenceStore | undefined;
}

/** The outputs of the reference, with the scale of the bound for each value. */
export async function computeExpectedOutputs(question: Question): Promise<Expectation> {
  const { drawn, accuracy, backend, references } = question;
  const { op, opCase } = drawn;
  const specs = op.outputs(opCase.inputs, opCase.attrs);
  const magnitudes = await computeMagnitudes(question, specs[0]!);
  const withZeros = withoutSubnormals(drawn, backend);
  const flushed =
    withZeros &&
    (await computeIfAbsent(references, drawn, `outputs without subnormals on ${backend}`, () =>
      evaluateOutputs(withZeros),
    ));
  const results = await computeIfAbsent(references, drawn, "outputs", () => evaluateOutputs(drawn));
  const outputs = results.map((data, index) => ({
    ...specs[index]!,
    data,
    magnitudes: magnitudes?.[index],
    flushed: flushed?.[index],
  }));
  const isBoundedByStep = hasStepBounds(op, accuracy);
  return { outputs, bound: isBoundedByStep ? withinMagnitudes : computeBound(accuracy, backend) };
}

/** The values and the spec of each gradient of the reference. */
export async function computeExpectedGradients({
  drawn,
  backend,
  references,
}: Question): Promise<Expected[]> {
  const { opCase } = drawn;
  const specs = listFloatInputs(opCase).map((position) => opCase.inputs[position]!);
  const withZeros = withoutSubnormals(drawn, backend);
  const flushed =
    withZeros &&
    (await computeIfAbsent(references, drawn, `gradients without subnormals on ${backend}`, () =>
      evaluateGradients(withZeros),
    ));
  const results = await computeIfAbsent(references, drawn, "gradients", () => evaluateGradients(drawn));
  return results.map((data, index) => {
    const { shape, dtype } = specs[index]!;
    return { shape, dtype, data, flushed: flushed?.[index] };
  });
}

const evaluateOutputs = (drawn: DrawnCase): Float64Array[] => takeValues(forward(drawn, referenceBackend));
const evaluateGradients = (drawn: DrawnCase): Float64Array[] =>
  takeValues(computeGradients(drawn, referenceBackend));

/** The error of an expression is bounded step by step, except for exact results and for ops with their own bound. */
const hasStepBounds = ({ meaning }: AnyOp, accuracy: Accuracy): boolean =>
  "expression" in meaning && (accuracy === "rounding" || accuracy === "transcendental");

const withinMagnitudes: Bound = { relative: 0, scaled: 1, absolute: 0 };

async function computeMagnitudes(
  { drawn, accuracy, backend, references }: Question,
  output: Spec,
): Promise<readonly Float64Array[] | undefined> {
  const { op, opCase, values } = drawn;
  const { meaning } = op;
  if (hasStepBounds(op, accuracy) && "expression" in meaning) {
    return computeIfAbsent(references, drawn, `errors of steps on ${backend}`, () => {
      const inputs = opCase.inputs.flatMap((input, index) =>
        input ? [{ ...input, data: values[index]! }] : [],
      );
      const expression = meaning.expression(opCase.inputs, opCase.attrs);
      return computeExpressionErrors(
        expression,
        inputs,
        output.shape,
        opCase.scalars ?? [],
        choosePrecision(backend),
      );
    });
  }
  if (typeof accuracy === "string" || !("reduction" in accuracy)) return undefined;
  // Integers may be indices.
  const absolute = opCase.inputs.map((input, index) =>
    input && isFloat(input.dtype) ? values[index]?.map(Math.abs) : values[index],
  );
  return computeIfAbsent(references, drawn, "magnitudes", () =>
    evaluateOutputs({ ...drawn, values: absolute }),
  );
}

/** The case with subnormal inputs replaced by zeros, if there are any and the backend may flush them. */
function withoutSubnormals(drawn: DrawnCase, backend: string): DrawnCase | undefined {
  const { smallest } = choosePrecision(backend);
  const isFlushed = (x: number): boolean => x !== 0 && Math.abs(x) < smallest;
  if (!drawn.values.some((input) => input?.some(isFlushed))) return undefined;
  const values = drawn.values.map((input) => input?.map((x) => (isFlushed(x) ? 0 * x : x)));
  return { ...drawn, values };
}

/** How far the reference gradient moves when every input changes by one rounding error: the largest of three samples. */
export function computeRoundingChanges(
  { drawn, references }: Question,
  gradient: readonly Expected[],
): Promise<readonly Float64Array[]> {
  return computeIfAbsent(references, drawn, "changes by rounding", () => {
    const changes = gradient.map(({ data }) => new Float64Array(data.length));
    for (let trial = 0; trial < 3; trial++) {
      evaluateGradients(withRounding(drawn, trial)).forEach((data, index) => {
        const own = changes[index]!;
        const before = gradient[index]!.data;
        for (let at = 0; at < own.length; at++)
          own[at] = Math.max(own[at]!, Math.abs(data[at]! - before[at]!));
      });
    }
    return changes;
  });
}

/** The case with every input changed by one rounding error. */
function withRounding(drawn: DrawnCase, trial: number): DrawnCase {
  const { op, opCase } = drawn;
  const next = makeSequence(`${op.name}/${opCase.name}/rounding ${trial}`);
  const values = drawn.values.map((input, index) =>
    input !== undefined && isFloat(opCase.inputs[index]!.dtype)
      ? input.map((x) => x * (1 + (next() < 0.5 ? -1 : 1) * 2 ** -24))
      : input,
  );
  return { ...drawn, values };
}

function takeValues(tensors: readonly Tensor[]): Float64Array[] {
  return tensors.map((tensor) => {
    const values = readValues(tensor);
    tensor.dispose();
    return values;
  });
}
