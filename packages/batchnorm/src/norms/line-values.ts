import type { Spec, Tensor, Value } from "@evenkeel/tensor";
import { e, reshape } from "@evenkeel/tensor";
import type { ChannelValues } from "../pre-activation/normalized.ts";
import { standardized } from "../pre-activation/normalized.ts";
import { extractRows, inverseStdExpression, nonZero } from "../statistics/rows.ts";
import type { LineAttributes } from "./line-attributes.ts";

/** [samples, groups, channels of a group, inner]: a line is a group of one sample. */
export type LineShape = readonly [samples: number, groups: number, width: number, inner: number];

export const getLineShape = ({ shape }: Spec): LineShape => shape as unknown as LineShape;

/** x as [lines, values of a line]: for the kernels of batch norm, lines are channels. */
export function asLines(x: Tensor): Tensor {
  const [samples, groups, width, inner] = getLineShape(x);
  return reshape(x, [samples * groups, width * inner]);
}

/** The rows of the statistics, and scale and shift, in shapes that broadcast over x. */
export function listLineTensors(x: Spec, statistics: Tensor, scale?: Tensor, shift?: Tensor): Tensor[] {
  const [samples, groups, width] = getLineShape(x);
  const parameters = [scale, shift].flatMap((one) => (one ? [reshape(one, [groups, width, 1])] : []));
  return [...extractRows(statistics, [samples, groups, 1, 1]), ...parameters];
}

/** The factor of a line: 1 / sqrt(variance + epsilon), or 1 / sqrt(mean square + epsilon). */
export function inverseOfLine(line: ChannelValues, { epsilon, centered }: LineAttributes): Value {
  if (centered) return inverseStdExpression(line.count, line.m2, epsilon);
  const mean = e.add(line.mean, line.restOfMean);
  // The sum of squares: M2 is that of the distances from the mean.
  const total = e.add(line.m2, e.mul(nonZero(line.count), e.mul(mean, mean)));
  return inverseStdExpression(line.count, total, epsilon);
}

/** xhat = (x - mean) * inverseStd, or x / rms */
export function standardizedInLine(x: Value, line: ChannelValues, attrs: LineAttributes): Value {
  return attrs.centered ? standardized(x, line, attrs.epsilon) : e.mul(x, inverseOfLine(line, attrs));
}
