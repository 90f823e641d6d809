import { ArgumentError, ShapeError } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { anArray, callable, checkValue } from "@evenkeel/tensor/checks";
import type { Dataset } from "../examples/dataset.ts";
import { isDataset, makeDataset } from "../examples/dataset.ts";

/** A dataset, or an array of examples. */
export type Examples<Example> = Dataset<Example> | readonly Example[];

const someExamples: Rule = {
  expected: "a dataset (toDataset makes one of arrays), or an array of examples",
  accepts: (value) =>
    typeof value === "object" && value !== null && (Array.isArray(value) || isDataset(value)),
};

/** The dataset of examples. Throws ArgumentError for another value. */
export function checkExamples<Example>(where: string, examples: Examples<Example>): Dataset<Example> {
  checkValue(where, examples, someExamples);
  return makeDataset(examples, where);
}

const positionsRule: Rule = {
  expected: "an array or typed array of integers",
  accepts: (value) =>
    (Array.isArray(value) || ArrayBuffer.isView(value)) &&
    Array.from(value as unknown as ArrayLike<unknown>).every(Number.isInteger),
};

/**
 * The examples at the given positions, which may repeat. Throws ArgumentError for a position outside the dataset.
 *
 * @example subset(["a", "b", "c"], [2, 0]).length // 2
 */
export function subset<Example>(examples: Examples<Example>, positions: ArrayLike<number>): Dataset<Example> {
  const dataset = checkExamples("subset", examples);
  checkValue("subset: positions", positions, positionsRule);
  const chosen = Int32Array.from(positions);
  const stray = Array.from(positions).find((position) => !(position >= 0 && position < dataset.length));
  if (stray !== undefined) {
    throw new ArgumentError(
      `subset: positions: found ${stray}, expected integers from 0 to ${dataset.length - 1}`,
    );
  }
  return { length: chosen.length, get: (index, epoch) => dataset.get(chosen[index]!, epoch) };
}

/**
 * The examples of several datasets, one after the other, as PyTorch's `ConcatDataset`. Throws ArgumentError unless all are datasets
 * or arrays of examples.
 *
 * @example concatDatasets([["a", "b"], ["c"]]).length // 3
 */
export function concatDatasets<Example>(parts: readonly Examples<Example>[]): Dataset<Example> {
  checkValue("concatDatasets: parts", parts, anArray);
  const datasets = parts.map((part, index) => checkExamples(`concatDatasets: part ${index}`, part));
  const starts = [0];
  for (const { length } of datasets) starts.push(starts.at(-1)! + length);
  return {
    length: starts.at(-1)!,
    get: (index, epoch) => {
      const part = starts.findLastIndex((start) => start <= index);
      return datasets[part]!.get(index - starts[part]!, epoch);
    },
  };
}

/**
 * A dataset of records with a part from each dataset, as PyTorch's `StackDataset`. Throws ShapeError for datasets of different
 * lengths, ArgumentError unless all are datasets or arrays of examples, and for none.
 *
 * @example stackDatasets({ source: ["a tree"], target: ["ein Baum"] }).length // 1
 */
export function stackDatasets<Record extends object>(
  parts: {
    readonly [Part in keyof Record]: Examples<Record[Part]>;
  },
): Dataset<Record> {
  checkValue("stackDatasets: parts", parts, {
    expected: "a record of at least one dataset",
    accepts: (value) => typeof value === "object" && value !== null && Object.keys(value).length > 0,
  });
  const named = Object.entries(parts).map(
    ([name, part]) => [name, checkExamples(`stackDatasets: ${name}`, part as Examples<unknown>)] as const,
  );
  const [firstName, { length }] = named[0]!;
  for (const [name, dataset] of named) {
    if (dataset.length === length) continue;
    throw new ShapeError(
      `stackDatasets: ${name}: found ${dataset.length} examples, expected ${length} as in ${firstName}`,
    );
  }
  return {
    length,
    get: async (index, epoch) => {
      const values = await Promise.all(
        named.map(async ([name, dataset]) => [name, await dataset.get(index, epoch)]),
      );
      return Object.fromEntries(values) as Record;
    },
  };
}

/**
 * A dataset of changed examples, which are changed each time they are read; `change` may return a promise. Throws ArgumentError
 * unless it is a function of a dataset or an array of examples.
 *
 * @example batches(mapDataset([1, 2, 3], (value, index) => ({ inputs: value, labels: index })), { batchSize: 3 })
 */
export function mapDataset<Example, Changed>(
  examples: Examples<Example>,
  change: (example: Example, index: number) => Changed | Promise<Changed>,
): Dataset<Changed> {
  const dataset = checkExamples("mapDataset", examples);
  checkValue("mapDataset: change", change, callable);
  return {
    length: dataset.length,
    get: async (index, epoch) => change(await dataset.get(index, epoch), index),
  };
}
