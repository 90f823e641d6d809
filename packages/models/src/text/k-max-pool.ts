import type { Tensor } from "@evenkeel/tensor";
import { gather, pad, sort, topK } from "@evenkeel/tensor";

/**
 * The k largest values of each channel over time, in the order of time (Kalchbrenner et al. 2014, section 3.2). Sequences that are
 * shorter than k end with zeros.
 *
 * Shapes: [n, channels, length] -> [n, channels, k].
 */
export function kMaxPool(x: Tensor, k: number): Tensor {
  const length = x.shape[2]!;
  const long =
    length < k
      ? pad(x, [
          [0, 0],
          [0, 0],
          [0, k - length],
        ])
      : x;
  const { indices } = topK(long, k, { axis: 2 });
  return gather(long, sort(indices, { axis: 2 }).values, { axis: 2 });
}
