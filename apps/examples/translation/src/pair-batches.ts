import { type Batches, batches, bucketByLength, type PairSet, padCollate } from "@evenkeel/datasets";
import type { BytePairEncoding } from "@evenkeel/datasets/text";
import type { SentencePairs } from "@evenkeel/models";
import type { Tensor } from "@evenkeel/tensor";

/** Pairs as the network takes them, and the tokens that it should predict. */
export interface PairBatch {
  readonly inputs: SentencePairs;
  readonly labels: Tensor;
}

/** The label of padding, which the loss leaves out. */
export const ignored = -100;
const buckets = 12;

/** Pairs of similar lengths in each batch. */
export function makePairBatches(
  pairs: PairSet,
  encoding: BytePairEncoding,
  { batchTokens, seed }: { readonly batchTokens: number; readonly seed?: number },
): Batches<PairBatch> {
  const examples = Array.from({ length: pairs.length }, (_, index) => {
    const target = encoding.encode(pairs.targets[index]!, { eos: true });
    return {
      inputs: {
        source: encoding.encode(pairs.sources[index]!, { eos: true }),
        target: Int32Array.of(encoding.vocabulary.bos, ...target.subarray(0, -1)),
      },
      labels: target,
    };
  });
  const lengths = examples.map(({ inputs: { source, target } }) => Math.max(source.length, target.length));
  const order = seed === undefined ? { shuffled: false } : { seed };
  return batches(examples, {
    batchSampler: bucketByLength(lengths, { valuesPerBatch: batchTokens, buckets, ...order }),
    collate: {
      inputs: { source: padCollate(), target: padCollate() },
      labels: padCollate({ value: ignored, unmasked: true }),
    },
  }) as Batches<PairBatch>;
}
