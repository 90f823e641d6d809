import type { Tensor } from "@evenkeel/tensor";
import { greater, isTruth, logicalNot, reshape, transpose } from "@evenkeel/tensor";
import type { Module } from "../../module/module.ts";

/** A norm of vectors, which may read which positions count. */
export type TokenNorm = Module<[x: Tensor, mask?: Tensor]>;

/** Which positions of sequences are padding, as layers of transformers get it. */
export interface Padding {
  /** [n, length]: of bool, true at padding; of floats, minus infinity there. */
  readonly mask: Tensor | undefined;
  readonly batchFirst: boolean;
}

/**
 * Normalizes the vectors of sequences. Norms of channels, such as batch norm, get them as [positions, channels], with a mask of
 * those that are no padding, which `MaskedBatchNorm` reads.
 */
export function normalizeTokens(norm: TokenNorm, x: Tensor, padding: Padding): Tensor {
  if (!("channels" in norm)) return norm.forward(x);
  const channels = x.shape.at(-1)!;
  const positions = x.shape.slice(0, -1).reduce((product, size) => product * size, 1);
  const rows = reshape(x, [positions, channels]);
  return reshape(norm.forward(rows, listCounted(padding, positions)), x.shape);
}

/** [positions, 1], true where a position is no padding, in the order of the rows. */
function listCounted({ mask, batchFirst }: Padding, positions: number): Tensor | undefined {
  if (mask === undefined) return undefined;
  const counted = isTruth(mask.dtype) ? logicalNot(mask) : greater(mask, Number.NEGATIVE_INFINITY);
  const ordered = counted.rank === 2 && !batchFirst ? transpose(counted, [1, 0]) : counted;
  return reshape(ordered, [positions, 1]);
}
