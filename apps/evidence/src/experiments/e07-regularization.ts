import { GhostBatches } from "@evenkeel/nn";
import type { Experiment, Outcome, Trial, TrialSetting } from "../experiment.ts";
import { loadImages } from "../images.ts";
import { makeConvnet } from "../networks.ts";
import { averageSeries, listNumbers, repeat, select } from "../outcomes.ts";
import { computeMean, summarizeMean } from "../statistics/summaries.ts";
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
    ...(quick ? { train: 1024, test: 500 } : { train: 2048, test: 5000 }),
    signal,
  });
  const steps = quick ? 60 : 480;
  const arm = setting.arm as Arm;
  const model = makeConvnet({
    hasNorm: arm !== "none",
    ...(arm !== "none" && { ghosts: new GhostBatches(Number(arm)) }),
    seed,
  });
  const { accuracies, losses, hasDiverged } = await trainAndTest(model, {
    ...images,
    batchSize,
    steps,
    learningRate: Number(setting.rate),
    momentum: 0.9,
    seed,
    testEvery: Math.ceil(steps / 24),
    signal,
  });
  const [train, test] = [
    await measureAccuracy(model, images.train),
    await measureAccuracy(model, images.test),
  ];
  model.dispose();
  return {
    numbers: {
      train: 100 * train,
      test: 100 * test,
      gap: 100 * (train - test),
      hasDiverged: Number(hasDiverged),
    },
    series: { accuracy: thin(accuracies), loss: thin(losses, 48) },
  };
}

/** The outcomes of an arm at the rate with the best test accuracy, on average over the seeds. */
function selectBest(outcomes: readonly Outcome[], arm: Arm): readonly Outcome[] {
  const average = (rate: number): number => computeMean(listNumbers(select(outcomes, { arm, rate }), "test"));
  const tried = rates.filter((rate) => select(outcomes, { arm, rate }).length > 0);
  const best = tried.reduce((best, rate) => (average(rate) > average(best) ? rate : best));
  return select(outcomes, { arm, rate: best });
}

const listDifferences = (outcomes: readonly Outcome[], name: string, one: Arm, other: Arm): number[] => {
  const others = listNumbers(selectBest(outcomes, other), name);
  return listNumbers(selectBest(outcomes, one), name).map((value, index) => value - others[index]!);
};

export const regularization: Experiment = {
  id: "E7",
  title: "The noise of batch statistics regularizes",
  claim: "regularization",
  statement:
    "With few training images, normalizing by small parts of a batch, whose statistics are noisy, leaves a smaller gap between training and test accuracy than normalizing by the whole batch.",
  paper:
    "Ioffe and Szegedy 2015, section 3.4: a training example is seen with others of its batch, which regularizes; Luo et al. 2019: the noise of the batch statistics acts as a penalty on the scales",
  setup:
    "Six 3x3 convolutions on 2,048 images of Fashion-MNIST, 30 epochs in batches of 128, without augmentation; batch norm normalizes parts of 8, of 32, or the whole batch; the test uses running statistics. SGD with momentum 0.9 and the better of the learning rates 0.01 and 0.05 for each, five seeds.",
  metric:
    "training accuracy minus test accuracy, in points, and the differences between arms of the same seed",
  cost: "40 minutes",
  seeds: 5,
  thresholds: [
    {
      measure: "gap with whole batches minus gap with parts of 8",
      expected: "above 0 with its whole interval",
      accepts: (_, [low]) => low > 0,
    },
    {
      measure: "test accuracy with parts of 8 minus that with whole batches",
      expected: "above 0 with its whole interval",
      accepts: (_, [low]) => low > 0,
    },
  ],
  listTrials: ({ seeds, quick }) =>
    armNames.flatMap((arm) =>
      (quick ? [0.05] : rates).flatMap((rate) => repeat(`${arm}-${rate}`, seeds, { arm, rate })),
    ),
  runTrial,
  summarize: (outcomes) => [
    summarizeMean(
      "gap with whole batches minus gap with parts of 8",
      listDifferences(outcomes, "gap", "128", "8"),
      "points",
    ),
    summarizeMean(
      "test accuracy with parts of 8 minus that with whole batches",
      listDifferences(outcomes, "test", "8", "128"),
      "points",
    ),
    summarizeMean(
      "test accuracy with whole batches minus that without batch norm",
      listDifferences(outcomes, "test", "128", "none"),
      "points",
    ),
    ...armNames.flatMap((arm) => [
      summarizeMean(`gap ${arms[arm]}`, listNumbers(selectBest(outcomes, arm), "gap"), "points"),
      summarizeMean(`test accuracy ${arms[arm]}`, listNumbers(selectBest(outcomes, arm), "test"), "%"),
    ]),
  ],
  judge: (met) => {
    if (met.size === 2) return "supported";
    return met.size === 0 ? "contradicted" : "supported under these conditions";
  },
  draw: (outcomes) => [
    {
      kind: "line-chart",
      title: "Test accuracy (mean of the seeds)",
      x: { name: "step" },
      y: { name: "accuracy" },
      series: armNames.map((arm) => ({
        name: arms[arm],
        points: averageSeries(selectBest(outcomes, arm), "accuracy"),
      })),
    },
    {
      kind: "line-chart",
      title: "Training loss (mean of the seeds)",
      x: { name: "step" },
      y: { name: "loss", scale: "logarithmic" },
      series: armNames.map((arm) => ({
        name: arms[arm],
        points: averageSeries(selectBest(outcomes, arm), "loss"),
      })),
    },
  ],
  advice:
    "Do not count on batch norm as the only regularizer: augmentation and weight decay do more. If you raise the batch size and the test accuracy falls, ghost batches bring the noise back.",
};
