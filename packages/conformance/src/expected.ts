import type { Accuracy, AnyOp, Spec, Tensor } from "@evenkeel/tensor";
import { isFloat } from "@evenkeel/tensor";
import type { DrawnCase } from "./case-tensors.ts";
import { forward, gradients } from "./case-tensors.ts";
import type { Expected } from "./compare.ts";
import { sequenceOf } from "./draw-values.ts";
import { expressionErrors } from "./expression-errors.ts";
import { referenceBackend, valuesOf } from "./reference.ts";
import type { Bound } from "./tolerance.ts";
import { boundOf, precisionOf } from "./tolerance.ts";

/** What the reference says of a case, and how close a backend must come. */
export interface Expectation {
  readonly outputs: readonly Expected[];
  readonly bound: Bound;
}

/** The outputs of the reference, each value with what its bound is scaled by. */
export function expectedOutputs(drawn: DrawnCase, accuracy: Accuracy, backend: string): Expectation {
  const { op, opCase } = drawn;
  const specs = op.outputs(opCase.inputs, opCase.attrs);
  const magnitudes = magnitudesOf(drawn, accuracy, specs[0]!, backend);
  const withZeros = withoutSubnormals(drawn, backend);
  const flushed = withZeros && takeValues(forward(withZeros, referenceBackend));
  const outputs = takeValues(forward(drawn, referenceBackend)).map((data, index) => ({
    ...specs[index]!,
    data,
    magnitudes: magnitudes?.[index],
    flushed: flushed?.[index],
  }));
  const isBoundedByStep = hasStepBounds(op, accuracy);
  return { outputs, bound: isBoundedByStep ? withinMagnitudes : boundOf(accuracy, backend) };
}

/** The values and the spec of each gradient of the reference. */
export function expectedGradients(drawn: DrawnCase, backend: string): Expected[] {
  const tensors = gradients(drawn, referenceBackend);
  const specs = tensors.map(({ shape, dtype }) => ({ shape, dtype }));
  const withZeros = withoutSubnormals(drawn, backend);
  const flushed = withZeros && takeValues(gradients(withZeros, referenceBackend));
  return takeValues(tensors).map((data, index) => ({ ...specs[index]!, data, flushed: flushed?.[index] }));
}

/**
 * The error of an expression is bounded step by step. Exact results are not, and neither is an op with a bound of its own.
 */
const hasStepBounds = ({ meaning }: AnyOp, accuracy: Accuracy): boolean =>
  "expression" in meaning && (accuracy === "rounding" || accuracy === "transcendental");

const withinMagnitudes: Bound = { relative: 0, scaled: 1, absolute: 0 };

function magnitudesOf(
  drawn: DrawnCase,
  accuracy: Accuracy,
  output: Spec,
  backend: string,
): Float64Array[] | undefined {
  const { op, opCase, values } = drawn;
  if (hasStepBounds(op, accuracy) && "expression" in op.meaning) {
    const inputs = opCase.inputs.flatMap((input, index) =>
      input ? [{ ...input, data: values[index]! }] : [],
    );
    const expression = op.meaning.expression(opCase.inputs, opCase.attrs);
    return expressionErrors(expression, inputs, output.shape, opCase.scalars ?? [], precisionOf(backend));
  }
  if (typeof accuracy === "string" || !("reduction" in accuracy)) return undefined;
  const absolute = values.map((input) => input?.map(Math.abs));
  return takeValues(forward({ ...drawn, values: absolute }, referenceBackend));
}

/** The case with zeros in the place of subnormal inputs, where there are some and the backend may take them so. */
function withoutSubnormals(drawn: DrawnCase, backend: string): DrawnCase | undefined {
  const { smallest } = precisionOf(backend);
  const isFlushed = (x: number): boolean => x !== 0 && Math.abs(x) < smallest;
  if (!drawn.values.some((input) => input?.some(isFlushed))) return undefined;
  const values = drawn.values.map((input) => input?.map((x) => (isFlushed(x) ? 0 * x : x)));
  return { ...drawn, values };
}

/** How far the reference gradient moves when every input is off by one rounding: the largest of three draws. */
export function roundingChanges(
  drawn: DrawnCase,
  gradient: readonly Expected[],
  backend: string,
): Float64Array[] {
  const { op, opCase } = drawn;
  const changes = gradient.map(({ data }) => new Float64Array(data.length));
  for (let trial = 0; trial < 3; trial++) {
    const next = sequenceOf(`${op.name}/${opCase.name}/rounding ${trial}`);
    const values = drawn.values.map((input, index) =>
      input !== undefined && isFloat(opCase.inputs[index]!.dtype)
        ? input.map((x) => x * (1 + (next() < 0.5 ? -1 : 1) * 2 ** -24))
        : input,
    );
    expectedGradients({ ...drawn, values }, backend).forEach(({ data }, index) => {
      const own = changes[index]!;
      const before = gradient[index]!.data;
      for (let at = 0; at < own.length; at++) own[at] = Math.max(own[at]!, Math.abs(data[at]! - before[at]!));
    });
  }
  return changes;
}

function takeValues(tensors: readonly Tensor[]): Float64Array[] {
  return tensors.map((tensor) => {
    const values = valuesOf(tensor);
    tensor.dispose();
    return values;
  });
}
