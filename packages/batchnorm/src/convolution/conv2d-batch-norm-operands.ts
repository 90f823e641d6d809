import type { Conv2dAttributes } from "@evenkeel/tensor";
import type { NormalizationAttributes } from "../pre-activation/attributes.ts";

export interface Conv2dBatchNormAttributes {
  readonly convolution: Conv2dAttributes;
  readonly normalization: NormalizationAttributes;
  /** When statistics are computed: while z is written, or when it is read. Default: whichever is faster. */
  readonly statistics?: "onWrite" | "onRead";
}

export type Operands<Value> = readonly (Value | undefined)[];

/** The inputs of the convolution: x, weight and an optional bias. */
export const selectConvolved = <Value>(inputs: Operands<Value>): Operands<Value> =>
  inputs.slice(0, inputs[2] ? 3 : 2);

/** The inputs of the batch norm that follow x: scale, shift, residual, running mean and variance. */
export const selectOthers = <Value>(inputs: Operands<Value>): Operands<Value> => inputs.slice(3);
