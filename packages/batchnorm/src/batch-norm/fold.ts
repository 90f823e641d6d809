import type { Tensor } from "@evenkeel/tensor";
import {
  add,
  buildExpression,
  e,
  evaluateExpression,
  formatShape,
  mul,
  neg,
  reshape,
  ShapeError,
  scope,
  sub,
} from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import { anything, checkOptions, checkTensors, nonNegativeInteger } from "@evenkeel/tensor/checks";
import { checkArgument, checkDType, computeChannelShape } from "../operands/layout.ts";
import { affineRules } from "../operands/options.ts";
import { inverseStdExpression } from "../statistics/rows.ts";

/** A batch normalization at inference, which amounts to a factor and an addend per channel. */
export interface FrozenNormalization {
  readonly runningMean: Tensor;
  readonly runningVariance: Tensor;
  readonly scale?: Tensor | undefined;
  readonly shift?: Tensor | undefined;
  /** Default: 1e-5. */
  readonly epsilon?: number;
}

export const frozenRules: Rules<FrozenNormalization> = {
  ...affineRules,
  runningMean: anything,
  runningVariance: anything,
};

export interface WeightAndBias {
  readonly weight: Tensor;
  readonly bias: Tensor;
}

/**
 * A convolution equivalent to a convolution followed by a batch normalization at inference: weight * f and (bias -
 * runningMean) * f + shift, where f = scale / sqrt(runningVariance + epsilon).
 *
 * Shapes: weight [O, ...] (or O at `outputAxis`), bias and normalization [O] -> the same. Throws ShapeError or DTypeError
 * where they do not fit, ArgumentError for an epsilon below 0.
 *
 * @param options.outputAxis the output channels' axis of the weight; default 0, 1 for transposed convolutions
 * @example const { weight, bias } = foldIntoConvolution({ weight: convolution.weight }, { runningMean, runningVariance });
 */
export function foldIntoConvolution(
  convolution: { readonly weight: Tensor; readonly bias?: Tensor | undefined },
  normalization: FrozenNormalization,
  options: { readonly outputAxis?: number } = {},
): WeightAndBias {
  const name = "foldIntoConvolution";
  checkOptions(name, options, { outputAxis: nonNegativeInteger });
  const { outputAxis = 0 } = options;
  return fold(name, convolution, normalization, outputAxis);
}

/**
 * A linear layer equivalent to a linear layer followed by a batch normalization at inference; see
 * `foldIntoConvolution`.
 *
 * Shapes: weight [outputs, inputs], bias and normalization [outputs] -> the same. Throws as `foldIntoConvolution`.
 *
 * @example const { weight, bias } = foldIntoLinear(layer, { runningMean, runningVariance, scale, shift });
 */
export function foldIntoLinear(
  linear: { readonly weight: Tensor; readonly bias?: Tensor | undefined },
  normalization: FrozenNormalization,
): WeightAndBias {
  return fold("foldIntoLinear", linear, normalization, 0);
}

function fold(
  operation: string,
  layer: { readonly weight: Tensor; readonly bias?: Tensor | undefined },
  normalization: FrozenNormalization,
  outputAxis: number,
): WeightAndBias {
  checkTensors(operation, layer?.weight);
  const { weight, bias } = layer;
  checkOptions(operation, normalization, frozenRules);
  const { runningMean, runningVariance, scale, shift, epsilon = 1e-5 } = normalization;
  checkDType(operation, "weight", weight);
  const outputs = weight.shape[outputAxis];
  if (outputs === undefined) {
    throw new ShapeError(
      `${operation}: weight: found shape ${formatShape(weight.shape)}, expected output channels at axis ${outputAxis}`,
    );
  }
  for (const [name, spec] of Object.entries({ bias, runningMean, runningVariance, scale, shift })) {
    checkArgument(operation, name, spec, [outputs], `the weight has ${outputs} output channels`);
  }
  const inverse = buildExpression({ inputs: ["f32"] }, ([variance]) =>
    inverseStdExpression(e.constantLike(variance!, 1), variance!, epsilon),
  );
  return scope(() => {
    const inverseStd = evaluateExpression(inverse, [runningVariance])[0]!;
    const factor = scale ? mul(inverseStd, scale) : inverseStd;
    const centred = bias ? sub(bias, runningMean) : neg(runningMean);
    const moved = mul(centred, factor);
    return {
      weight: mul(weight, reshape(factor, computeChannelShape(weight.shape, outputAxis))),
      bias: shift ? add(moved, shift) : moved,
    };
  });
}
