import type { Op, Spec, Tensor } from "@evenkeel/tensor";
import { buildExpression, e, evaluateExpression, execute, reshape, sum } from "@evenkeel/tensor";
import { deferred } from "../deferred.ts";
import { batchAxes, channelShape, checkArgument, layoutOf, valuesPerChannel } from "../operands/layout.ts";
import { stored, widened } from "../operands/storage.ts";
import { activated } from "../pre-activation/activation.ts";
import { checkNormalization } from "../pre-activation/attributes.ts";
import { channelTensors, channelValues, normalized, standardized } from "../pre-activation/normalized.ts";
import { inverseStdExpression } from "../statistics/rows.ts";
import type { GradientAttributes } from "./gradient-plan.ts";
import { gradientPlan, keepsDz } from "./gradient-plan.ts";

/**
 * The gradient of `normalize`, with z the value before the activation:
 * dz = dy where z > 0, else slope * dy; dShift = sum dz; dScale = sum dz * xhat;
 * dx = scale * inverseStd * (dz - dShift / count - xhat * dScale / count), the last two only for statistics of x itself.
 */
export const normalizeGradientOp: Op<GradientAttributes> = {
  name: "normalizeGradient",
  outputs: ([dy, x, statistics, scale, shift, y], attrs) => {
    const operation = "normalizeGradient";
    const residual = attrs.residual ? x : undefined;
    checkNormalization(operation, { x: x!, statistics, scale, shift, residual }, attrs);
    checkArgument(operation, "dy", dy, x!.shape, "as x", x!.dtype);
    if (keepsDz(attrs)) checkArgument(operation, "y", y!, x!.shape, "as x", x!.dtype);
    const perChannel: Spec = { shape: [x!.shape[attrs.axis]!], dtype: "f32" };
    const like: Spec = { shape: x!.shape, dtype: x!.dtype };
    return [like, perChannel, perChannel, ...(keepsDz(attrs) ? [like] : [])];
  },
  meaning: {
    composition: ([dyStored, xStored, statistics, scale, shift, yStored], attrs) => {
      const [dy, x, y] = [dyStored, xStored, yStored].map(widened);
      const [dz, product] = gradientsOfZ({ dy: dy!, x: x!, statistics: statistics!, scale, shift, y }, attrs);
      const axes = batchAxes(x!.shape, attrs.axis);
      const dShift = sum(dz, { axes });
      const dScale = sum(product, { axes });
      const dx = gradientOfX(dz, x!, statistics!, scale, dScale, dShift, attrs);
      const { dtype } = xStored!;
      return [stored(dx, dtype), dScale, dShift, ...(keepsDz(attrs) ? [stored(dz, dtype)] : [])];
    },
  },
  kernels: {
    wasm: (inputs, attrs, limits, donated) => gradientPlan(inputs, attrs, limits, donated),
  },
  deferred,
};

export interface GradientOperands {
  readonly dy: Tensor;
  readonly x: Tensor;
  readonly statistics: Tensor;
  readonly scale?: Tensor | undefined;
  readonly shift?: Tensor | undefined;
  /** The output: read for its signs where there is a residual. */
  readonly y?: Tensor | undefined;
}

/** dz and dz * xhat. */
function gradientsOfZ(
  { dy, x, statistics, scale, shift, y }: GradientOperands,
  attrs: GradientAttributes,
): [Tensor, Tensor] {
  const { axis, epsilon, activation } = attrs;
  const basis = keepsDz(attrs) ? y! : undefined;
  const inputs = [dy, x, ...(basis ? [basis] : []), ...channelTensors(x, axis, statistics, scale, shift)];
  const expression = buildExpression({ inputs: inputs.map(() => "f32") }, ([dy, x, ...others]) => {
    const y = basis ? others.shift() : undefined;
    const channel = channelValues(others, scale !== undefined, shift !== undefined);
    const dz = activated(activation, y ?? normalized(x!, channel, epsilon), dy!);
    return [dz, e.mul(dz, standardized(x!, channel, epsilon))];
  });
  return evaluateExpression(expression, inputs) as [Tensor, Tensor];
}

function gradientOfX(
  dz: Tensor,
  x: Tensor,
  statistics: Tensor,
  scale: Tensor | undefined,
  dScale: Tensor,
  dShift: Tensor,
  attrs: GradientAttributes,
): Tensor {
  const shape = channelShape(x.shape, attrs.axis);
  const sums = [reshape(dScale, shape), reshape(dShift, shape)];
  const inputs = [dz, x, ...sums, ...channelTensors(x, attrs.axis, statistics, scale, undefined)];
  const values = Math.max(1, valuesPerChannel(layoutOf(x.shape, attrs.axis)));
  const expression = buildExpression(
    { inputs: inputs.map(() => "f32") },
    ([dz, x, dScale, dShift, ...others]) => {
      const channel = channelValues(others, scale !== undefined, false);
      const inverseStd = inverseStdExpression(channel.count, channel.m2, attrs.epsilon);
      const factor = channel.scale ? e.mul(channel.scale, inverseStd) : inverseStd;
      if (!attrs.ofBatch) return e.mul(factor, dz!);
      const xhat = standardized(x!, channel, attrs.epsilon);
      const centred = e.sub(dz!, e.div(dShift!, values));
      return e.mul(factor, e.sub(centred, e.mul(xhat, e.div(dScale!, values))));
    },
  );
  return evaluateExpression(expression, inputs)[0]!;
}

export interface NormalizationGradient {
  readonly dx: Tensor;
  readonly dScale: Tensor;
  readonly dShift: Tensor;
  /** Absent without a residual. */
  readonly dResidual?: Tensor | undefined;
}

/**
 * All gradients of a normalization, in two launches at most. dx and the gradient of a residual take the memory of dy, and of x
 * where `lendsX` says that nothing needs it any more, if nothing else views it: then no memory is written that was not read.
 */
export function normalizationGradient(
  { dy, x, statistics, scale, shift, y }: GradientOperands,
  attrs: GradientAttributes,
  lendsX = false,
): NormalizationGradient {
  const lendsDy = !attrs.residual || keepsDz(attrs);
  const donate = [lendsDy && !dy.storage.isShared, lendsX && !x.storage.isShared].flatMap((lends, input) =>
    lends ? [input] : [],
  );
  const outputs = execute(normalizeGradientOp, [dy, x, statistics, scale, shift, y], attrs, { donate });
  const [dx, dScale, dShift, dz = dy] = outputs as [Tensor, Tensor, Tensor, Tensor?];
  return { dx, dScale, dShift, dResidual: attrs.residual ? dz : undefined };
}
