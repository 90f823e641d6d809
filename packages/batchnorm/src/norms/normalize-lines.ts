import type { Op, Spec } from "@evenkeel/tensor";
import { buildExpression, e, evaluateExpression, execute, formatShape, ShapeError } from "@evenkeel/tensor";
import { checkArgument, checkInput } from "../operands/layout.ts";
import { checkEpsilon } from "../pre-activation/attributes.ts";
import { nameChannelValues } from "../pre-activation/normalized.ts";
import { statisticsOp } from "../statistics/statistics.ts";
import type { LineAttributes } from "./line-attributes.ts";
import { computeLineGradients } from "./line-gradient.ts";
import { asLines, getLineShape, listLineTensors, standardizedInLine } from "./line-values.ts";

/**
 * Normalizes each line of x by its own statistics: y = xhat * scale + shift, where xhat = (x - mean) / sqrt(variance + epsilon)
 * if `centered`, else x / sqrt(mean of x^2 + epsilon). x is [samples, groups, width, inner], a line one group of one
 * sample; scale and shift are [groups, width]. Outputs: y, and the statistics of the lines.
 *
 * Layer norm (Ba, Kiros and Hinton 2016) has groups and inner 1, instance norm (Ulyanov, Vedaldi and Lempitsky 2016) width 1;
 * group norm (Wu and He 2018) has all sizes. Not centered, it is RMS norm (Zhang and Sennrich 2019).
 *
 * Two launches: the statistics by the kernel of batch norm, whose channels are the lines, then one expression.
 */
export const normalizeLinesOp: Op<LineAttributes> = {
  name: "normalizeLines",
  outputs: ([x, scale, shift], { epsilon }) => {
    checkInput("normalizeLines", x!, 0);
    checkEpsilon("normalizeLines", epsilon);
    if (x!.shape.length !== 4) {
      throw new ShapeError(
        `normalizeLines: x: found ${formatShape(x!.shape)}, expected [samples, groups, width, inner]`,
      );
    }
    const [samples, groups, width] = getLineShape(x!);
    const reason = `x has ${groups} groups of ${width} channels`;
    checkArgument("normalizeLines", "scale", scale, [groups, width], reason);
    checkArgument("normalizeLines", "shift", shift, [groups, width], reason);
    const like: Spec = { shape: x!.shape, dtype: x!.dtype };
    return [like, { shape: [4, samples * groups], dtype: "f32" }];
  },
  meaning: {
    composition: ([x, scale, shift], attrs) => {
      const statistics = execute(statisticsOp, [asLines(x!)], { axis: 0 })[0]!;
      const inputs = [x!, ...listLineTensors(x!, statistics, scale, shift)];
      const expression = buildExpression(
        { inputs: inputs.map(({ dtype }) => dtype), outputs: [x!.dtype] },
        ([x, ...others]) => {
          const line = nameChannelValues(others, scale !== undefined, shift !== undefined);
          const xhat = standardizedInLine(x!, line, attrs);
          const scaled = line.scale ? e.mul(xhat, line.scale) : xhat;
          return [line.shift ? e.add(scaled, line.shift) : scaled];
        },
      );
      return [evaluateExpression(expression, inputs)[0]!, statistics];
    },
  },
  gradient: {
    reads: () => ({ inputs: [0, 1], outputs: [1] }),
    apply: computeLineGradients,
  },
};
