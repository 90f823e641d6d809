import { ShapeError } from "../../checks/errors.ts";
import { checkDType } from "../../core/check-dtype.ts";
import type { Backend } from "../../core/devices/backend.ts";
import { checkFits } from "../../core/devices/backend.ts";
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
import type { Sampling, SpanTable } from "./sampling.ts";
import { computeSpanTable, countResults, wordsBeforeWeights } from "./sampling.ts";

/**
 * y[p, i, j] = sum over a and b of rowWeights[i, a] columnWeights[j, b] x[p, first row of i + a, first column of j + b], with the spans of
 * `SpanTable`; an axis without a table stays as it is.
 */
export const resampleOp: Op<ResampleAttributes> = {
  name: "resample",
  outputs: ([x, ...tables], { rows, columns }) => {
    checkDType("resample", "x", x!, ...floatTypes);
    const [planes, height, width] = x!.shape as [number, number, number];
    checkTable(rows, height, tables[0]);
    checkTable(columns, width, tables[1]);
    const shape = [planes, rows ? countResults(rows) : height, columns ? countResults(columns) : width];
    return [{ shape, dtype: x!.dtype }];
  },
  meaning: {
    loops: ([x, rows, columns], [y]) => {
      const [planes, height, width] = x!.shape as [number, number, number];
      const [, outHeight, outWidth] = y!.shape as [number, number, number];
      for (let plane = 0; plane < planes; plane++) {
        for (let i = 0; i < outHeight; i++) {
          for (let j = 0; j < outWidth; j++) {
            let sum = 0;
            for (const [row, rowWeight] of listTaps(rows, i)) {
              for (const [column, weight] of listTaps(columns, j)) {
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
function checkTable(sampling: Sampling | null, length: number, table: Spec | undefined): void {
  if (sampling === null) return;
  checkDType("resample", "spans", table!, indexType);
  const inputs = countResults({ ...sampling, isTransposed: !sampling.isTransposed });
  const results = countResults(sampling);
  if (inputs === length && table!.shape[0] === results) return;
  throw new ShapeError(
    `resample: found an axis of ${length} and spans ${formatShape(table!.shape)}, expected ${inputs} elements and ${results} spans`,
  );
}

/** The elements of a span with their weights. */
function* listTaps(
  table: ReferenceArray | undefined,
  result: number,
): Generator<[place: number, weight: number]> {
  if (!table) return yield [result, 1];
  const width = table.shape[1]!;
  const words = Int32Array.from(table.data.subarray(result * width, (result + 1) * width));
  const weights = new Float32Array(words.buffer, wordsBeforeWeights * words.BYTES_PER_ELEMENT);
  for (let tap = 0; tap < words[1]!; tap++) yield [words[0]! + tap, weights[tap]!];
}

/** The table of a sampling. Throws OutOfMemoryError if the device cannot hold it. */
export const makeSpanTable = (sampling: Sampling, backend: Backend): SpanTable =>
  computeSpanTable(sampling, (shape) => checkFits("resize: table", { shape, dtype: indexType }, backend));

/** Resizes the last two axes of [planes, rows, columns]. The tables are made on the host, where they are exact. */
export function resample(x: Tensor, attrs: ResampleAttributes): Tensor {
  return scope(() => {
    const tables = [attrs.rows, attrs.columns].map((sampling) => sampling && placeTable(sampling, x));
    return execute(resampleOp, [x, ...tables.map((table) => table ?? undefined)], attrs)[0]!;
  });
}

function placeTable(sampling: Sampling, { backend }: Tensor): Tensor {
  const { words, width } = makeSpanTable(sampling, backend);
  return fromData(words, { shape: [countResults(sampling), width], dtype: indexType }, { backend });
}
