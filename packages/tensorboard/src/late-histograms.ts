import type { RunStart } from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import { concatenate, scope } from "@evenkeel/tensor";
import { computeDeviceHistogram } from "./histograms/device-histogram.ts";
import type { Histogram } from "./histograms/histogram.ts";
import { bucketCount, makeHistogram, numberCount } from "./histograms/histogram.ts";

type Model = RunStart["model"];

/** Histograms that are computed in a step and read later, by their tags. */
interface PendingStep {
  readonly step: number;
  readonly tags: readonly string[];
  readonly numbers: Promise<ArrayLike<number>>;
}

const length = numberCount + bucketCount;

/** The histograms of parameters and gradients of some steps, which are computed on the device and read at once for each step. */
export class LateHistograms {
  private pending: PendingStep[] = [];

  /** Computes the histograms in the step that has these gradients; nothing waits. */
  compute(model: Model, gradients: readonly Tensor[], step: number): void {
    const trainable = [...model.namedParameters()].filter(([, parameter]) => parameter.trainable);
    const named = trainable.flatMap(([path, { value }], index): [string, Tensor][] => [
      [`parameters/${path}`, value],
      [`gradients/${path}`, gradients[index]!],
    ]);
    const joined = scope(() => concatenate(named.map(([, values]) => computeDeviceHistogram(values))));
    const numbers = joined.data();
    joined.dispose();
    // A failure is thrown where the numbers are awaited.
    numbers.catch(() => undefined);
    this.pending.push({ step, tags: named.map(([tag]) => tag), numbers });
  }

  /** The histograms up to a step, in the order of their steps; undefined where no value is finite. */
  async *take(upTo: number): AsyncGenerator<{ tag: string; step: number; histogram: Histogram | undefined }> {
    const due = this.pending.filter(({ step }) => step <= upTo);
    this.pending = this.pending.filter(({ step }) => step > upTo);
    for (const { step, tags, numbers } of due) {
      const all = Array.from(await numbers);
      for (const [index, tag] of tags.entries()) {
        yield { tag, step, histogram: makeHistogram(all.slice(index * length, (index + 1) * length)) };
      }
    }
  }
}
