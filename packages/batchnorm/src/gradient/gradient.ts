import type { Op, Spec, Tensor } from "@evenkeel/tensor";
import { cast, execute, reshape } from "@evenkeel/tensor";
import { batchNormFamily } from "../batch-norm-family.ts";
import { computeChannelShape, computeLayout, countValuesPerChannel } from "../operands/layout.ts";
import { applySums } from "./gradient-apply.ts";
import type { GradientAttributes } from "./gradient-attributes.ts";
import { checkGradient, keepsDz } from "./gradient-attributes.ts";
import type { GradientOperands } from "./gradient-sums.ts";
import { sumGradients } from "./gradient-sums.ts";

/**
 * The gradient of `normalize`: the sums of `gradientSums`, and dx. For statistics of x itself dx is what
 * `gradientApply` makes of those sums; for given statistics it is scale * inverseStd * dz.
 */
export const normalizeGradientOp: Op<GradientAttributes> = {
  name: "normalizeGradient",
  outputs: (inputs, attrs) => {
    checkGradient("normalizeGradient", inputs, attrs);
    const { shape, dtype } = inputs[1]!;
    const like: Spec = { shape, dtype };
    const perChannel: Spec = { shape: [shape[attrs.axis]!], dtype: "f32" };
    return [like, perChannel, perChannel, ...(keepsDz(attrs) ? [like] : [])];
  },
  meaning: {
    composition: ([dy, x, statistics, scale, shift, y], attrs) => {
      const operands = { dy: dy!, x: x!, statistics: statistics!, scale, shift, y };
      const { dz, dScale, dShift } = sumGradients(operands, attrs);
      const shape = computeChannelShape(x!.shape, attrs.axis);
      const rows = { dScale: reshape(dScale, shape), dShift: reshape(dShift, shape) };
      const count = attrs.ofBatch
        ? Math.max(1, countValuesPerChannel(computeLayout(x!.shape, attrs.axis)))
        : 0;
      const dx = applySums({ ...operands, dz, ...rows }, attrs, count);
      const { dtype } = x!;
      return [cast(dx, dtype), dScale, dShift, ...(keepsDz(attrs) ? [cast(dz, dtype)] : [])];
    },
  },
  family: batchNormFamily,
};

export interface NormalizationGradient {
  readonly dx: Tensor;
  readonly dScale: Tensor;
  readonly dShift: Tensor;
  /** Absent without a residual. */
  readonly dResidual?: Tensor | undefined;
}

/**
 * All gradients of a normalization, in at most two launches. dx and the gradient of a residual take the memory of dy,
 * and of x if `lendsX` says that nothing else needs x, unless other tensors view that memory. Writing where one has
 * just read saves memory traffic.
 */
export function computeNormalizationGradient(
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
