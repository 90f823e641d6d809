import type { Activation, Op, Tensor } from "@evenkeel/tensor";
import { buildExpression, cast, e, evaluateExpression, execute, stack } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import { checkOptions, yesOrNo } from "@evenkeel/tensor/checks";
import { batchNormFamily } from "../batch-norm-family.ts";
import { computeNormalizationGradient } from "../gradient/gradient.ts";
import { checkInput } from "../operands/layout.ts";
import { normalizationRules } from "../operands/options.ts";
import { activated } from "../pre-activation/activation.ts";
import type { NormalizationAttributes } from "../pre-activation/attributes.ts";
import { checkNormalization } from "../pre-activation/attributes.ts";
import { listChannelTensors, nameChannelValues, normalized } from "../pre-activation/normalized.ts";
import { extractRows, inverseStdExpression, nonZero } from "../statistics/rows.ts";

/**
 * y = activation(scale * (x - mean) * inverseStd + shift + residual), inverseStd = 1 / sqrt(M2 / count + epsilon).
 * Kernels compute (x - K) * a + b with K the mean rounded to f32, which loses no digits however far the mean is from
 * 0.
 */
export const normalizeOp: Op<NormalizationAttributes> = {
  name: "normalize",
  outputs: ([x, statistics, scale, shift, residual], attrs) => {
    checkNormalization("normalize", { x: x!, statistics, scale, shift, residual }, attrs);
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
  meaning: {
    composition: ([x, statistics, scale, shift, residual], { axis, epsilon, activation }) => {
      const channel = listChannelTensors(x!, axis, statistics!, scale, shift);
      const inputs = [cast(x!, "f32"), ...(residual ? [cast(residual, "f32")] : []), ...channel];
      const expression = buildExpression({ inputs: inputs.map(() => "f32") }, ([x, ...others]) => {
        const addend = residual ? others.shift() : undefined;
        const z = normalized(
          x!,
          nameChannelValues(others, scale !== undefined, shift !== undefined),
          epsilon,
        );
        const sum = addend ? e.add(z, addend) : z;
        return activated(activation, sum, sum);
      });
      return evaluateExpression(expression, inputs).map((y) => cast(y, x!.dtype));
    },
  },
  gradient: {
    reads: ({ activation, residual }) => {
      if (activation === "none") return { inputs: [0, 1, 2], outputs: [] };
      return residual ? { inputs: [0, 1, 2], outputs: [0] } : { inputs: [0, 1, 2, 3], outputs: [] };
    },
    apply: (context) => {
      const { inputs, outputs, outputGradients, attrs, needed } = context;
      const [x, statistics, scale, shift] = inputs;
      const { dx, dScale, dShift, dResidual } = computeNormalizationGradient(
        { dy: outputGradients[0]!, x: x!, statistics: statistics!, scale, shift, y: outputs[0] },
        { ...attrs, ofBatch: false },
        context.isLastUse,
      );
      const dStatistics = needed[1]
        ? computeGradientOfStatistics(statistics!, scale, dScale, dShift, attrs.epsilon)
        : undefined;
      return [dx, dStatistics, dScale, dShift, dResidual];
    },
  },
  family: batchNormFamily,
};

/**
 * The gradient through mean and variance, with S = sum dz (x - mean) = dScale / inverseStd:
 * dMean = -scale * inverseStd * dShift, dVariance = -scale * inverseStd^3 * S / 2.
 */
function computeGradientOfStatistics(
  statistics: Tensor,
  scale: Tensor | undefined,
  dScale: Tensor,
  dShift: Tensor,
  epsilon: number,
): Tensor {
  const [count, , , m2] = extractRows(statistics, dShift.shape);
  const inputs = [count, m2, dScale, dShift, ...(scale ? [scale] : [])];
  const expression = buildExpression(
    { inputs: inputs.map(() => "f32") },
    ([count, m2, dScale, dShift, scale]) => {
      const inverseStd = inverseStdExpression(count!, m2!, epsilon);
      const factor = scale ? e.mul(scale, inverseStd) : inverseStd;
      const dM2 = e.div(e.mul(-0.5, e.mul(e.mul(factor, inverseStd), dScale!)), nonZero(count!));
      return [e.neg(e.div(e.mul(dM2, m2!), nonZero(count!))), e.neg(e.mul(factor, dShift!)), dM2];
    },
  );
  const [dCount, dMean, dM2] = evaluateExpression(expression, inputs) as [Tensor, Tensor, Tensor];
  return stack([dCount, dMean, dMean, dM2]);
}

export interface NormalizeOptions {
  readonly scale?: Tensor | undefined;
  readonly shift?: Tensor | undefined;
  /** Added before the activation. */
  readonly residual?: Tensor | undefined;
  /** Default: 1e-5. */
  readonly epsilon?: number;
  /** The channels' axis; default: 1. */
  readonly axis?: number;
  /** Default: "none". */
  readonly activation?: Activation;
  /** Whether y takes the memory of x, which is disposed. */
  readonly inPlace?: boolean;
}

const normalizeRules: Rules<NormalizeOptions> = { ...normalizationRules, inPlace: yesOrNo };

/**
 * Normalizes by given statistics, such as those of another batch, merged ones, or `populationStatistics` of the
 * running mean and variance. Gradients flow through the statistics too.
 *
 * Shapes: x and residual of any shape, statistics [4, C], scale and shift [C] -> that of x. Throws ShapeError, DTypeError or
 * ArgumentError where they do not fit.
 *
 * @example normalize(x, mergeStatistics([here, there]), { scale, shift, activation: "relu" })
 */
export function normalize(x: Tensor, statistics: Tensor, options: NormalizeOptions = {}): Tensor {
  checkOptions("normalize", options, normalizeRules);
  return normalizeBy(x, statistics, options);
}

/** `normalize` with options that the caller has checked. */
export function normalizeBy(x: Tensor, statistics: Tensor, options: NormalizeOptions): Tensor {
  const { scale, shift, residual, epsilon = 1e-5, activation = "none" } = options;
  const attrs = {
    axis: checkInput("normalize", x, options.axis ?? 1),
    epsilon,
    activation,
    residual: residual !== undefined,
  };
  const inputs = [x, statistics, scale, shift, residual];
  return execute(normalizeOp, inputs, attrs, { donate: options.inPlace ? [0] : [] })[0]!;
}
