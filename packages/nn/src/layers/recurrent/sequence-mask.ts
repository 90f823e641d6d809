import type { Backend, Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  arange,
  cast,
  DTypeError,
  formatShape,
  formatSpec,
  indexType,
  isTensor,
  isTruth,
  less,
  reshape,
  ShapeError,
  tensor,
  transpose,
} from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import { aTensor, either, listOf, nonNegativeInteger } from "@evenkeel/tensor/checks";

/** Which positions of ragged sequences count. */
export interface RaggedOptions {
  /** The length of each sequence of the batch, as a list or as i32 [n]; not together with `mask`. Default: all have one length. */
  readonly lengths?: readonly number[] | Tensor | undefined;
  /** Of bool, true where a position counts; its shape is that of the input without the last dimension. */
  readonly mask?: Tensor | undefined;
}

export const raggedRules: Rules<RaggedOptions> = {
  lengths: /* @__PURE__ */ either(/* @__PURE__ */ listOf(nonNegativeInteger), aTensor),
  mask: aTensor,
};

/** The sizes of a batch of sequences. */
interface BatchSizes {
  readonly length: number;
  readonly n: number;
  readonly batchFirst: boolean;
  readonly backend: Backend;
}

/** Bool [length, n, 1], true where a position counts; undefined if all do. */
export function readSequenceMask({ lengths, mask }: RaggedOptions, sizes: BatchSizes): Tensor | undefined {
  const { length, n, batchFirst } = sizes;
  if (lengths !== undefined && mask !== undefined) {
    throw new ArgumentError("lengths, mask: found both, expected one of them");
  }
  if (lengths !== undefined) return maskByLengths(lengths, sizes);
  if (mask === undefined) return undefined;
  if (!isTruth(mask.dtype)) throw new DTypeError(`mask: found ${formatSpec(mask)}, expected bool`);
  const wanted = mask.rank === 1 ? [length] : batchFirst ? [n, length] : [length, n];
  if (formatShape(mask.shape) !== formatShape(wanted) || (mask.rank === 1 && n !== 1)) {
    throw new ShapeError(`mask: found ${formatShape(mask.shape)}, expected ${formatShape(wanted)}`);
  }
  return reshape(batchFirst && mask.rank === 2 ? transpose(mask, [1, 0]) : mask, [length, n, 1]);
}

function maskByLengths(lengths: readonly number[] | Tensor, { length, n, backend }: BatchSizes): Tensor {
  const given = isTensor(lengths) ? lengths : checkLengths(lengths, length, backend);
  if (given.dtype !== indexType && isTensor(lengths)) {
    throw new DTypeError(`lengths: found ${formatSpec(given)}, expected ${indexType}: booleans are a mask`);
  }
  if (formatShape(given.shape) !== formatShape([n])) {
    throw new ShapeError(`lengths: found ${formatShape(given.shape)}, expected ${formatShape([n])}`);
  }
  const positions = reshape(arange(0, length, { backend }), [length, 1, 1]);
  return less(positions, reshape(cast(given, "f32"), [1, n, 1]));
}

function checkLengths(lengths: readonly number[], length: number, backend: Backend): Tensor {
  const wrong = lengths.findIndex((one) => one > length);
  if (wrong < 0) return tensor(Float32Array.from(lengths), { backend });
  throw new ArgumentError(
    `lengths: found ${lengths[wrong]} at position ${wrong}, expected an integer in [0, ${length}]`,
  );
}
