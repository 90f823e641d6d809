import type { Experiment, Outcome } from "../src/experiment.ts";
import { summarizeMean } from "../src/statistics/summaries.ts";

/** An experiment that measures the number of its seed. */
export const sampleExperiment: Experiment = {
  id: "E0",
  title: "Seeds are small",
  claim: "robustness",
  statement: "The mean of the seeds is at most 2.",
  paper: "none",
  setup: "Each trial returns its seed.",
  metric: "the mean of the seeds",
  cost: "nothing",
  seeds: 3,
  thresholds: [
    {
      measure: "mean",
      expected: "at most 2",
      accepts: (value) => value <= 2,
      opposes: (_, [low]) => low >= 2,
    },
  ],
  listTrials: ({ seeds }) =>
    Array.from({ length: seeds }, (_, index) => ({ id: `${index + 1}`, seed: index + 1, setting: {} })),
  runTrial: async ({ seed }) => ({ numbers: { value: seed }, series: { line: [[0, seed]] } }),
  summarize: (outcomes) => [
    summarizeMean(
      "mean",
      outcomes.map(({ numbers }) => numbers.value!),
    ),
  ],
  judge: (met, opposed) =>
    met.has("mean") ? "supported" : opposed.has("mean") ? "contradicted" : "not supported",
  draw: (outcomes) => [
    {
      kind: "line-chart",
      title: "The seeds",
      x: { name: "trial" },
      y: { name: "seed" },
      series: [
        { name: "seed", points: outcomes.map(({ numbers }, index) => [index, numbers.value!] as const) },
      ],
    },
  ],
  advice: "Take small seeds.",
};

export const makeOutcomes = (...values: readonly number[]): Outcome[] =>
  values.map((value, index) => ({
    trial: { id: `${index + 1}`, seed: index + 1, setting: {} },
    numbers: { value },
    series: { line: [[0, value]] },
  }));
