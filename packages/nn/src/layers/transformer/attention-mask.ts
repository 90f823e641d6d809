import type { Backend, Tensor } from "@evenkeel/tensor";
import {
  add,
  DTypeError,
  formatShape,
  formatSpec,
  isFloat,
  isTruth,
  logicalNot,
  logicalOr,
  ones,
  reshape,
  ShapeError,
  scope,
  triu,
  where,
} from "@evenkeel/tensor";
import { aBackend, checkOptions, checkValue, positiveInteger } from "@evenkeel/tensor/checks";

/**
 * Minus infinity above the diagonal and 0 elsewhere: as a mask of attention, it keeps positions from attending to later ones. Layers
 * and `scaledDotProductAttention` need no mask for that with `causal: true`.
 *
 * Shapes: -> [size, size]. Throws ArgumentError unless the size is a positive integer.
 *
 * @example causalMask(3) // [[0, -Infinity, -Infinity], [0, 0, -Infinity], [0, 0, 0]]
 */
export function causalMask(size: number, options: { readonly backend?: Backend } = {}): Tensor {
  checkValue("causalMask: size", size, positiveInteger);
  checkOptions<typeof options>("causalMask", options, { backend: aBackend });
  return scope(() => hide(triu(ones([size, size], { dtype: "bool", ...options }), 1)));
}

/** Minus infinity where true, 0 elsewhere. */
const hide = (blocked: Tensor): Tensor => where(blocked, Number.NEGATIVE_INFINITY, 0);

/** [queries, keys], true where the key is later than the query, of which `offset` keys stand before the first; undefined for one query. */
export const makeLaterMask = (queries: number, offset: number, backend: Backend): Tensor | undefined =>
  queries === 1 ? undefined : triu(ones([queries, offset + queries], { dtype: "bool", backend }), offset + 1);

/** The masks of PyTorch: of bool, true where nothing may be attended to; of floats, added to scores. */
export interface LayerMasks {
  /** [n, keys]. */
  readonly keyPaddingMask?: Tensor | undefined;
  /** [queries, keys] or [n heads, queries, keys]. */
  readonly attentionMask?: Tensor | undefined;
}

/** The sizes that masks must fit. */
export interface MaskedSizes {
  readonly n: number;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
}

/** One mask with the meaning of `scaledDotProductAttention`, which broadcasts to [n, heads, queries, keys]; undefined if there is none. */
export function joinMasks(
  { keyPaddingMask, attentionMask }: LayerMasks,
  sizes: MaskedSizes,
): Tensor | undefined {
  const { n, heads, queries, keys } = sizes;
  const masks = [
    keyPaddingMask && fitMask("keyPaddingMask", keyPaddingMask, [[n, keys]], [n, 1, 1, keys]),
    attentionMask &&
      fitMask(
        "attentionMask",
        attentionMask,
        [
          [queries, keys],
          [n * heads, queries, keys],
        ],
        attentionMask.rank === 2 ? [queries, keys] : [n, heads, queries, keys],
      ),
  ].filter((mask) => mask !== undefined);
  if (masks.length === 0) return undefined;
  if (masks.every(({ dtype }) => isTruth(dtype))) return logicalNot(masks.reduce((a, b) => logicalOr(a, b)));
  return masks.map((mask) => (isTruth(mask.dtype) ? hide(mask) : mask)).reduce((a, b) => add(a, b));
}

function fitMask(
  name: string,
  mask: Tensor,
  expected: readonly (readonly number[])[],
  shape: readonly number[],
): Tensor {
  if (!isTruth(mask.dtype) && !isFloat(mask.dtype)) {
    throw new DTypeError(`${name}: found ${formatSpec(mask)}, expected bool or floats`);
  }
  // An unbatched mask of keys has one dimension.
  const found = name === "keyPaddingMask" && mask.rank === 1 ? [1, ...mask.shape] : mask.shape;
  if (expected.some((sizes) => formatShape(sizes) === formatShape(found))) return reshape(mask, shape);
  throw new ShapeError(
    `${name}: found ${formatShape(mask.shape)}, expected ${expected.map(formatShape).join(" or ")}`,
  );
}
