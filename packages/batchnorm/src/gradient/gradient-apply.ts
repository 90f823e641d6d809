import type { Activation, Op, Tensor } from "@evenkeel/tensor";
import { buildExpression, cast, e, evaluateExpression, execute } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import { anything, checkOptions, checkTensors } from "@evenkeel/tensor/checks";
import { batchNormFamily } from "../batch-norm-family.ts";
import { checkArgument, checkInput, computeChannelShape } from "../operands/layout.ts";
import { affineRules, axisRule } from "../operands/options.ts";
import { activated } from "../pre-activation/activation.ts";
import {
  listChannelTensors,
  nameChannelValues,
  normalized,
  standardized,
} from "../pre-activation/normalized.ts";
import { extractRow, inverseStdExpression, nonZero } from "../statistics/rows.ts";
import type { GradientApplyAttributes } from "./gradient-attributes.ts";
import { checkGradient } from "./gradient-attributes.ts";
import type { GradientOperands } from "./gradient-sums.ts";

/**
 * dx = scale * inverseStd * (dz - dShift / count - xhat * dScale / count), with the count, dScale and dShift of the
 * whole batch.
 */
export const gradientApplyOp: Op<GradientApplyAttributes> = {
  name: "gradientApply",
  outputs: ([dy, x, statistics, scale, shift, sums], attrs) => {
    checkGradient("gradientApply", [dy, x, statistics, scale, shift], { ...attrs, residual: false });
    const channels = x!.shape[attrs.axis]!;
    checkArgument("gradientApply", "sums", sums, [2, channels], `x has ${channels} channels`);
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
  meaning: {
    composition: ([dy, x, statistics, scale, shift, sums], attrs) => {
      const operands = { dy: dy!, x: x!, statistics: statistics!, scale, shift };
      const shape = computeChannelShape(x!.shape, attrs.axis);
      const [dScale, dShift] = [extractRow(sums!, 0, shape), extractRow(sums!, 1, shape)];
      const dz = computeGradientOfZ(operands, attrs);
      return [cast(applySums({ ...operands, dz, dScale, dShift }, attrs), x!.dtype)];
    },
  },
  family: batchNormFamily,
};

function computeGradientOfZ(
  { dy, x, statistics, scale, shift }: GradientOperands,
  { axis, epsilon, activation }: GradientApplyAttributes,
): Tensor {
  if (activation === "none") return cast(dy, "f32");
  const inputs = [cast(dy, "f32"), cast(x, "f32"), ...listChannelTensors(x, axis, statistics, scale, shift)];
  const expression = buildExpression({ inputs: inputs.map(() => "f32") }, ([dy, x, ...others]) => {
    const channel = nameChannelValues(others, scale !== undefined, shift !== undefined);
    return activated(activation, normalized(x!, channel, epsilon), dy!);
  });
  return evaluateExpression(expression, inputs)[0]!;
}

/**
 * dx in f32. dScale and dShift have a shape that broadcasts over x and are sums over `count` values; default: the
 * count of the statistics. A count of 0 says that the statistics do not depend on x.
 */
export function applySums(
  {
    dz,
    x,
    statistics,
    scale,
    dScale,
    dShift,
  }: Pick<GradientOperands, "x" | "statistics" | "scale"> & Record<"dz" | "dScale" | "dShift", Tensor>,
  { axis, epsilon }: Pick<GradientApplyAttributes, "axis" | "epsilon">,
  count?: number,
): Tensor {
  const inputs = [
    dz,
    cast(x, "f32"),
    dScale,
    dShift,
    ...listChannelTensors(x, axis, statistics, scale, undefined),
  ];
  const expression = buildExpression(
    { inputs: inputs.map(() => "f32") },
    ([dz, x, dScale, dShift, ...others]) => {
      const channel = nameChannelValues(others, scale !== undefined, false);
      const values = count ?? nonZero(channel.count);
      const inverseStd = inverseStdExpression(channel.count, channel.m2, epsilon);
      const factor = channel.scale ? e.mul(channel.scale, inverseStd) : inverseStd;
      if (count === 0) return e.mul(factor, dz!);
      const xhat = standardized(x!, channel, epsilon);
      const centred = e.sub(dz!, e.div(dShift!, values));
      return e.mul(factor, e.sub(centred, e.mul(xhat, e.div(dScale!, values))));
    },
  );
  return evaluateExpression(expression, inputs)[0]!;
}

export interface GradientApplyOptions {
  readonly scale?: Tensor | undefined;
  /** Needed only by an activation. */
  readonly shift?: Tensor | undefined;
  /** Default: 1e-5. */
  readonly epsilon?: number;
  /** The channels' axis; default: 1. */
  readonly axis?: number;
  /** Default: "none". */
  readonly activation?: Activation;
}

const gradientApplyRules: Rules<GradientApplyOptions> = { ...axisRule, ...affineRules, activation: anything };

/**
 * The second half of the gradient of `normalize`, where the statistics are those of x or of a batch that x is part
 * of: dx, given the sums over the whole batch (see `gradientSums`).
 *
 * Shapes: dy and x alike, statistics [4, C], sums [2, C], scale and shift [C] -> as x. Throws ShapeError, DTypeError or ArgumentError
 * where they do not fit.
 *
 * @example const dx = gradientApply(dy, x, merged, add(sums, sumsElsewhere), { scale, shift, activation: "relu" });
 */
export function gradientApply(
  dy: Tensor,
  x: Tensor,
  statistics: Tensor,
  sums: Tensor,
  options: GradientApplyOptions = {},
): Tensor {
  checkTensors("gradientApply", dy, x, statistics, sums);
  checkOptions("gradientApply", options, gradientApplyRules);
  const { scale, shift, epsilon = 1e-5, activation = "none" } = options;
  const attrs = { axis: checkInput("gradientApply", x, options.axis ?? 1), epsilon, activation };
  return execute(gradientApplyOp, [dy, x, statistics, scale, shift, sums], attrs)[0]!;
}
