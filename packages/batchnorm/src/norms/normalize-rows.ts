import type { Op, Spec, Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  execute,
  formatShape,
  formatSpec,
  reshape,
  ShapeError,
  scope,
} from "@evenkeel/tensor";
import { total } from "../batch-norm/batch-norm-training.ts";
import { checkArgument, checkInput } from "../operands/layout.ts";
import { checkEpsilon } from "../pre-activation/attributes.ts";
import { extractRow, rows } from "../statistics/rows.ts";
import { propagateThroughStatistics } from "../statistics/statistics.ts";
import type { LineAttributes } from "./line-attributes.ts";
import { normalizeLinesOp } from "./normalize-lines.ts";
import { normsFamily } from "./norms-family.ts";
import { normalizeRowsGradientOp } from "./rows-gradient.ts";

/**
 * `normalizeLines` of rows: x is [rows, width], scale and shift are [width]; layer norm, or without shift and not centered, RMS
 * norm. Outputs: y, and the statistics of the rows. One launch on the CPU, which reads a row from memory once.
 */
export const normalizeRowsOp: Op<LineAttributes> = {
  name: "normalizeRows",
  outputs: ([x, scale, shift], { epsilon, centered }) => {
    checkInput("normalizeRows", x!, 0);
    checkEpsilon("normalizeRows", epsilon);
    const [count, width, ...rest] = x!.shape;
    if (count === undefined || width === undefined || rest.length > 0) {
      throw new ShapeError(`normalizeRows: x: found ${formatShape(x!.shape)}, expected [rows, width]`);
    }
    checkArgument("normalizeRows", "scale", scale, [width], "one value per column");
    checkArgument("normalizeRows", "shift", shift, [width], "one value per column");
    if (!centered && shift !== undefined) {
      throw new ArgumentError(
        `normalizeRows: shift: found ${formatSpec(shift)}, expected none for rows that are not centered`,
      );
    }
    const like: Spec = { shape: x!.shape, dtype: x!.dtype };
    return [like, { shape: [4, count], dtype: "f32" }];
  },
  meaning: {
    composition: ([x, scale, shift], attrs) => {
      const [count, width] = x!.shape as [number, number];
      const parameters = [scale, shift].map((one) => one && reshape(one, [1, width]));
      const lines = reshape(x!, [count, 1, width, 1]);
      const [y, statistics] = execute(normalizeLinesOp, [lines, ...parameters], attrs);
      return [reshape(y!, x!.shape), statistics!];
    },
  },
  gradient: {
    reads: () => ({ inputs: [0, 1], outputs: [1] }),
    apply: ({ inputs: [x, scale], outputs, outputGradients: [dy, dStatistics], attrs }) => {
      const statistics = outputs[1]!;
      const ofRow = (row: number): Tensor | undefined =>
        dStatistics && extractRow(dStatistics, row, [x!.shape[0]!]);
      return scope(() => {
        const [dx, dScale, dShift] = dy
          ? execute(normalizeRowsGradientOp, [dy, x, statistics, scale], attrs)
          : [];
        const ofStatistics = propagateThroughStatistics(x!, statistics, 0, ofRow(rows.mean), ofRow(rows.m2));
        return [total(dx, ofStatistics), dScale, dShift];
      });
    },
  },
  family: normsFamily,
};
