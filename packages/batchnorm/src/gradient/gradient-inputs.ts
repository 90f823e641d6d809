import type { Accuracy, CaseInput, Shape } from "@evenkeel/tensor";
import { f32, positive } from "../operands/case-inputs.ts";

/** The inputs dy, x, statistics, scale, shift and y. */
export function makeGradientInputs(shape: Shape, axis: number): CaseInput[] {
  const channels = [shape[axis]!];
  return [f32(shape), f32(shape), positive([4, ...channels]), f32(channels), f32(channels), f32(shape)];
}

/** The error of a sum over a channel is measured against the sum of the magnitudes of its terms. */
export function chooseAccuracy(shape: Shape, axis: number): Accuracy {
  const values = shape.reduce((product, size) => product * size, 1) / Math.max(1, shape[axis]!);
  return {
    relative: 1e-5,
    absolute: 2e-7 * Math.max(100, values),
    reason: "1e-5 of the sum of magnitudes, of which terms of both signs leave little",
  };
}
