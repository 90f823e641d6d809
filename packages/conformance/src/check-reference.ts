import { checkGradients } from "@evenkeel/autodiff";
import type { OpCase, OpCases } from "@evenkeel/tensor";
import { countElements, withExecutor } from "@evenkeel/tensor";
import type { DrawnCase } from "./case-tensors.ts";
import {
  computeGradients,
  drawCase,
  isDifferentiable,
  listFloatInputs,
  listSpecs,
  makeCaseFunction,
  placeInputs,
} from "./case-tensors.ts";
import { readValues, referenceBackend, referenceExecutor } from "./reference.ts";
import { listRoundings } from "./tolerance.ts";

/** Cases with more values than this test sizes, not formulas, so their derivatives are not checked. */
const largestCase = 4000;

/**
 * Two formulas of one gradient, both evaluated in float64, may differ only by rounding errors; relative to the
 * largest magnitude.
 */
const formulaBound = 1e-9;

/**
 * Whether a case has a derivative to check, and is small enough for finite differences. Dtypes with fewer bits than
 * f32 are excluded: differences would measure their rounding steps, and the formulas are those of the f32 cases.
 */
export function hasCheckableDerivative({ op }: OpCases, opCase: OpCase): boolean {
  const specs = listSpecs({ op, opCase });
  if (listRoundings(specs).length > 0) return false;
  const values = specs.reduce((sum, { shape }) => sum + countElements(shape), 0);
  const hasDirection = listFloatInputs(opCase).some(
    (position) => countElements(opCase.inputs[position]!.shape) > 0,
  );
  return isDifferentiable({ op, opCase }) && values <= largestCase && hasDirection;
}

/**
 * Checks the derivatives of a case in float64, without a device: first and second order against central differences,
 * and the op's own gradient against the gradient of its composition. Rejects with a description of the difference.
 * `hasCheckableDerivative` tells which cases can be checked.
 */
export async function checkReference({ op }: OpCases, opCase: OpCase): Promise<void> {
  const drawn = drawCase(op, opCase);
  if ("composition" in op.meaning && op.gradient !== undefined) compareWithParts(drawn);
  if (opCase.differentiable === "subgradient") return;
  const inputs = placeInputs(drawn, referenceBackend);
  const floats = listFloatInputs(opCase).map((position) => inputs[position]!);
  const f = makeCaseFunction(drawn, inputs, referenceBackend);
  try {
    await withExecutor(referenceExecutor, () => checkGradients(f, floats, { order: 2 }));
  } finally {
    for (const input of inputs) input?.dispose();
  }
}

function compareWithParts(drawn: DrawnCase): void {
  const { name, outputs, meaning } = drawn.op;
  const whole = computeGradients(drawn, referenceBackend).map(readValues);
  const parts = computeGradients({ ...drawn, op: { name, outputs, meaning } }, referenceBackend).map(
    readValues,
  );
  parts.forEach((expected, input) => {
    const largest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const error = expected.reduce((most, x, index) => Math.max(most, Math.abs(x - whole[input]![index]!)), 0);
    if (!(error <= formulaBound * largest)) {
      throw new Error(
        `${name}: gradient of input ${input}: found it ${error} off the gradient of its parts, expected at most ${formulaBound} of ${largest}`,
      );
    }
  });
}
