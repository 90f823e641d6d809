import type { Tensor } from "@evenkeel/tensor";
import { checkOptions, integer, nonNegative } from "@evenkeel/tensor/checks";
import type { CosineSimilarityOptions } from "../losses/cosine.ts";
import { cosineSimilarity } from "../losses/cosine.ts";
import type { PairwiseDistanceOptions } from "../losses/distance.ts";
import { checkDistanceOptions, pairwiseDistance } from "../losses/distance.ts";
import { attempt } from "../module/failure.ts";
import { Module } from "../module/module.ts";

/** The cosine of the angle between vectors along an axis; see `cosineSimilarity`. */
export class CosineSimilarity extends Module<[a: Tensor, b: Tensor]> {
  readonly options: CosineSimilarityOptions;

  constructor(options: CosineSimilarityOptions = {}) {
    super();
    checkOptions<CosineSimilarityOptions>("CosineSimilarity", options, {
      axis: integer,
      epsilon: nonNegative,
    });
    this.options = { ...options };
  }

  forward(a: Tensor, b: Tensor): Tensor {
    return attempt(this, () => cosineSimilarity(a, b, this.options));
  }
}

/** The distance between vectors along the last axis; see `pairwiseDistance`. */
export class PairwiseDistance extends Module<[a: Tensor, b: Tensor]> {
  readonly options: PairwiseDistanceOptions;

  constructor(options: PairwiseDistanceOptions = {}) {
    super();
    checkDistanceOptions("PairwiseDistance", options);
    this.options = { ...options };
  }

  forward(a: Tensor, b: Tensor): Tensor {
    return attempt(this, () => pairwiseDistance(a, b, this.options));
  }
}
