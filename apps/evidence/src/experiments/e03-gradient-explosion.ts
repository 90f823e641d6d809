import { fitGrowth, measureGradientNorms } from "@evenkeel/instruments";
import { BatchNorm1d, init, Linear, Module, ReLU, Sequential } from "@evenkeel/nn";
import { add, mul, normal, sum, type Tensor } from "@evenkeel/tensor";
import type { Experiment, Outcome, Trial } from "../experiment.ts";
import { listNumbers, repeat, select } from "../outcomes.ts";
import { computeMean, summarizeMean } from "../statistics/summaries.ts";

/** Layers at both ends that are left out: there the correlations between examples have not settled. */
const margin = 5;
const theory = { relu: Math.log(Math.PI / (Math.PI - 1)), linear: Math.log(6 / 5) } as const;

const arms = {
  relu: { name: "batch norm and ReLU", batchSize: 128 },
  linear: { name: "batch norm, linear", batchSize: 8 },
  plain: { name: "He initialization and ReLU, without batch norm", batchSize: 128 },
  skips: { name: "batch norm and ReLU, with skips", batchSize: 128 },
} as const;
type Arm = keyof typeof arms;

const sizes = (quick: boolean): { readonly width: number; readonly depth: number } =>
  quick ? { width: 192, depth: 30 } : { width: 384, depth: 50 };

/** A residual block: the sum of its input and a linear layer behind batch norm and ReLU. */
class SkipBlock extends Module {
  readonly norm: BatchNorm1d;
  readonly linear: Linear;

  constructor(width: number, seed: number) {
    super();
    this.norm = new BatchNorm1d(width);
    this.linear = makeLinear(width, seed);
  }

  forward(x: Tensor): Tensor {
    return add(x, this.linear.forward(new ReLU().forward(this.norm.forward(x))));
  }
}

/** He et al. 2015: a deviation of sqrt(2 / width). Batch norm makes the scale of the weights immaterial. */
const makeLinear = (width: number, seed: number): Linear =>
  new Linear(width, width, { bias: false, weightInit: init.kaimingNormal(), seed });

function makeLayer(arm: Arm, width: number, seed: number): Module {
  if (arm === "skips") return new SkipBlock(width, seed);
  const linear = makeLinear(width, seed);
  if (arm === "plain") return new Sequential(linear, new ReLU());
  const norm = new BatchNorm1d(width);
  return arm === "linear" ? new Sequential(linear, norm) : new Sequential(linear, norm, new ReLU());
}

/** The squared norms of the gradients behind each layer, from the output to the input. */
async function measureNet({ seed, setting }: Trial, quick: boolean): Promise<readonly number[]> {
  const arm = setting.arm as Arm;
  const { width, depth } = sizes(quick);
  const model = new Sequential(
    ...Array.from({ length: depth }, (_, layer) => makeLayer(arm, width, seed * depth + layer)),
  );
  const shape = [arms[arm].batchSize, width] as const;
  const batch = {
    inputs: normal(shape, { seed, stream: 1 }),
    labels: normal(shape, { seed, stream: 2 }),
  };
  const loss = (outputs: Tensor, directions: Tensor): Tensor => sum(mul(outputs, directions));
  const paths = Array.from({ length: depth }, (_, layer) => String(layer));
  const gradients = await measureGradientNorms(model, batch, { loss, paths });
  for (const one of [model, batch.inputs, batch.labels]) one.dispose();
  return gradients.map(({ norm }) => norm ** 2).toReversed();
}

const ofArm = (outcomes: readonly Outcome[], arm: Arm): readonly Outcome[] => select(outcomes, { arm });

const within =
  (share: number, expected: number) =>
  (value: number): boolean =>
    Math.abs(value / expected - 1) <= share;

export const gradientExplosion: Experiment = {
  id: "E3",
  title: "Batch norm makes gradients explode in deep networks without skips",
  claim: "gradient flow",
  statement:
    "At initialization, each layer with batch norm and ReLU multiplies the squared norm of the gradient by pi / (pi - 1) on its way back, and skips prevent that.",
  paper:
    "Yang et al. 2019 (A Mean Field Theory of Batch Normalization), theorem 8 and corollary: 1.4669 for each ReLU layer and a large batch, (B - 2) / (B - 3) for each linear layer and a batch of B",
  setup:
    "Networks of 50 layers of 384 units at initialization, fed with normal inputs; a random direction of the output is differentiated. ReLU with a batch of 128, linear with a batch of 8, He initialization without batch norm, residual blocks with batch norm. Five layers at each end are left out.",
  metric: "the growth of ln(squared gradient norm) for each layer, from output to input, by least squares",
  cost: "2 minutes",
  seeds: 20,
  thresholds: [
    {
      measure: "growth with ReLU",
      expected: "within 5 % of ln 1.4669 = 0.383",
      accepts: within(0.05, theory.relu),
    },
    {
      measure: "growth without ReLU",
      expected: "within 5 % of ln 1.2 = 0.182",
      accepts: within(0.05, theory.linear),
    },
    {
      measure: "growth without batch norm",
      expected: "from -0.05 to 0.05",
      accepts: (value) => Math.abs(value) <= 0.05,
    },
    {
      measure: "growth with skips",
      expected: "from -0.1 to 0.1, a quarter of that without skips",
      accepts: (value) => Math.abs(value) <= 0.1,
    },
  ],
  listTrials: ({ seeds }) => Object.keys(arms).flatMap((arm) => repeat(arm, seeds, { arm })),
  runTrial: async (trial, { quick }) => {
    const squares = await measureNet(trial, quick);
    const { rate, standardError } = fitGrowth(squares.slice(margin, squares.length - margin));
    return {
      numbers: { rate, standardError },
      series: { gradient: squares.map((square, layer) => [layer, square / squares[0]!] as const) },
    };
  },
  summarize: (outcomes) => {
    const names = {
      relu: "growth with ReLU",
      linear: "growth without ReLU",
      plain: "growth without batch norm",
      skips: "growth with skips",
    };
    return (Object.keys(arms) as Arm[]).map((arm) =>
      summarizeMean(names[arm], listNumbers(ofArm(outcomes, arm), "rate")),
    );
  },
  judge: (met) => {
    if (!met.has("growth with ReLU") || !met.has("growth without batch norm")) return "contradicted";
    return met.size === 4 ? "supported" : "supported under these conditions";
  },
  draw: (outcomes) => [
    {
      kind: "line-chart",
      title: "How much larger the gradient becomes on its way back (geometric mean of the networks)",
      x: { name: "layers passed, from the output" },
      y: { name: "squared gradient norm, relative", scale: "logarithmic" },
      series: (Object.keys(arms) as Arm[])
        .filter((arm) => ofArm(outcomes, arm).length > 0)
        .map((arm) => ({ name: arms[arm].name, points: averageLogarithms(ofArm(outcomes, arm)) })),
    },
  ],
  advice:
    "Do not stack many layers with batch norm without skips: over 50 layers the gradient grows more than ten thousandfold on its way to the first one. With residual connections it grows about ninefold. This is the gradient of what layers compute, before training; what becomes of it in training was not measured.",
};

function averageLogarithms(outcomes: readonly Outcome[]): readonly (readonly [number, number])[] {
  const [first] = outcomes;
  return first!.series.gradient!.map(([layer], index) => [
    layer,
    Math.exp(computeMean(outcomes.map(({ series }) => Math.log(series.gradient![index]![1])))),
  ]);
}
