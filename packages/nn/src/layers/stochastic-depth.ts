import type { RandomKey, Tensor } from "@evenkeel/tensor";
import { formatShape, fuse, mul, ShapeError, scope, where } from "@evenkeel/tensor";
import { aSeed, checkOptions, oneOf } from "@evenkeel/tensor/checks";
import { computeKeptScale } from "./dropout.ts";
import type { RandomLayerOptions } from "./random-layer.ts";
import { DroppingLayer, drawMask } from "./random-layer.ts";

export interface StochasticDepthOptions extends RandomLayerOptions {
  /** `row` draws for each sample of a batch, `batch` once for all of them. Default: `row`. */
  readonly mode?: "row" | "batch";
}

/**
 * The last layer of a residual branch: in training mode it sets the branch to zero with the given probability, so that only the shortcut
 * is left, and divides it otherwise by the probability of keeping it; evaluation mode changes nothing (Huang et al. 2016).
 *
 * Shapes: [n, ...] -> the same. Throws ArgumentError for a probability outside of [0, 1] or an unknown mode, ShapeError without a batch.
 *
 * @example add(x, new StochasticDepth(0.2, { seed: 1 }).forward(y))
 */
export class StochasticDepth extends DroppingLayer {
  readonly mode: "row" | "batch";
  private readonly drop: (x: Tensor, mask: Tensor, scale: number) => Tensor;

  constructor(probability: number, options: StochasticDepthOptions = {}) {
    checkOptions<StochasticDepthOptions>("StochasticDepth", options, {
      mode: oneOf("row", "batch"),
      seed: aSeed,
    });
    const { mode = "row", ...others } = options;
    super("StochasticDepth", probability, others);
    this.mode = mode;
    this.drop = fuse((x: Tensor, mask: Tensor, scale: number) => where(mask, mul(x, scale), 0));
  }

  protected change(x: Tensor, key: RandomKey): Tensor {
    if (x.rank === 0) throw new ShapeError(`found ${formatShape(x.shape)}, expected [n, ...]`);
    const { probability, mode } = this;
    const rank = mode === "row" ? 1 : 0;
    return scope(() => this.drop(x, drawMask(x, rank, probability, key), computeKeptScale(probability)));
  }

  override describe(): string {
    return `StochasticDepth ${this.probability}, ${this.mode}`;
  }
}
