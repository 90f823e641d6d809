import type { Spec, Tensor, Value } from "@evenkeel/tensor";
import { e, reshape } from "@evenkeel/tensor";
import { computeChannelShape } from "../operands/layout.ts";
import { extractRows, inverseStdExpression } from "../statistics/rows.ts";

/** The numbers that normalize one channel, as values of an expression. */
export interface ChannelValues {
  readonly count: Value;
  readonly mean: Value;
  readonly restOfMean: Value;
  readonly m2: Value;
  readonly scale?: Value | undefined;
  readonly shift?: Value | undefined;
}

/** The same numbers as tensors that broadcast over `x`, in the order that `nameChannelValues` expects. */
export function listChannelTensors(
  x: Spec,
  axis: number,
  statistics: Tensor,
  scale: Tensor | undefined,
  shift: Tensor | undefined,
): Tensor[] {
  const shape = computeChannelShape(x.shape, axis);
  const parameters = [scale, shift].flatMap((parameter) => (parameter ? [reshape(parameter, shape)] : []));
  return [...extractRows(statistics, shape), ...parameters];
}

export function nameChannelValues(
  values: readonly Value[],
  hasScale: boolean,
  hasShift: boolean,
): ChannelValues {
  const [count, mean, restOfMean, m2, ...parameters] = values as [Value, Value, Value, Value, ...Value[]];
  return {
    count,
    mean,
    restOfMean,
    m2,
    scale: hasScale ? parameters[0] : undefined,
    shift: hasShift ? parameters[hasScale ? 1 : 0] : undefined,
  };
}

/** xhat = (x - mean) * inverseStd */
export function standardized(x: Value, channel: ChannelValues, epsilon: number): Value {
  const distance = e.sub(e.sub(x, channel.mean), channel.restOfMean);
  return e.mul(distance, inverseStdExpression(channel.count, channel.m2, epsilon));
}

/** z = scale * xhat + shift */
export function normalized(x: Value, channel: ChannelValues, epsilon: number): Value {
  const xhat = standardized(x, channel, epsilon);
  const scaled = channel.scale ? e.mul(xhat, channel.scale) : xhat;
  return channel.shift ? e.add(scaled, channel.shift) : scaled;
}
