import type { Schedule } from "@evenkeel/nn";
import {
  chained,
  constant,
  cosine,
  cosineRestarts,
  cyclic,
  exponential,
  lambda,
  linearRamp,
  multiplicative,
  multiStep,
  oneCycle,
  polynomial,
  ReduceLROnPlateau,
  sequential,
  stepDecay,
} from "@evenkeel/nn";
import { describe, expect, test } from "vitest";
import type { ScheduleQuestion } from "./ask-pytorch.ts";
import { askPytorch, pytorchTitle, skipWithoutPytorch } from "./ask-pytorch.ts";

const rate = 0.3;

/** A scheduler of PyTorch, and ours. Where PyTorch goes on after the end of a schedule, only the steps before count. */
const cases: readonly (readonly [expression: string, schedule: Schedule, steps?: number])[] = [
  ["L.StepLR(o, step_size=4, gamma=0.5)", stepDecay(rate, { every: 4, factor: 0.5 })],
  ["L.MultiStepLR(o, milestones=[3, 7, 8])", multiStep(rate, { milestones: [3, 7, 8] })],
  ["L.ConstantLR(o)", constant(rate, {})],
  ["L.ConstantLR(o, factor=0.7, total_iters=9)", constant(rate, { factor: 0.7, steps: 9 })],
  ["L.LinearLR(o)", linearRamp(rate)],
  [
    "L.LinearLR(o, start_factor=0.9, end_factor=0.1, total_iters=11)",
    linearRamp(rate, { from: 0.9, to: 0.1, steps: 11 }),
  ],
  ["L.ExponentialLR(o, gamma=0.9)", exponential(rate, { factor: 0.9 })],
  ["L.PolynomialLR(o)", polynomial(rate)],
  ["L.PolynomialLR(o, total_iters=12, power=2.5)", polynomial(rate, { steps: 12, power: 2.5 })],
  ["L.CosineAnnealingLR(o, T_max=20, eta_min=0.01)", cosine(rate, { steps: 20, final: 0.01 }), 20],
  ["L.CosineAnnealingWarmRestarts(o, T_0=4)", cosineRestarts(rate, { steps: 4 })],
  [
    "L.CosineAnnealingWarmRestarts(o, T_0=3, T_mult=2, eta_min=0.05)",
    cosineRestarts(rate, { steps: 3, growth: 2, final: 0.05 }),
  ],
  [
    "L.CyclicLR(o, base_lr=0.1, max_lr=0.9, step_size_up=4, cycle_momentum=False)",
    cyclic(0.1, 0.9, { stepsUp: 4 }),
  ],
  [
    "L.CyclicLR(o, 0.1, 0.9, step_size_up=3, step_size_down=5, mode='triangular2', cycle_momentum=False)",
    cyclic(0.1, 0.9, { stepsUp: 3, stepsDown: 5, mode: "triangular2" }),
  ],
  [
    "L.CyclicLR(o, 0.1, 0.9, step_size_up=3, mode='exp_range', gamma=0.95, cycle_momentum=False)",
    cyclic(0.1, 0.9, { stepsUp: 3, mode: "exp_range", factor: 0.95 }),
  ],
  ["L.OneCycleLR(o, max_lr=0.9, total_steps=30, cycle_momentum=False)", oneCycle(0.9, { steps: 30 })],
  [
    "L.OneCycleLR(o, 0.9, total_steps=30, anneal_strategy='linear', pct_start=0.4, three_phase=True, cycle_momentum=False)",
    oneCycle(0.9, { steps: 30, annealing: "linear", warmUpShare: 0.4, threePhase: true }),
  ],
  ["L.LambdaLR(o, lambda step: 1 / (1 + step) ** 0.5)", lambda(rate, (step) => 1 / (1 + step) ** 0.5)],
  [
    "L.MultiplicativeLR(o, lambda step: 1 - 1 / (step + 2))",
    multiplicative(rate, (step) => 1 - 1 / (step + 2)),
  ],
  [
    "L.ChainedScheduler([L.ConstantLR(o, factor=0.1, total_iters=4), L.ExponentialLR(o, gamma=0.9)])",
    chained([constant(rate, { factor: 0.1, steps: 4 }), exponential(1, { factor: 0.9 })]),
  ],
  [
    "L.SequentialLR(o, [L.ConstantLR(o, factor=0.1, total_iters=2), L.ExponentialLR(o, gamma=0.9), L.StepLR(o, 3)], milestones=[5, 11])",
    sequential(
      [
        constant(rate, { factor: 0.1, steps: 2 }),
        exponential(rate, { factor: 0.9 }),
        stepDecay(rate, { every: 3 }),
      ],
      { milestones: [5, 11] },
    ),
  ],
];

const metrics = [5, 4, 4.1, 4, 3.9999, 4, 4, 2, 2.1, 2.1, 2.1, 2.1, 2.1, 2.1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];

const plateaus = [
  ["L.ReduceLROnPlateau(o, patience=2)", { patience: 2 }],
  [
    "L.ReduceLROnPlateau(o, patience=1, cooldown=2, factor=0.5, threshold_mode='abs', threshold=0.05)",
    { patience: 1, cooldown: 2, factor: 0.5, thresholdMode: "abs", threshold: 0.05 },
  ],
  [
    "L.ReduceLROnPlateau(o, mode='max', patience=0, min_lr=0.01, eps=1e-3)",
    { mode: "max", patience: 0, minLearningRate: 0.01, epsilon: 1e-3 },
  ],
  [
    "L.ReduceLROnPlateau(o, mode='max', patience=3, threshold_mode='abs')",
    { mode: "max", patience: 3, thresholdMode: "abs" },
  ],
] as const;

describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: rates of a scheduler`, () => {
  const questions: ScheduleQuestion[] = [
    ...cases.map(([expression, , steps = 30]) => ({ task: "schedule" as const, rate, expression, steps })),
    ...plateaus.map(([expression]) => ({
      task: "schedule" as const,
      rate,
      expression,
      steps: metrics.length,
      metrics,
    })),
  ];
  const answers = skipWithoutPytorch ? [] : askPytorch(questions);

  test.each(cases.map(([expression, schedule], index) => [expression, schedule, answers[index]!] as const))(
    "%s",
    (_, schedule, rates) => {
      expect(rates.length).toBeGreaterThanOrEqual(20);
      for (const [step, expected] of rates.entries()) expect(schedule(step)).toBeCloseTo(expected, 12);
    },
  );

  test.each(
    plateaus.map(
      ([expression, options], index) => [expression, options, answers[cases.length + index]!] as const,
    ),
  )("%s, resumed after every epoch", (_, options, rates) => {
    const optimizer = { learningRate: rate };
    let plateau = new ReduceLROnPlateau(optimizer, options);
    const found = metrics.map((value) => {
      const before = optimizer.learningRate;
      const { state } = plateau;
      plateau = new ReduceLROnPlateau(optimizer, options);
      plateau.state = JSON.parse(JSON.stringify(state));
      plateau.step(value);
      return before;
    });
    for (const [step, expected] of rates.entries()) expect(found[step]).toBeCloseTo(expected, 12);
    expect(new Set(rates).size).toBeGreaterThan(1);
  });
});
