import { batches } from "@evenkeel/datasets";
import {
  accuracy,
  type Callback,
  crossEntropy,
  evaluate,
  fit,
  type Module,
  type Schedule,
  SGD,
} from "@evenkeel/nn";
import type { LabelledImages } from "./images.ts";

/** A step, counted from 1, and a value. */
export type Point = readonly [step: number, value: number];

export interface TrainingOptions {
  readonly train: LabelledImages;
  /** Images to choose a learning rate by, which are neither trained on nor in the test. */
  readonly heldOut?: LabelledImages;
  readonly test: LabelledImages;
  readonly batchSize: number;
  readonly steps: number;
  readonly learningRate: number;
  readonly momentum?: number;
  readonly weightDecay?: number;
  readonly schedule?: Schedule;
  /** Of the order of the images. */
  readonly seed: number;
  /** The number of steps from one test to the next. */
  readonly testEvery: number;
  readonly callbacks?: readonly Callback[];
  /** Called after each test. */
  readonly afterTest?: (step: number) => Promise<void>;
  readonly signal: AbortSignal;
}

/** How a training went. */
export interface Course {
  /** Of each step. */
  readonly losses: readonly Point[];
  /** On the test images. */
  readonly accuracies: readonly Point[];
  /** On the images that are held out; empty without any. */
  readonly heldOutAccuracies: readonly Point[];
  /** Whether the loss became infinite or NaN. */
  readonly hasDiverged: boolean;
}

const testBatch = 1000;

/** Trains with SGD for a number of steps, and tests on the way. A loss that is not finite ends the training. */
export async function trainAndTest(model: Module, options: TrainingOptions): Promise<Course> {
  const {
    train,
    heldOut,
    test,
    batchSize,
    steps,
    learningRate,
    momentum = 0,
    weightDecay = 0,
    schedule,
  } = options;
  const data = batches(train, { batchSize, shuffled: true, seed: options.seed });
  const optimizer = new SGD(model, { learningRate, momentum, weightDecay });
  const accuracies: Point[] = [];
  const heldOutAccuracies: Point[] = [];
  const measure = async (done: number): Promise<void> => {
    accuracies.push([done, await measureAccuracy(model, test)]);
    if (heldOut !== undefined) heldOutAccuracies.push([done, await measureAccuracy(model, heldOut)]);
  };
  const probe = {
    every: options.testEvery,
    run: async ({ steps: done }: { readonly steps: number }): Promise<void> => {
      await measure(done);
      await options.afterTest?.(done);
    },
  };
  const losses: Point[] = [];
  const recorder: Callback = {
    onBatch: ({ step, loss }) => {
      losses.push([step + 1, loss]);
    },
    onStep: ({ step }, control) => {
      if (step + 1 >= steps) control.stop();
    },
  };
  await fit(model, {
    data: data as never,
    loss: crossEntropy,
    optimizer,
    epochs: Math.ceil(steps / data.batchesPerEpoch),
    probe,
    callbacks: [recorder, ...(options.callbacks ?? [])],
    onNonFinite: "stop",
    signal: options.signal,
    ...(schedule !== undefined && { schedule }),
  });
  optimizer.dispose();
  const hasDiverged = losses.length === 0 || !losses.every(([, loss]) => Number.isFinite(loss));
  if (accuracies.at(-1)?.[0] !== losses.length) await measure(losses.length);
  return { losses, accuracies, heldOutAccuracies, hasDiverged };
}

/** The share of the images that are classified correctly; 0 if the outputs are not finite. */
export async function measureAccuracy(model: Module, images: LabelledImages): Promise<number> {
  const data = batches(images, { batchSize: Math.min(testBatch, images.labels.length) });
  const { metrics } = await evaluate(model, {
    data: data as never,
    loss: crossEntropy,
    metrics: { accuracy },
  });
  return Number.isFinite(metrics.accuracy) ? metrics.accuracy! : 0;
}

/** The first step at which the accuracy was reached; undefined if it never was. */
export const findStep = (accuracies: readonly Point[], goal: number): number | undefined =>
  accuracies.find(([, accuracy]) => accuracy >= goal)?.[0];

/** At most `count` points, at equal distances, so that results stay small. */
export function thin(points: readonly Point[], count = 200): readonly Point[] {
  const step = Math.max(1, Math.ceil(points.length / count));
  return points.filter((_, index) => index % step === 0 || index === points.length - 1);
}
