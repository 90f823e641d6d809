import { BatchNorm1d, init, Linear, Module } from "@evenkeel/nn";
import { flatten, scope, sigmoid, type Tensor, tensor, withoutStateChanges } from "@evenkeel/tensor";
import type { Experiment, Outcome, Trial } from "../experiment.ts";
import { type LabelledImages, loadImages } from "../images.ts";
import { averageSeries, listNumbers, readRate, repeat, select, selectBestRate } from "../outcomes.ts";
import { computeMean, summarizeMean, summarizeRatio } from "../statistics/summaries.ts";
import { findStep, type Point, thin, trainAndTest } from "../training.ts";

const arms = { batch: "with batch norm", none: "without batch norm" } as const;
type Arm = keyof typeof arms;

const rates = [0.1, 0.3, 1, 3, 10] as const;
const batchSize = 60;
/** Of a full run, and of a quick one, which is far from done. */
const goals = { full: 0.95, quick: 0.8 } as const;
const hidden = 100;
const quantiles = [0.15, 0.5, 0.85] as const;

/** Figure 1 of Ioffe and Szegedy 2015: three layers of 100 sigmoid units. */
class SigmoidNetwork extends Module {
  readonly linears: readonly Linear[];
  readonly norms: readonly BatchNorm1d[];
  readonly output: Linear;

  constructor(arm: Arm, seed: number) {
    super();
    const options = { weightInit: init.normal(0, 0.1), biasInit: init.zeros };
    this.linears = [784, hidden, hidden].map(
      (inputs, index) => new Linear(inputs, hidden, { ...options, seed: 4 * seed + index }),
    );
    this.norms = arm === "batch" ? this.linears.map(() => new BatchNorm1d(hidden)) : [];
    this.output = new Linear(hidden, 10, { ...options, seed: 4 * seed + 3 });
  }

  forward(x: Tensor): Tensor {
    return this.output.forward(sigmoid(this.computeLastInputs(x)));
  }

  /** What the sigmoids of the last hidden layer get. */
  computeLastInputs(x: Tensor): Tensor {
    return this.linears.reduce((y, linear, index) => {
      const z = linear.forward(index === 0 ? flatten(y, 1) : sigmoid(y));
      return this.norms[index]?.forward(z) ?? z;
    }, x);
  }
}

/** The quantiles of each unit over test images, [3, units], in evaluation mode. */
async function measureQuantiles(model: SigmoidNetwork, { inputs }: LabelledImages): Promise<number[]> {
  const count = Math.min(500, inputs.shape[0]);
  const x = tensor(inputs.data.subarray(0, count * 784), { shape: [count, 784] });
  model.eval();
  const found = scope(() => withoutStateChanges(() => model.computeLastInputs(x)));
  model.train();
  const values = await found.data();
  for (const one of [x, found]) one.dispose();
  const units = Array.from({ length: hidden }, (_, unit) =>
    Float64Array.from({ length: count }, (_, image) => Number(values[image * hidden + unit])).sort(),
  );
  return quantiles.flatMap((share) => units.map((sorted) => sorted[Math.round(share * (count - 1))]!));
}

/**
 * How much the distribution of a unit's input moves during training: the range of each quantile over time, after the first tenth of the
 * tests, over the distance between the outer quantiles at the end; the mean over quantiles and units.
 */
function computeMovement(history: readonly (readonly number[])[]): number {
  const settled = history.slice(Math.ceil(history.length / 10));
  const last = settled.at(-1)!;
  const movements = last.flatMap((_, index) => {
    const unit = index % hidden;
    const width = last[2 * hidden + unit]! - last[unit]!;
    const values = settled.map((values) => values[index]!);
    return width > 0 ? [(Math.max(...values) - Math.min(...values)) / width] : [];
  });
  return computeMean(movements);
}

async function runTrial(
  { seed, setting }: Trial,
  { quick, signal }: { readonly quick: boolean; readonly signal: AbortSignal },
) {
  const steps = quick ? 1500 : 50_000;
  const goal = quick ? goals.quick : goals.full;
  const images = await loadImages("mnist", {
    ...(quick ? { train: 12_000, heldOut: 500, test: 1000 } : { train: 58_000, heldOut: 2000, test: 10_000 }),
    isBinary: true,
    signal,
  });
  const model = new SigmoidNetwork(setting.arm as Arm, seed);
  const history: number[][] = [];
  const { accuracies, heldOutAccuracies, hasDiverged } = await trainAndTest(model, {
    ...images,
    batchSize,
    steps,
    learningRate: Number(setting.rate),
    seed,
    testEvery: steps / (quick ? 30 : 200),
    afterTest: async () => {
      history.push(await measureQuantiles(model, images.test));
    },
    signal,
  });
  model.dispose();
  const unit = (row: number): Point[] =>
    history.map((values, index) => [accuracies[index]![0], values[row * hidden]!]);
  return {
    numbers: {
      // A network that does not get there counts as one that gets there at the end.
      steps: findStep(accuracies, goal) ?? steps,
      heldOutSteps: findStep(heldOutAccuracies, goal) ?? steps,
      hasReached: findStep(accuracies, goal) === undefined ? 0 : 1,
      accuracy: Math.max(...accuracies.map(([, value]) => value)),
      movement: computeMovement(history),
      hasDiverged: Number(hasDiverged),
    },
    series: {
      accuracy: thin(accuracies),
      low: thin(unit(0)),
      middle: thin(unit(1)),
      high: thin(unit(2)),
    },
  };
}

const ofRate = (outcomes: readonly Outcome[], arm: Arm, rate: number): readonly Outcome[] =>
  select(outcomes, { arm, rate });
const listSteps = (outcomes: readonly Outcome[]): number[] => listNumbers(outcomes, "steps");

/** The outcomes of an arm at the rate at which it needs the fewest steps on images that are held out. */
const selectBest = (outcomes: readonly Outcome[], arm: Arm): readonly Outcome[] =>
  selectBestRate(outcomes, arm, ({ heldOutSteps }) => -heldOutSteps!);

export const sigmoidNetwork: Experiment = {
  id: "E1",
  title: "A sigmoid network on MNIST learns faster, and the inputs of its sigmoids move less",
  claim: "faster training",
  statement:
    "A network of sigmoid units reaches 95 % in a fifth of the steps at the same learning rate, and in half of the steps against the best learning rate without batch norm, while the distribution of a unit's input moves half as much.",
  paper:
    "Ioffe and Szegedy 2015, figure 1: higher accuracy after fewer of 50,000 steps, and 15th, 50th and 85th percentiles of the input of a sigmoid in the last hidden layer that are more stable",
  setup:
    "Figure 1's network: binary images of MNIST, three layers of 100 sigmoid units, batches of 60, 50,000 steps of SGD. Weights are normal with deviation 0.1. Both networks are trained with learning rates 0.1, 0.3, 1, 3 and 10, and five seeds; the best rate of each is the one with the fewest steps to 95 % of 2,000 training images that are held out.",
  metric:
    "steps to 95 % test accuracy, 50,000 where that is not reached, and how far the percentiles of the inputs of the last layer's sigmoids move after the first tenth of the training, in units of the distance between the outer ones",
  cost: "100 minutes",
  seeds: 5,
  thresholds: [
    {
      measure: "steps with over steps without batch norm, same rate",
      expected: "at most 1/5, at the rate that is best without batch norm",
      accepts: (value) => value <= 1 / 5,
    },
    {
      measure: "steps with over steps without batch norm, best rates",
      expected: "at most 1/2",
      accepts: (value) => value <= 1 / 2,
    },
    {
      measure: "movement of percentiles with over without batch norm",
      expected: "at most 1/2, at the best rates",
      accepts: (value) => value <= 1 / 2,
    },
  ],
  listTrials: ({ seeds, quick }) =>
    (Object.keys(arms) as Arm[]).flatMap((arm) =>
      (quick ? [0.1] : rates).flatMap((rate) => repeat(`${arm}-${rate}`, seeds, { arm, rate })),
    ),
  runTrial,
  summarize: (outcomes) => {
    const [best, plain] = [selectBest(outcomes, "batch"), selectBest(outcomes, "none")];
    const same = ofRate(outcomes, "batch", readRate(plain));
    const movements = (chosen: readonly Outcome[]): number[] => listNumbers(chosen, "movement");
    return [
      summarizeRatio(
        "steps with over steps without batch norm, same rate",
        listSteps(same),
        listSteps(plain),
      ),
      summarizeRatio(
        "steps with over steps without batch norm, best rates",
        listSteps(best),
        listSteps(plain),
      ),
      summarizeRatio(
        "movement of percentiles with over without batch norm",
        movements(best),
        movements(plain),
      ),
      summarizeMean("steps to 95 % with batch norm", listSteps(best)),
      summarizeMean("steps to 95 % without batch norm", listSteps(plain)),
      summarizeMean("best accuracy with batch norm", listNumbers(best, "accuracy")),
      summarizeMean("best accuracy without batch norm", listNumbers(plain, "accuracy")),
      summarizeMean("best learning rate with batch norm", [readRate(best)]),
      summarizeMean("best learning rate without batch norm", [readRate(plain)]),
    ];
  },
  judge: (met) => {
    if (met.size === 3) return "supported";
    return met.size === 0 ? "not supported" : "supported under these conditions";
  },
  draw: (outcomes) => {
    const chosen = (Object.keys(arms) as Arm[]).map((arm) => ({
      arm,
      group: selectBest(outcomes, arm),
    }));
    return [
      {
        kind: "line-chart",
        title: "Test accuracy at the best learning rate of each (mean of the seeds)",
        x: { name: "step" },
        y: { name: "accuracy" },
        series: chosen.map(({ arm, group }) => ({
          name: arms[arm],
          points: averageSeries(group, "accuracy"),
        })),
      },
      {
        kind: "line-chart",
        title: "Steps to the goal by learning rate, all steps where it is not reached (mean of the seeds)",
        x: { name: "learning rate", scale: "logarithmic" },
        y: { name: "steps", scale: "logarithmic" },
        series: chosen.map(({ arm }) => ({
          name: arms[arm],
          points: rates.flatMap((rate): Point[] => {
            const group = ofRate(outcomes, arm, rate);
            return group.length === 0 ? [] : [[rate, computeMean(listSteps(group))]];
          }),
        })),
      },
      ...chosen.map(({ arm, group: [first] }) => ({
        kind: "line-chart" as const,
        title: `Input of one sigmoid ${arms[arm]}, percentiles over test images (seed ${first!.trial.seed})`,
        x: { name: "step" },
        y: { name: "input of the sigmoid" },
        series: [
          { name: "85th", points: first!.series.high! },
          { name: "50th", points: first!.series.middle! },
          { name: "15th", points: first!.series.low! },
        ],
      })),
    ];
  },
  advice:
    "Do not expect speed from batch norm in a network of few layers whose learning rate is tuned: at the best rate, 3, it needs 1,950 steps with batch norm and 1,800 without, and the inputs of its sigmoids move a little more with it, not less. What it gives is a wider choice: at the rate 0.1 it reaches 95 % in 0.6 of the steps, and at the rate 10 it needs some 2,200 steps, where two of five runs without it never get there and the others need 9,750 or more.",
};
