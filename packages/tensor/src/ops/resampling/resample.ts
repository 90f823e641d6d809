import { ShapeError } from "../../checks/errors.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op, ReferenceArray } from "../../core/op.ts";
import type { Spec } from "../../core/spec.ts";
import { formatShape } from "../../core/spec.ts";
import { fromData } from "../../creation/from-data.ts";
import { floatTypes, indexType } from "../../expression/dtype-kinds.ts";
import type { ResampleAttributes } from "./attributes.ts";
import { resamplingFamily } from "./resampling-family.ts";
import type { Sampling } from "./sampling.ts";
import { computeSpanTable, countResults } from "./sampling.ts";

/**
 * y[p, i, j] = sum over a and b of rowWeights[i, a] columnWeights[j, b] x[p, first row of i + a, first column of j + b]. The spans are
 * pairs of a first element and a number of elements; an axis without a table stays as it is.
 */
export const resampleOp: Op<ResampleAttributes> = {
  name: "resample",
  outputs: ([x, ...tables], { rows, columns }) => {
    checkDType("resample", "x", x!, ...floatTypes);
    const [planes, height, width] = x!.shape as [number, number, number];
    const [rowSpans, rowWeights, columnSpans, columnWeights] = tables;
    checkTable(rows, height, rowSpans, rowWeights);
    checkTable(columns, width, columnSpans, columnWeights);
    const shape = [planes, rows ? countResults(rows) : height, columns ? countResults(columns) : width];
    return [{ shape, dtype: x!.dtype }];
  },
  meaning: {
    loops: ([x, rowSpans, rowWeights, columnSpans, columnWeights], [y]) => {
      const [planes, height, width] = x!.shape as [number, number, number];
      const [, outHeight, outWidth] = y!.shape as [number, number, number];
      for (let plane = 0; plane < planes; plane++) {
        for (let i = 0; i < outHeight; i++) {
          for (let j = 0; j < outWidth; j++) {
            let sum = 0;
            for (const [row, rowWeight] of listTaps(rowSpans, rowWeights, i)) {
              for (const [column, weight] of listTaps(columnSpans, columnWeights, j)) {
                sum += rowWeight * weight * x!.data[(plane * height + row) * width + column]!;
              }
            }
            y!.data[(plane * outHeight + i) * outWidth + j] = sum;
          }
        }
      }
    },
  },
  gradient: {
    reads: () => ({ inputs: [], outputs: [] }),
    apply: ({ outputGradients: [dy], attrs: { rows, columns } }) => [
      resample(dy!, { rows: transpose(rows), columns: transpose(columns) }),
    ],
  },
  family: resamplingFamily,
};

const transpose = (sampling: Sampling | null): Sampling | null =>
  sampling && { ...sampling, isTransposed: !sampling.isTransposed };

/** Throws unless a table is that of the sampling, whose inputs are the elements of the axis. */
function checkTable(
  sampling: Sampling | null,
  length: number,
  spans: Spec | undefined,
  weights: Spec | undefined,
): void {
  if (sampling === null) return;
  checkDType("resample", "spans", spans!, indexType);
  checkDType("resample", "weights", weights!, "f32");
  const inputs = countResults({ ...sampling, isTransposed: !sampling.isTransposed });
  const results = countResults(sampling);
  if (inputs === length && spans!.shape[0] === results && weights!.shape[0] === results) return;
  throw new ShapeError(
    `resample: found an axis of ${length}, spans ${formatShape(spans!.shape)} and weights ${formatShape(weights!.shape)}, expected ${inputs} elements and ${results} spans`,
  );
}

/** The elements of a span with their weights. */
function* listTaps(
  spans: ReferenceArray | undefined,
  weights: ReferenceArray | undefined,
  result: number,
): Generator<[place: number, weight: number]> {
  if (!spans) return yield [result, 1];
  const [first, count] = [spans.data[2 * result]!, spans.data[2 * result + 1]!];
  const taps = weights!.shape[1]!;
  for (let tap = 0; tap < count; tap++) yield [first + tap, weights!.data[result * taps + tap]!];
}

/** Resizes the last two axes of [planes, rows, columns]. The tables are made on the host, where they are exact. */
export function resample(x: Tensor, attrs: ResampleAttributes): Tensor {
  return scope(() => {
    const tables = [...placeTable(attrs.rows, x), ...placeTable(attrs.columns, x)];
    return execute(resampleOp, [x, ...tables], attrs)[0]!;
  });
}

function placeTable(sampling: Sampling | null, { backend }: Tensor): [spans?: Tensor, weights?: Tensor] {
  if (sampling === null) return [undefined, undefined];
  const { spans, weights, taps } = computeSpanTable(sampling);
  const results = countResults(sampling);
  return [
    fromData(spans, { shape: [results, 2], dtype: indexType }, { backend }),
    fromData(weights, { shape: [results, taps], dtype: "f32" }, { backend }),
  ];
}
