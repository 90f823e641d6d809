import type { Accuracy, CaseInput, OpCase, OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import type { ResampleAttributes } from "./attributes.ts";
import { resampleOp } from "./resample.ts";
import type { ResizeMode, Sampling } from "./sampling.ts";
import { computeSpanTable, countResults, wordsBeforeWeights } from "./sampling.ts";

const sampling = (
  mode: ResizeMode,
  input: number,
  output: number,
  options: Partial<Sampling> = {},
): Sampling => ({
  ...{ mode, input, output, from: input, to: output },
  ...{ alignCorners: false, antialias: false, isTransposed: false },
  ...options,
});

function makeTable(of: Sampling | null): CaseInput | undefined {
  if (of === null) return undefined;
  const { words, width } = computeSpanTable(of);
  return { shape: [countResults(of), width], dtype: "i32", values: [...words] };
}

/** Tables hold weights as bits, so the magnitudes of cases keep their signs, and negative ones cancel. */
const boundCubic = (taps: number): Accuracy => ({
  relative: 0,
  absolute: (taps + 2) * 2 ** -24 * 11,
  reason: "the absolute weights of both axes have a sum below 1.9, and values are below 5.8",
});

function on(
  name: string,
  shape: Shape,
  rows: Sampling | null,
  columns: Sampling | null,
  values: CaseInput["values"] = { normal: [0, 1] },
): OpCase<ResampleAttributes> {
  const tables = [makeTable(rows), makeTable(columns)];
  const taps = tables.reduce(
    (count, table) => count * (table === undefined ? 1 : table.shape[1]! - wordsBeforeWeights),
    1,
  );
  return {
    name,
    attrs: { rows, columns },
    inputs: [{ shape, dtype: "f32", values }, ...tables],
    accuracy: [rows, columns].some((axis) => axis?.mode === "cubic") ? boundCubic(taps) : { reduction: taps },
    ...(values === "non-finite" && { needs: "non-finite" as const }),
  };
}

const corners: Partial<Sampling> = { from: 4, to: 8, alignCorners: true };

export const resampleCases: OpCases<ResampleAttributes> = {
  op: resampleOp,
  accuracy: { reduction: 16 },
  cases: withHalves(
    ["linear, twice the size", "rows alone"].map((name) => [name, 0] as const),
    [
      on("nearest", [2, 5, 7], sampling("nearest", 5, 8), sampling("nearest", 7, 3)),
      on("nearest-exact", [2, 5, 7], sampling("nearest-exact", 5, 8), sampling("nearest-exact", 7, 3)),
      on("linear, twice the size", [3, 5, 6], sampling("linear", 5, 10), sampling("linear", 6, 12)),
      on("linear, smaller", [1, 9, 11], sampling("linear", 9, 4), sampling("linear", 11, 5)),
      on("aligned corners", [2, 5, 5], sampling("linear", 5, 9, corners), sampling("cubic", 5, 9, corners)),
      on("cubic", [2, 6, 7], sampling("cubic", 6, 9), sampling("cubic", 7, 17)),
      on("area", [2, 6, 7], sampling("area", 6, 4), sampling("area", 7, 10)),
      on(
        "antialias",
        [2, 13, 17],
        sampling("linear", 13, 5, { antialias: true }),
        sampling("cubic", 17, 6, { antialias: true }),
      ),
      on(
        "a factor that is not that of the sizes",
        [1, 5, 5],
        sampling("linear", 5, 7, { from: 1, to: 1.5 }),
        null,
      ),
      on("rows alone", [3, 4, 9], sampling("linear", 4, 7), null),
      on("columns alone", [3, 3, 9], null, sampling("linear", 9, 14)),
      on("one row, one column", [7, 1, 1], sampling("linear", 1, 3), sampling("cubic", 1, 5)),
      on(
        "from outputs to inputs",
        [2, 11, 5],
        sampling("cubic", 6, 11, { isTransposed: true }),
        sampling("linear", 9, 5, { isTransposed: true }),
      ),
      on("empty", [0, 4, 5], sampling("linear", 4, 8), sampling("linear", 5, 10)),
      on("large", [3, 70, 90], sampling("linear", 70, 210), sampling("linear", 90, 181)),
      on("non-finite", [3, 6, 6], sampling("linear", 6, 12), sampling("linear", 6, 12), "non-finite"),
    ],
  ),
};
