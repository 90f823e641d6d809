import type { Experiment, Outcome, Trial, TrialSetting } from "../experiment.ts";
import { loadImages } from "../images.ts";
import { makeConvnet } from "../networks.ts";
import { averageSeries, listNumbers, readRate, repeat, select, selectBestRate } from "../outcomes.ts";
import { summarizeMean, summarizeRatio } from "../statistics/summaries.ts";
import { findStep, thin, trainAndTest } from "../training.ts";

const arms = {
  "relu-none": "ReLU, without batch norm",
  "relu-batch": "ReLU, with batch norm",
  "sigmoid-none": "sigmoid, without batch norm",
  "sigmoid-batch": "sigmoid, with batch norm",
} as const;
type Arm = keyof typeof arms;
const armNames = Object.keys(arms) as Arm[];

/** Each is five times the one before: the arms x1, x5 and x25 of the paper's x1, x5 and x30. */
const rates = [0.002, 0.01, 0.05, 0.25] as const;
const batchSize = 64;
const chance = 0.1;

async function runTrial({ seed, setting }: Trial, { quick, signal }: TrialSetting) {
  const steps = quick ? 60 : 600;
  const images = await loadImages("fashion-mnist", {
    ...(quick ? { train: 2560, heldOut: 500, test: 500 } : { train: 12_800, heldOut: 2000, test: 2000 }),
    signal,
  });
  const [activation, norm] = String(setting.arm).split("-") as ["relu" | "sigmoid", string];
  const model = makeConvnet({ hasNorm: norm === "batch", activation, seed });
  const { accuracies, heldOutAccuracies, hasDiverged } = await trainAndTest(model, {
    ...images,
    batchSize,
    steps,
    learningRate: Number(setting.rate),
    momentum: 0.9,
    seed,
    testEvery: steps / 30,
    signal,
  });
  model.dispose();
  return {
    numbers: {
      best: Math.max(...accuracies.map(([, accuracy]) => accuracy)),
      heldOut: hasDiverged ? 0 : heldOutAccuracies.at(-1)![1],
      last: hasDiverged ? 0 : accuracies.at(-1)![1],
      hasDiverged: Number(hasDiverged),
      steps,
    },
    series: { accuracy: thin(accuracies) },
  };
}

const ofRate = (outcomes: readonly Outcome[], arm: Arm, rate: number): readonly Outcome[] =>
  select(outcomes, { arm, rate });

/** The outcomes of an arm at the rate with the best accuracy on images that are held out. */
const selectBest = (outcomes: readonly Outcome[], arm: Arm): readonly Outcome[] =>
  selectBestRate(outcomes, arm, ({ heldOut }) => heldOut!);

/** The steps to the best accuracy that the plain network of the same seed reaches; all steps where that is not reached. */
const listSteps = (chosen: readonly Outcome[], plain: readonly Outcome[]): number[] =>
  chosen.map(
    ({ series, numbers }, index) => findStep(series.accuracy!, plain[index]!.numbers.best!) ?? numbers.steps!,
  );

function summarize(outcomes: readonly Outcome[]) {
  const plain = selectBest(outcomes, "relu-none");
  const base = readRate(plain);
  const same = ofRate(outcomes, "relu-batch", base);
  const best = selectBest(outcomes, "relu-batch");
  const faster = rates[rates.indexOf(base as (typeof rates)[number]) + 1];
  const plainFaster = faster === undefined ? [] : ofRate(outcomes, "relu-none", faster);
  const steps = listSteps(plain, plain);
  return [
    summarizeRatio("steps without over steps with batch norm, same rate", steps, listSteps(same, plain)),
    summarizeMean(
      "accuracy without batch norm at five times its best rate",
      plainFaster.length === 0 ? [Number.NaN] : listNumbers(plainFaster, "last"),
    ),
    summarizeMean(
      "accuracy of sigmoids without batch norm, best rate",
      listNumbers(selectBest(outcomes, "sigmoid-none"), "best"),
    ),
    summarizeMean(
      "accuracy of sigmoids with batch norm, best rate",
      listNumbers(selectBest(outcomes, "sigmoid-batch"), "best"),
    ),
    summarizeRatio("steps without over steps with batch norm, best rates", steps, listSteps(best, plain)),
    summarizeMean("best accuracy without batch norm", listNumbers(plain, "best")),
    summarizeMean("best accuracy with batch norm", listNumbers(best, "best")),
    summarizeMean("best learning rate without batch norm", [base]),
  ];
}

export const fasterConvergence: Experiment = {
  id: "E2",
  title: "A convolutional network needs fewer steps with batch norm, and stands larger learning rates",
  claim: "faster training",
  statement:
    "At the same learning rate, batch norm alone reaches the accuracy of the network without it in two thirds of the steps; at five times that rate the plain network fails, and batch norm makes a deep network of sigmoids trainable.",
  paper:
    "Ioffe and Szegedy 2015, figure 3 (ImageNet): 31.0 million steps to 72.2 % without, 13.3 million with batch norm, 2.1 million at five times the rate with the other changes; BN-x5-Sigmoid reaches 69.8 %, and without batch norm a sigmoid network stays at chance",
  setup:
    "Six 3x3 convolutions on 12,800 images of Fashion-MNIST, batches of 64, 600 steps of SGD with momentum 0.9, with ReLU and with sigmoids, with and without batch norm, learning rates 0.002, 0.01, 0.05 and 0.25, five seeds; the best rate of each is chosen on 2,000 training images that are held out. Nothing else changes with batch norm.",
  metric:
    "steps to the best test accuracy of the network without batch norm, which is measured every 20 steps, and the best test accuracies of the training",
  cost: "80 minutes",
  seeds: 5,
  thresholds: [
    {
      measure: "steps without over steps with batch norm, same rate",
      expected: "at least 1.5",
      accepts: (value) => value >= 1.5,
    },
    {
      measure: "accuracy without batch norm at five times its best rate",
      expected: "at most 0.15: it fails",
      accepts: (value) => value <= 1.5 * chance,
    },
    {
      measure: "accuracy of sigmoids without batch norm, best rate",
      expected: "at most 0.15, chance is 0.1",
      accepts: (value) => value <= 1.5 * chance,
    },
    {
      measure: "accuracy of sigmoids with batch norm, best rate",
      expected: "more than 0.4",
      accepts: (value) => value > 4 * chance,
    },
  ],
  listTrials: ({ seeds, quick }) =>
    armNames.flatMap((arm) =>
      (quick ? rates.slice(1, 3) : rates).flatMap((rate) => repeat(`${arm}-${rate}`, seeds, { arm, rate })),
    ),
  runTrial,
  summarize,
  judge: (met) => {
    if (met.size === 4) return "supported";
    return met.has("steps without over steps with batch norm, same rate")
      ? "supported under these conditions"
      : "not supported";
  },
  draw: (outcomes) =>
    (["relu", "sigmoid"] as const).map((activation) => ({
      kind: "line-chart",
      title: `Test accuracy with ${activation === "relu" ? "ReLU" : "sigmoids"} (mean of the seeds)`,
      x: { name: "step" },
      y: { name: "accuracy", include: [0, 1] },
      series: (["none", "batch"] as const).flatMap((norm) => {
        const arm = `${activation}-${norm}` as const;
        return rates
          .filter((rate) => ofRate(outcomes, arm, rate).length > 0)
          .slice(1)
          .map((rate) => ({
            name: `${norm === "batch" ? "with" : "without"}, rate ${rate}`,
            points: averageSeries(ofRate(outcomes, arm, rate), "accuracy"),
          }));
      }),
    })),
  advice:
    "Expect batch norm to save a quarter to two fifths of the steps of a short training: the threshold is only just met. The learning rate that was best without it was best with it too, so a larger rate gained nothing here; but at five times that rate, where the network without it stays at chance, it trains almost as well. Without it, six layers of sigmoids do not begin to learn in these 600 steps.",
};
