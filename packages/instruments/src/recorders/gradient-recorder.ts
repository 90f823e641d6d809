import type { BatchRecord, Callback, RunStart, StepStart } from "@evenkeel/nn";
import { mul, scope, sqrt, stack, sum } from "@evenkeel/tensor";
import { checkOptions, positiveInteger } from "@evenkeel/tensor/checks";
import { listTrainablePaths } from "../model/trainable-paths.ts";
import { LateNumbers } from "./late-numbers.ts";

export interface GradientRecorderOptions {
  /** The number of steps from one record to the next; default 1. */
  readonly everySteps?: number;
}

/** The Euclidean norms of the gradients in one step. */
export interface GradientNormRecord {
  /** Counts from 0 over the whole run. */
  readonly step: number;
  /** By the paths of the trainable parameters. */
  readonly norms: { readonly [path: string]: number };
}

/**
 * A callback of `fit` that records the norm of each parameter's gradient over time, as the update gets it. The norms are computed on
 * the device and read later, so that training does not wait for them. A resumed run adds to the records.
 *
 * Throws ArgumentError for wrong options.
 *
 * @example
 * const gradients = new GradientRecorder({ everySteps: 1 });
 * await fit(model, {
 *   data: batches(train, { batchSize: 32, shuffled: true, seed: 1 }),
 *   loss: crossEntropy,
 *   optimizer: new SGD(model, { learningRate: 0.1 }),
 *   epochs: 1,
 *   callbacks: [gradients],
 * });
 * console.log(gradients.records[0]!.norms);
 */
export class GradientRecorder implements Callback {
  readonly records: GradientNormRecord[] = [];
  private readonly everySteps: number;
  private readonly late = new LateNumbers<undefined>();
  private paths: readonly string[] = [];

  constructor(options: GradientRecorderOptions = {}) {
    checkOptions<GradientRecorderOptions>("GradientRecorder", options, { everySteps: positiveInteger });
    this.everySteps = options.everySteps ?? 1;
  }

  onStart({ model }: RunStart): void {
    this.paths = listTrainablePaths(model);
    this.late.clear();
  }

  onStep({ step, gradients }: StepStart): void {
    if (step % this.everySteps !== 0) return;
    const norms = scope(() => stack(gradients.map((gradient) => sqrt(sum(mul(gradient, gradient))))));
    this.late.add(step, undefined, norms);
  }

  async onBatch({ step }: BatchRecord): Promise<void> {
    for (const { step: at, numbers } of await this.late.take(step)) {
      const norms = Object.fromEntries(this.paths.map((path, index) => [path, numbers[index]!]));
      this.records.push({ step: at, norms });
    }
  }
}
