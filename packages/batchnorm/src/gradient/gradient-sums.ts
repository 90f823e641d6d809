import type { Activation, Op, Tensor } from "@evenkeel/tensor";
import {
  buildExpression,
  cast,
  e,
  evaluateExpression,
  execute,
  reshape,
  scope,
  slice,
  stack,
  sum,
} from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import { anything, checkOptions, checkTensors } from "@evenkeel/tensor/checks";
import { batchNormFamily } from "../batch-norm-family.ts";
import { checkArgument, checkInput, listBatchAxes } from "../operands/layout.ts";
import { affineRules, axisRule } from "../operands/options.ts";
import { activated } from "../pre-activation/activation.ts";
import type { NormalizationAttributes } from "../pre-activation/attributes.ts";
import {
  listChannelTensors,
  nameChannelValues,
  normalized,
  standardized,
} from "../pre-activation/normalized.ts";
import { checkGradient, keepsDz } from "./gradient-attributes.ts";

export interface GradientOperands {
  readonly dy: Tensor;
  readonly x: Tensor;
  readonly statistics: Tensor;
  readonly scale?: Tensor | undefined;
  readonly shift?: Tensor | undefined;
  /** The output, whose signs are read where there is a residual. */
  readonly y?: Tensor | undefined;
}

/**
 * With z the value before the activation: dz = dy where z > 0, else slope * dy; dScale = sum dz * xhat; dShift = sum
 * dz. Outputs: dScale and dShift as rows of one tensor, and dz if it is the gradient of a residual and differs from
 * dy.
 */
export const gradientSumsOp: Op<NormalizationAttributes> = {
  name: "gradientSums",
  outputs: (inputs, attrs) => {
    checkGradient("gradientSums", inputs, attrs);
    const { shape, dtype } = inputs[1]!;
    return [{ shape: [2, shape[attrs.axis]!], dtype: "f32" }, ...(keepsDz(attrs) ? [{ shape, dtype }] : [])];
  },
  meaning: {
    composition: ([dy, x, statistics, scale, shift, y], attrs) => {
      const operands = { dy: dy!, x: x!, statistics: statistics!, scale, shift, y };
      const { dz, dScale, dShift } = sumGradients(operands, attrs);
      return [stack([dScale, dShift]), ...(keepsDz(attrs) ? [cast(dz, x!.dtype)] : [])];
    },
  },
  family: batchNormFamily,
};

/** dz in f32, and its sums. */
export function sumGradients(
  operands: GradientOperands,
  attrs: NormalizationAttributes,
): { readonly dz: Tensor; readonly dScale: Tensor; readonly dShift: Tensor } {
  const [dz, product] = computeGradientsOfZ(operands, attrs);
  const axes = listBatchAxes(dz.shape, attrs.axis);
  return { dz, dShift: sum(dz, { axis: axes }), dScale: sum(product, { axis: axes }) };
}

/** dz and dz * xhat. */
function computeGradientsOfZ(
  { dy, x, statistics, scale, shift, y }: GradientOperands,
  attrs: NormalizationAttributes,
): [Tensor, Tensor] {
  const { axis, epsilon, activation } = attrs;
  const basis = keepsDz(attrs) ? [cast(y!, "f32")] : [];
  const inputs = [
    cast(dy, "f32"),
    cast(x, "f32"),
    ...basis,
    ...listChannelTensors(x, axis, statistics, scale, shift),
  ];
  const expression = buildExpression({ inputs: inputs.map(() => "f32") }, ([dy, x, ...others]) => {
    const y = basis.length > 0 ? others.shift() : undefined;
    const channel = nameChannelValues(others, scale !== undefined, shift !== undefined);
    const dz = activated(activation, y ?? normalized(x!, channel, epsilon), dy!);
    return [dz, e.mul(dz, standardized(x!, channel, epsilon))];
  });
  return evaluateExpression(expression, inputs) as [Tensor, Tensor];
}

export interface GradientSumsOptions {
  readonly scale?: Tensor | undefined;
  readonly shift?: Tensor | undefined;
  /** The output of the normalization, if a residual was added. */
  readonly y?: Tensor | undefined;
  /** Default: 1e-5. */
  readonly epsilon?: number;
  /** The channels' axis; default: 1. */
  readonly axis?: number;
  /** Default: "none". */
  readonly activation?: Activation;
}

const gradientSumsRules: Rules<GradientSumsOptions> = {
  ...axisRule,
  ...affineRules,
  y: anything,
  activation: anything,
};

/**
 * The first half of the gradient of `normalize`: the sums over each channel. If several machines normalize parts of
 * one batch by merged statistics, each calls this on its part, and passes the sums added over all machines to
 * `gradientApply`.
 *
 * Shapes: dy, x and y alike, statistics [4, C], scale and shift [C] -> sums [2, C], dz as x. The rows of the sums are dScale and
 * dShift of this part: `extractParameterGradients` takes them apart. Throws ShapeError, DTypeError or ArgumentError where they do not fit.
 *
 * @returns `sums`, and `dz`, the gradient of the residual, if y and an activation are given: pass it to
 * `gradientApply` instead of dy, with the activation "none"
 * @example const { sums } = gradientSums(dy, x, merged, { scale, shift, activation: "relu" });
 */
export function gradientSums(
  dy: Tensor,
  x: Tensor,
  statistics: Tensor,
  options: GradientSumsOptions = {},
): { readonly sums: Tensor; readonly dz?: Tensor } {
  checkTensors("gradientSums", dy, x, statistics);
  checkOptions("gradientSums", options, gradientSumsRules);
  const { scale, shift, y, epsilon = 1e-5, activation = "none" } = options;
  const axis = checkInput("gradientSums", x, options.axis ?? 1);
  const attrs = { axis, epsilon, activation, residual: y !== undefined };
  const [sums, dz] = execute(gradientSumsOp, [dy, x, statistics, scale, shift, y], attrs);
  return dz === undefined ? { sums: sums! } : { sums: sums!, dz };
}

/**
 * The gradients of scale and shift: the rows of the sums.
 *
 * Shapes: [2, C] -> [C] each. Throws ShapeError for anything but sums.
 *
 * @example const { dScale, dShift } = extractParameterGradients(sums);
 */
export function extractParameterGradients(sums: Tensor): {
  readonly dScale: Tensor;
  readonly dShift: Tensor;
} {
  checkTensors("extractParameterGradients", sums);
  checkArgument(
    "extractParameterGradients",
    "sums",
    sums,
    [2, sums.shape[1] ?? 0],
    "dScale and dShift of each channel",
  );
  return scope(() => {
    const row = (index: number): Tensor =>
      reshape(slice(sums, { begin: [index], end: [index + 1] }), [sums.shape[1]!]);
    return { dScale: row(0), dShift: row(1) };
  });
}
