import { GhostBatches } from "@evenkeel/nn";
import type { Experiment, Outcome, Trial, TrialSetting } from "../experiment.ts";
import { loadImages } from "../images.ts";
import { makeConvnet } from "../networks.ts";
import { averageSeries, listNumbers, readRate, repeat, select, selectBestRate } from "../outcomes.ts";
import { summarizeDifference, summarizeMean } from "../statistics/summaries.ts";
import { measureAccuracy, thin, trainAndTest } from "../training.ts";

/** The examples that are normalized together; none for no batch norm. */
const arms = {
  "8": "parts of 8",
  "32": "parts of 32",
  "128": "whole batches of 128",
  none: "without batch norm",
} as const;
type Arm = keyof typeof arms;
const armNames = ["8", "32", "128", "none"] as const;
const rates = [0.01, 0.05] as const;
const batchSize = 128;

async function runTrial({ seed, setting }: Trial, { quick, signal }: TrialSetting) {
  const images = await loadImages("fashion-mnist", {
    ...(quick ? { train: 512, heldOut: 200, test: 1000 } : { train: 2048, heldOut: 2000, test: 5000 }),
    signal,
  });
  const steps = quick ? 64 : 480;
  const arm = setting.arm as Arm;
  const model = makeConvnet({
    hasNorm: arm !== "none",
    ...(arm !== "none" && { ghosts: new GhostBatches(Number(arm)) }),
    seed,
  });
  const { accuracies, heldOutAccuracies, losses, hasDiverged } = await trainAndTest(model, {
    ...images,
    batchSize,
    steps,
    learningRate: Number(setting.rate),
    momentum: 0.9,
    seed,
    testEvery: Math.ceil(steps / 24),
    signal,
  });
  const train = await measureAccuracy(model, images.train);
  model.dispose();
  const test = accuracies.at(-1)![1];
  return {
    numbers: {
      heldOut: heldOutAccuracies.at(-1)![1],
      train: 100 * train,
      test: 100 * test,
      gap: 100 * (train - test),
      hasDiverged: Number(hasDiverged),
    },
    series: { accuracy: thin(accuracies), loss: thin(losses, 48) },
  };
}

/** The outcomes of an arm at the rate with the best accuracy on images that are held out. */
const selectBest = (outcomes: readonly Outcome[], arm: Arm): readonly Outcome[] =>
  selectBestRate(outcomes, arm, ({ heldOut }) => heldOut!);

/** The arms that were run; a quick run leaves out two. */
const listArms = (outcomes: readonly Outcome[]): readonly Arm[] =>
  armNames.filter((arm) => select(outcomes, { arm }).length > 0);

const compare = (
  name: string,
  outcomes: readonly Outcome[],
  number: string,
  [one, other]: readonly [Arm, Arm],
) =>
  summarizeDifference(
    name,
    listNumbers(selectBest(outcomes, one), number),
    listNumbers(selectBest(outcomes, other), number),
    "points",
  );

export const regularization: Experiment = {
  id: "E7",
  title: "The noise of batch statistics regularizes",
  claim: "regularization",
  statement:
    "With few training images, normalizing by small parts of a batch, whose statistics are noisy, leaves a smaller gap between training and test accuracy, and a higher test accuracy, than normalizing by the whole batch.",
  paper:
    "Ioffe and Szegedy 2015, section 3.4: a training example is seen with others of its batch, which regularizes; Luo et al. 2019: the noise of the batch statistics acts as a penalty on the scales",
  setup:
    "Six 3x3 convolutions on 2,048 images of Fashion-MNIST, 30 epochs in batches of 128, without augmentation; batch norm normalizes parts of 8, of 32, or the whole batch; the test uses running statistics, which lag behind the weights in so short a training (E6). SGD with momentum 0.9 and the better of the learning rates 0.01 and 0.05 for each, by the accuracy on 2,000 images that are held out; five seeds.",
  metric:
    "training accuracy minus test accuracy, in points, and the differences between arms of the same seed",
  cost: "50 minutes",
  seeds: 5,
  thresholds: [
    {
      measure: "gap with whole batches minus gap with parts of 8",
      expected: "above 0 with its whole interval",
      accepts: (_, [low]) => low > 0,
      opposes: (_, [, high]) => high < 0,
    },
    {
      measure: "test accuracy with parts of 8 minus that with whole batches",
      expected: "above 0 with its whole interval",
      accepts: (_, [low]) => low > 0,
      opposes: (_, [, high]) => high < 0,
    },
  ],
  listTrials: ({ seeds, quick }) =>
    (quick ? (["8", "128"] as const) : armNames).flatMap((arm) =>
      (quick ? [0.05] : rates).flatMap((rate) => repeat(`${arm}-${rate}`, seeds, { arm, rate })),
    ),
  runTrial,
  summarize: (outcomes) => [
    compare("gap with whole batches minus gap with parts of 8", outcomes, "gap", ["128", "8"]),
    compare("test accuracy with parts of 8 minus that with whole batches", outcomes, "test", ["8", "128"]),
    ...(listArms(outcomes).includes("none")
      ? [
          compare("test accuracy with whole batches minus that without batch norm", outcomes, "test", [
            "128",
            "none",
          ]),
        ]
      : []),
    ...listArms(outcomes).flatMap((arm) => [
      summarizeMean(`gap ${arms[arm]}`, listNumbers(selectBest(outcomes, arm), "gap"), "points"),
      summarizeMean(`test accuracy ${arms[arm]}`, listNumbers(selectBest(outcomes, arm), "test"), "%"),
      summarizeMean(`best learning rate ${arms[arm]}`, [readRate(selectBest(outcomes, arm))]),
    ]),
  ],
  judge: (met, opposed) => {
    if (met.size === 2) return "supported";
    if (met.size === 1) return "supported under these conditions";
    return opposed.size > 0 ? "contradicted" : "not supported";
  },
  draw: (outcomes) => [
    {
      kind: "line-chart",
      title: "Test accuracy (mean of the seeds)",
      x: { name: "step" },
      y: { name: "accuracy" },
      series: listArms(outcomes).map((arm) => ({
        name: arms[arm],
        points: averageSeries(selectBest(outcomes, arm), "accuracy"),
      })),
    },
    {
      kind: "line-chart",
      title: "Training loss (mean of the seeds)",
      x: { name: "step" },
      y: { name: "loss", scale: "logarithmic" },
      series: listArms(outcomes).map((arm) => ({
        name: arms[arm],
        points: averageSeries(selectBest(outcomes, arm), "loss"),
      })),
    },
  ],
  advice:
    "Do not count on batch norm to regularize. After as many steps it fits the training images better than the network without it (97 against 89 %), and the gap to the test is twice as large; the test accuracies differ by no more than five seeds can show. Parts of 8 have the highest test accuracy, 83.1 against 80.6 %, which may be chance too.",
};
