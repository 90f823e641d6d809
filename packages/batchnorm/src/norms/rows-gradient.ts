import type { Op, Spec } from "@evenkeel/tensor";
import { formatShape, reshape, ShapeError } from "@evenkeel/tensor";
import { checkArgument, checkInput } from "../operands/layout.ts";
import { checkEpsilon } from "../pre-activation/attributes.ts";
import type { LineAttributes } from "./line-attributes.ts";
import { propagate } from "./line-gradient.ts";
import { normsFamily } from "./norms-family.ts";

/**
 * The gradient of `normalizeRows` from dy, x, the statistics and scale: dx, dScale, and dShift if the rows are centered. Two
 * launches on the CPU, which read dy and x from memory once; two or three on a GPU.
 */
export const normalizeRowsGradientOp: Op<LineAttributes> = {
  name: "normalizeRowsGradient",
  outputs: ([dy, x, statistics, scale], { epsilon, centered }) => {
    checkInput("normalizeRowsGradient", x!, 0);
    checkEpsilon("normalizeRowsGradient", epsilon);
    const [count, width, ...rest] = x!.shape;
    if (count === undefined || width === undefined || rest.length > 0) {
      throw new ShapeError(
        `normalizeRowsGradient: x: found ${formatShape(x!.shape)}, expected [rows, width]`,
      );
    }
    checkArgument("normalizeRowsGradient", "dy", dy, x!.shape, "as x", x!.dtype);
    checkArgument("normalizeRowsGradient", "statistics", statistics, [4, count], "those of each row");
    checkArgument("normalizeRowsGradient", "scale", scale, [width], "one value per column");
    const perColumn: Spec = { shape: [width], dtype: "f32" };
    return [{ shape: x!.shape, dtype: x!.dtype }, perColumn, ...(centered ? [perColumn] : [])];
  },
  meaning: {
    composition: ([dy, x, statistics, scale], attrs) => {
      const [count, width] = x!.shape as [number, number];
      const shape = [count, 1, width, 1];
      const operands = {
        dy: reshape(dy!, shape),
        x: reshape(x!, shape),
        statistics: statistics!,
        scale: scale && reshape(scale, [1, width]),
        needed: [true, attrs.centered] as const,
      };
      const { dx, dScale, dShift } = propagate(operands, attrs);
      const ofParameters = [dScale, dShift].flatMap((one) => (one ? [reshape(one, [width])] : []));
      return [reshape(dx, x!.shape), ...ofParameters];
    },
  },
  family: normsFamily,
};
