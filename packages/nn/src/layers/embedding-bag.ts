import type { Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  cast,
  div,
  formatShape,
  isSameShape,
  max,
  maximum,
  mean,
  mul,
  notEqual,
  ShapeError,
  scope,
  sum,
  unsqueeze,
  where,
} from "@evenkeel/tensor";
import { checkOptions, oneOf } from "@evenkeel/tensor/checks";
import { attempt } from "../module/failure.ts";
import type { EmbeddingOptions } from "./embedding.ts";
import { Embedding } from "./embedding.ts";

/** How the vectors of a bag become one. */
export type BagMode = "sum" | "mean" | "max";

/** The options of `EmbeddingBag`; the defaults are PyTorch's. */
export interface EmbeddingBagOptions extends EmbeddingOptions {
  /** Default: mean. */
  readonly mode?: BagMode;
}

/**
 * The sum, the mean or the maximum of the vectors of each bag of indices. With `paddingIdx` bags may differ in size: padding does
 * not count, and a bag of padding alone gives zeros.
 *
 * Shapes: i32 [..., k], and for sums weights [..., k] -> [..., size]; weight [count, size]. Throws ArgumentError for sizes that
 * are not positive, and for weights in another mode than sum, ShapeError for weights of another shape.
 *
 * @example new EmbeddingBag(10_000, 64, { mode: "sum", paddingIdx: 0 }).forward(zeros([2, 5], { dtype: "i32" })) // -> [2, 64]
 */
export class EmbeddingBag extends Embedding {
  readonly mode: BagMode;

  constructor(count: number, size: number, options: EmbeddingBagOptions = {}) {
    checkOptions<{ mode?: BagMode }>(
      "EmbeddingBag",
      { mode: options.mode },
      { mode: oneOf("sum", "mean", "max") },
    );
    const { mode = "mean", ...ofTable } = options;
    super(count, size, ofTable);
    this.mode = mode;
  }

  override forward(indices: Tensor, perSampleWeights?: Tensor): Tensor {
    return scope(() => {
      const vectors = super.forward(indices);
      return attempt(this, () => {
        this.checkWeights(indices, perSampleWeights);
        const isCounted = this.paddingIdx === undefined ? undefined : notEqual(indices, this.paddingIdx);
        if (this.mode === "max") return computeMaximum(vectors, isCounted);
        const counted = isCounted === undefined ? vectors : where(unsqueeze(isCounted, -1), vectors, 0);
        if (this.mode === "sum") {
          const weighted = perSampleWeights ? mul(counted, unsqueeze(perSampleWeights, -1)) : counted;
          return sum(weighted, { axis: -2 });
        }
        return isCounted === undefined
          ? mean(counted, { axis: -2 })
          : div(sum(counted, { axis: -2 }), maximum(countTrue(isCounted), 1));
      });
    });
  }

  private checkWeights({ shape, rank }: Tensor, weights: Tensor | undefined): void {
    if (rank === 0) throw new ShapeError("indices: found [], expected [..., k]");
    if (weights === undefined) return;
    if (this.mode !== "sum") {
      throw new ArgumentError(`perSampleWeights: found weights, expected none in mode ${this.mode}`);
    }
    if (isSameShape(weights.shape, shape)) return;
    throw new ShapeError(
      `perSampleWeights: found ${formatShape(weights.shape)}, expected the shape of the indices, ${formatShape(shape)}`,
    );
  }

  override describe(): string {
    return super.describe().replace("Embedding", `EmbeddingBag of ${this.mode},`);
  }
}

/** The number of true elements along the last axis, [..., 1]. */
const countTrue = (isCounted: Tensor): Tensor => sum(cast(isCounted, "f32"), { axis: -1, keepDims: true });

/** The maximum over the vectors that count; zeros where none does. */
function computeMaximum(vectors: Tensor, isCounted: Tensor | undefined): Tensor {
  if (isCounted === undefined) return max(vectors, { axis: -2 });
  const largest = max(where(unsqueeze(isCounted, -1), vectors, -Infinity), { axis: -2 });
  return where(notEqual(countTrue(isCounted), 0), largest, 0);
}
