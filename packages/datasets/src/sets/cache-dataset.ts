import { checkOptions, listContents, nonNegativeInteger } from "@evenkeel/tensor/checks";
import type { Dataset } from "../examples/dataset.ts";
import type { Examples } from "./combine.ts";
import { checkExamples } from "./combine.ts";

export interface CacheOptions {
  /** The largest size of the examples that are kept. Default: 1 GiB. */
  readonly maxBytes?: number;
}

/**
 * Keeps examples in memory after they have been read. When the next one would exceed `maxBytes`, those that are kept stay: epochs read
 * every example once, and replacing the oldest would lose each one just before its turn. Kept examples are shared by all readers, which must not
 * change them.
 *
 * Throws ArgumentError for wrong options, and unless it is given a dataset or an array of examples.
 *
 * @example cacheDataset({ length: 10, get: async (index) => new Float32Array(100).fill(index) }, { maxBytes: 2 ** 20 }).length // 10
 */
export function cacheDataset<Example>(
  examples: Examples<Example>,
  options: CacheOptions = {},
): Dataset<Example> {
  const dataset = checkExamples("cacheDataset", examples);
  checkOptions<CacheOptions>("cacheDataset", options, { maxBytes: nonNegativeInteger });
  const { maxBytes = 2 ** 30 } = options;
  const kept = new Map<number, Example>();
  const reading = new Map<number, Promise<Example>>();
  let bytes = 0;
  const read = async (index: number): Promise<Example> => {
    try {
      const example = await dataset.get(index);
      const size = estimateBytes(example);
      if (bytes + size <= maxBytes) {
        kept.set(index, example);
        bytes += size;
      }
      return example;
    } finally {
      reading.delete(index);
    }
  };
  return {
    length: dataset.length,
    get: (index) => {
      if (kept.has(index)) return kept.get(index)!;
      let example = reading.get(index);
      if (example === undefined) {
        example = read(index);
        reading.set(index, example);
      }
      return example;
    },
  };
}

/** About the memory that an object, a property or a number takes in an engine. */
const bytesOfValue = 16;

function estimateBytes(value: unknown): number {
  if (typeof value === "string") return bytesOfValue + 2 * value.length;
  if (typeof value !== "object" || value === null) return bytesOfValue;
  if (ArrayBuffer.isView(value)) return bytesOfValue + value.byteLength;
  return listContents(value).reduce<number>((sum, part) => sum + estimateBytes(part), bytesOfValue);
}
