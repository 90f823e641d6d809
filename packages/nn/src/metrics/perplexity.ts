import type { Tensor } from "@evenkeel/tensor";
import { concatenate, reshape, scope, sum } from "@evenkeel/tensor";
import { checkOptions, checkTensors, integer } from "@evenkeel/tensor/checks";
import { crossEntropy } from "../losses/cross-entropy.ts";
import { isOtherClass } from "../losses/other-class.ts";
import { ignoredByDefault } from "../losses/reduction.ts";
import type { PassMetric } from "../training/measurements/measures.ts";
import { findAxis } from "./predicted-classes.ts";

export interface PerplexityOptions {
  /** Positions with this label do not count; default -100. */
  readonly ignoreIndex?: number;
  /** The axis of the classes. Default: as that of `accuracy`. */
  readonly axis?: number;
}

/**
 * The exponential of the mean cross-entropy of the whole pass: a metric of language models for `fit` and `evaluate`.
 *
 * Shapes: logits, f32 or f16 [n, classes, ...] or [..., classes], and labels, i32 without the classes. `counts` throws as `crossEntropy` does.
 *
 * @example await fit(model, { ...options, metrics: { perplexity: perplexity({ ignoreIndex: 0 }) } });
 */
export function perplexity(options: PerplexityOptions = {}): PassMetric<Tensor, Tensor> {
  checkOptions<PerplexityOptions>("perplexity", options, { ignoreIndex: integer, axis: integer });
  const { ignoreIndex = ignoredByDefault } = options;
  return {
    counts: (logits, labels) => {
      checkTensors("perplexity", logits, labels);
      const axis = findAxis("perplexity", logits, labels, options.axis);
      return scope(() => {
        const total = crossEntropy(logits, labels, { ignoreIndex, axis, reduction: "sum" });
        return concatenate(
          [total, sum(isOtherClass(labels, ignoreIndex))].map((value) => reshape(value, [1])),
        );
      });
    },
    of: ([total, count]) => Math.exp(total! / count!),
  };
}
