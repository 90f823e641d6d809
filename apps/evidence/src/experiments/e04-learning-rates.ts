import { findUsableLearningRates, searchAlongGradient } from "@evenkeel/instruments";
import { convnet, resnet56 } from "@evenkeel/models";
import { crossEntropy, type Module } from "@evenkeel/nn";
import { mul, scope, tensor } from "@evenkeel/tensor";
import type { Experiment, Outcome, Trial, TrialSetting } from "../experiment.ts";
import { type LabelledImages, loadImages } from "../images.ts";
import { averageSeries, listNumbers, overflow, select } from "../outcomes.ts";
import { computeMean, summarizeMean } from "../statistics/summaries.ts";
import { trainAndTest } from "../training.ts";

const arms = { batch: "with batch norm", none: "without batch norm" } as const;
type Arm = keyof typeof arms;
const armNames = Object.keys(arms) as Arm[];

/** By half decades. */
const rates = [1e-4, 3.2e-4, 1e-3, 3.2e-3, 0.01, 0.032, 0.1, 0.32, 1, 3.2, 10] as const;
const scales = [0.1, 1, 10] as const;
const stepRates = [1e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3] as const;
/** A training that reaches it was of use: the best ones reach 0.85. */
const usefulAccuracy = 0.7;
const batchSize = 128;

/** Multiplies all weights; biases, scales and shifts stay as they are. */
function scaleWeights(model: Module, scale: number): void {
  for (const parameter of model.parameters()) {
    if (parameter.value.rank < 2) continue;
    scope(() => {
      parameter.value = mul(parameter.value, scale);
    });
  }
}

async function measureRange({ seed, setting }: Trial, { quick, signal }: TrialSetting) {
  const images = await loadImages("fashion-mnist", { train: quick ? 2560 : 6400, test: 1000, signal });
  const steps = quick ? 40 : 150;
  const tried = quick ? rates.filter((_, index) => index % 2 === 0) : rates;
  const { results, decades } = await findUsableLearningRates({
    learningRates: tried,
    train: async (learningRate) => {
      const model = convnet({ normalization: setting.arm as Arm, seed });
      scaleWeights(model, Number(setting.scale));
      const options = {
        ...images,
        batchSize,
        steps,
        learningRate,
        momentum: 0.9,
        seed,
        testEvery: steps,
        signal,
      };
      const { accuracies, hasDiverged } = await trainAndTest(model, options);
      model.dispose();
      return hasDiverged ? Number.NaN : accuracies.at(-1)![1];
    },
    accepts: (reached) => reached >= (quick ? usefulAccuracy - 0.15 : usefulAccuracy),
  });
  const reached = results.map(({ learningRate, reached: accuracy }) => [learningRate, accuracy] as const);
  return { numbers: { decades }, series: { reached } };
}

function takeBatch({ inputs, labels }: LabelledImages, seed: number) {
  const start = (seed - 1) * batchSize;
  const values = inputs.data.length / labels.length;
  return {
    inputs: tensor(inputs.data.subarray(start * values, (start + batchSize) * values), {
      shape: [batchSize, ...inputs.shape.slice(1)],
    }),
    labels: tensor(labels.subarray(start, start + batchSize)),
  };
}

/** The residual network at initialization, as in figure 3 of Bjorck et al. 2018. */
async function measureStep({ seed, setting }: Trial, { quick, signal }: TrialSetting) {
  const { train } = await loadImages("fashion-mnist", { train: 20 * batchSize, test: 1, signal });
  const batch = takeBatch(train, seed);
  const model = resnet56({ inChannels: 1, normalization: setting.arm as Arm, seed });
  const learningRates = quick ? [1e-3, 0.01, 0.1] : stepRates;
  const { points, loss } = await searchAlongGradient(model, batch, { loss: crossEntropy, learningRates });
  for (const one of [model, batch.inputs, batch.labels]) one.dispose();
  const ratio = (point: { readonly ratio: number }): number =>
    Number.isNaN(point.ratio) ? overflow : Math.min(point.ratio, overflow);
  const upTo = (rate: number): number =>
    Math.max(...points.filter(({ learningRate }) => learningRate <= rate).map(ratio));
  return {
    numbers: { loss, ratioAtHundredth: upTo(0.01), ratioAtTenth: upTo(0.1) },
    series: { ratio: points.map((point) => [point.learningRate, ratio(point)] as const) },
  };
}

const ofKind = (outcomes: readonly Outcome[], kind: string, arm: Arm): readonly Outcome[] =>
  select(outcomes, { kind, arm });

/** The mean over the scales of each seed. */
const listDecades = (outcomes: readonly Outcome[], arm: Arm): number[] => {
  const chosen = ofKind(outcomes, "range", arm);
  const seeds = [...new Set(chosen.map(({ trial }) => trial.seed))];
  return seeds.map((seed) =>
    computeMean(chosen.filter(({ trial }) => trial.seed === seed).map(({ numbers }) => numbers.decades!)),
  );
};

export const learningRates: Experiment = {
  id: "E4",
  title: "Batch norm widens the range of learning rates, and makes large steps less harmful",
  claim: "robustness",
  statement:
    "With batch norm, the range of learning rates that train a network is ten times as wide, over initial weights of three scales, and a step that raises the loss a thousandfold without batch norm raises it less than tenfold.",
  paper:
    "Bjorck et al. 2018, figure 3: without batch norm one step of 0.001 to 0.005 raises the loss more than a thousandfold, with it at most threefold up to 0.2",
  setup:
    "A small convolutional network on 6,400 images of Fashion-MNIST, 150 steps of SGD with momentum 0.9, with learning rates from 0.0001 to 10 and initial weights times 0.1, 1 and 10; of use is a rate that leads to 70 % test accuracy. One step of gradient descent of ResNet-56 at initialization.",
  metric:
    "the width of the range of usable rates in powers of ten; the loss of a batch after a step over the loss before it",
  cost: "15 minutes",
  seeds: 3,
  thresholds: [
    {
      measure: "additional powers of ten of usable rates",
      expected: "at least 1",
      accepts: (value) => value >= 1,
    },
    {
      measure: "loss ratio without batch norm, steps up to 0.01",
      expected: "more than 1,000",
      accepts: (value) => value > 1000,
    },
    {
      measure: "loss ratio with batch norm, steps up to 0.1",
      expected: "less than 10",
      accepts: (value) => value < 10,
    },
  ],
  listTrials: ({ seeds }) =>
    armNames.flatMap((arm) =>
      Array.from({ length: seeds }, (_, index) => index + 1).flatMap((seed) => [
        { id: `step-${arm}-${seed}`, seed, setting: { kind: "step", arm } },
        ...scales.map((scale) => ({
          id: `range-${arm}-${scale}-${seed}`,
          seed,
          setting: { kind: "range", arm, scale },
        })),
      ]),
    ),
  runTrial: (trial, setting) =>
    trial.setting.kind === "step" ? measureStep(trial, setting) : measureRange(trial, setting),
  summarize: (outcomes) => {
    const [withNorm, without] = [listDecades(outcomes, "batch"), listDecades(outcomes, "none")];
    const ratios = (arm: Arm, name: string): number[] => listNumbers(ofKind(outcomes, "step", arm), name);
    return [
      summarizeMean(
        "additional powers of ten of usable rates",
        withNorm.map((decades, index) => decades - without[index]!),
      ),
      summarizeMean("loss ratio without batch norm, steps up to 0.01", ratios("none", "ratioAtHundredth")),
      summarizeMean("loss ratio with batch norm, steps up to 0.1", ratios("batch", "ratioAtTenth")),
      summarizeMean("powers of ten of usable rates with batch norm", withNorm),
      summarizeMean("powers of ten of usable rates without batch norm", without),
      ...scales.flatMap((scale) =>
        armNames.map((arm) =>
          summarizeMean(
            `the same ${arms[arm]}, weights times ${scale}`,
            listNumbers(select(outcomes, { kind: "range", arm, scale }), "decades"),
          ),
        ),
      ),
    ];
  },
  judge: (met) => {
    if (met.size === 3) return "supported";
    return met.size === 0 ? "not supported" : "supported under these conditions";
  },
  draw: (outcomes) => [
    ...scales.map((scale) => ({
      kind: "line-chart" as const,
      title: `Test accuracy after training, initial weights times ${scale} (mean of the seeds; diverged counts as 0)`,
      x: { name: "learning rate", scale: "logarithmic" as const },
      y: { name: "accuracy", include: [0, 1] },
      series: armNames.map((arm) => ({
        name: arms[arm],
        points: averageSeries(select(outcomes, { kind: "range", arm, scale }), "reached", 0),
      })),
    })),
    {
      kind: "line-chart",
      title: "The loss of a batch after one step of ResNet-56 at initialization (mean of the seeds)",
      x: { name: "learning rate", scale: "logarithmic" },
      y: { name: "loss after over loss before", scale: "logarithmic" },
      series: armNames.map((arm) => ({
        name: arms[arm],
        points: averageSeries(ofKind(outcomes, "step", arm), "ratio"),
      })),
    },
  ],
  advice:
    "With batch norm, every learning rate from 0.01 to 1 trains this network, whatever the scale of its initial weights. Without it, rates from 0.0032 to 0.1 do at the usual weights, none at a tenth of them, and at ten times them only rates at the lower end of those tried, or below: initialization and rate must be found together. The residual network without batch norm begins with so large a loss that even a step of 0.0001 multiplies it; smaller weights in its branches are the usual remedy, which was not tried here.",
};
