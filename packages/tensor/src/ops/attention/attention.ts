import { checkOptions, checkTensors } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import type { Rules } from "../../checks/rules.ts";
import { anything, aTensor, finite, fraction, yesOrNo } from "../../checks/rules.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { formatShape } from "../../core/spec.ts";
import type { KeyOptions } from "../../random/key-options.ts";
import { drawKeyWords } from "../../random/key-options.ts";
import type { RandomKey } from "../../random/threefry.ts";
import { bernoulli } from "../creation/random.ts";
import { mul } from "../elementwise/arithmetic.ts";
import { fuse } from "../elementwise/fusion/fuse.ts";
import { where } from "../elementwise/where.ts";
import { matmul } from "../matmul/matmul.ts";
import { maskedSoftmax } from "./masked-softmax.ts";

/** The options of attention. `seed` and `stream` are those of the dropout. */
export interface AttentionOptions extends KeyOptions {
  /**
   * Of bool: true where a query may attend to a key. Of floats: added to the scaled scores; minus infinity where it may not. It
   * broadcasts to [..., queries, keys]. Default: everywhere.
   */
  readonly mask?: Tensor | undefined;
  /** Whether query i attends to the keys j <= i only; the mask holds as well. Default: false. */
  readonly causal?: boolean;
  /** The probability with which a weight is set to zero; the others are divided by that of keeping them. Default: 0. */
  readonly dropout?: number;
  /** The factor of the scores. Default: 1 / sqrt(size of a query). */
  readonly scale?: number;
}

/** `drawKeyWords` checks the key. */
const attentionRules: Rules<AttentionOptions> = {
  seed: anything,
  stream: anything,
  mask: aTensor,
  causal: yesOrNo,
  dropout: fraction,
  scale: finite,
};

let drop: ((weights: Tensor, kept: number, key: RandomKey) => Tensor) | undefined;

/** One launch for the result and one for the gradient. */
function dropWeights(operation: string, weights: Tensor, dropout: number, options: KeyOptions): Tensor {
  drop ??= fuse((x: Tensor, kept: number, key: RandomKey) =>
    where(bernoulli(x.shape, kept, key), mul(x, kept === 0 ? 0 : 1 / kept), 0),
  );
  const [seed, stream] = drawKeyWords(operation, options);
  return drop(weights, 1 - dropout, { seed, stream });
}

function weigh(operation: string, query: Tensor, key: Tensor, options: AttentionOptions): Tensor {
  checkOptions<AttentionOptions>(operation, options, attentionRules);
  const size = query.shape.at(-1);
  if (query.rank < 2 || key.rank < 2 || key.shape.at(-1) !== size) {
    throw new ShapeError(
      `${operation}: found query ${formatShape(query.shape)}, key ${formatShape(key.shape)}, expected [..., queries, size] and [..., keys, size]`,
    );
  }
  const { mask, causal, dropout = 0, scale = 1 / Math.sqrt(Math.max(1, size!)), seed, stream } = options;
  const scores = matmul(query, key, { transposeB: true });
  const weights = maskedSoftmax(scores, { mask, causal, scale });
  return dropout === 0 ? weights : dropWeights(operation, weights, dropout, { seed, stream });
}

/**
 * The weights of attention, softmax(scale query keyᵀ) of what the mask lets through, after dropout. The row of a query that may
 * attend to nothing is 0.
 *
 * Shapes: [..., queries, size], [..., keys, size] -> [..., queries, keys]. Throws as `scaledDotProductAttention`.
 *
 * @example attentionWeights(query, key, { causal: true })
 */
export function attentionWeights(query: Tensor, key: Tensor, options: AttentionOptions = {}): Tensor {
  checkTensors("attentionWeights", query, key);
  return scope(() => weigh("attentionWeights", query, key, options));
}

/**
 * Attention of queries to keys (Vaswani et al. 2017): softmax(scale query keyᵀ) value, in three launches. The meaning of the masks
 * is PyTorch's. A query that may attend to nothing gets 0 and has no gradient, as in PyTorch since 2.5, where NaN came before.
 *
 * Shapes: [..., queries, size], [..., keys, size], [..., keys, width] -> [..., queries, width]; leading dimensions broadcast. Throws
 * ShapeError for other shapes, DTypeError unless all are floats and the mask bool or floats, ArgumentError for options out of range.
 *
 * @example scaledDotProductAttention(query, key, value, { causal: true }) // [n, heads, length, size] -> the same
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions = {},
): Tensor {
  checkTensors("scaledDotProductAttention", query, key, value);
  if (value.rank < 2 || value.shape.at(-2) !== key.shape.at(-2)) {
    throw new ShapeError(
      `scaledDotProductAttention: found key ${formatShape(key.shape)}, value ${formatShape(value.shape)}, expected [..., keys, size] and [..., keys, width]`,
    );
  }
  return scope(() => matmul(weigh("scaledDotProductAttention", query, key, options), value));
}
