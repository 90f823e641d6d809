import type { Optimizer, OptimizerOptions } from "@evenkeel/nn";
import {
  Adadelta,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  cyclic,
  type Module,
  NAdam,
  oneCycle,
  oneCycleMomentum,
  RAdam,
  RMSprop,
  Rprop,
  SGD,
} from "@evenkeel/nn";
import { describe, expect, test } from "vitest";
import { referenceBackend } from "../../src/reference.ts";
import { onEachBackend } from "../each-backend.ts";
import type { OptimizeQuestion } from "./ask-pytorch.ts";
import { askPytorch, pytorchTitle, skipWithoutPytorch } from "./ask-pytorch.ts";
import {
  findError,
  gradients,
  learningRate,
  runCourse,
  steps,
  values,
  weightDecay,
} from "./optimizer-course.ts";

/** One optimizer here and in PyTorch, both with weight decay unless PyTorch's has none. */
interface Case {
  readonly name: string;
  readonly decayed?: boolean;
  readonly make: (model: Module, options: OptimizerOptions) => Optimizer;
  readonly pytorch: Pick<
    OptimizeQuestion,
    "optimizer" | "average" | "scheduler" | "maxGradientNorm" | "maxGradientValue"
  > & {
    readonly options?: OptimizeQuestion["options"];
  };
}

/** Factors of the learning rate, which is 0.02. */
const phases = { threePhase: true, warmUpShare: 0.4, annealing: "linear" } as const;
const cycle = oneCycle(1, { steps: 25 });
const threePhases = oneCycle(1, { steps: 25, ...phases });
const cycles = cyclic(0.1, 1, { stepsUp: 4 });

const cases: readonly Case[] = [
  {
    name: "SGD with Nesterov and both limits",
    make: (model, options) =>
      new SGD(model, {
        ...options,
        momentum: 0.9,
        nesterov: true,
        maxGradientNorm: 6,
        maxGradientValue: 1,
      }),
    pytorch: {
      optimizer: "SGD",
      options: { momentum: 0.9, nesterov: true },
      maxGradientNorm: 6,
      maxGradientValue: 1,
    },
  },
  { name: "Adam", make: (model, options) => new Adam(model, options), pytorch: { optimizer: "Adam" } },
  {
    name: "Adam with AMSGrad",
    make: (model, options) => new Adam(model, { ...options, amsgrad: true, betas: [0.8, 0.7] }),
    pytorch: { optimizer: "Adam", options: { amsgrad: true, betas: [0.8, 0.7] } },
  },
  {
    name: "AdamW with AMSGrad",
    make: (model, options) => new AdamW(model, { ...options, amsgrad: true }),
    pytorch: { optimizer: "AdamW", options: { amsgrad: true } },
  },
  {
    name: "RMSprop",
    make: (model, options) => new RMSprop(model, { ...options, momentum: 0.5, centered: true }),
    pytorch: { optimizer: "RMSprop", options: { momentum: 0.5, centered: true } },
  },
  {
    name: "Adagrad",
    make: (model, options) =>
      new Adagrad(model, { ...options, learningRateDecay: 0.1, initialAccumulatorValue: 0.5 }),
    pytorch: { optimizer: "Adagrad", options: { lr_decay: 0.1, initial_accumulator_value: 0.5 } },
  },
  {
    name: "Adadelta",
    make: (model, options) => new Adadelta(model, options),
    pytorch: { optimizer: "Adadelta" },
  },
  { name: "Adamax", make: (model, options) => new Adamax(model, options), pytorch: { optimizer: "Adamax" } },
  {
    // Without foreach, PyTorch 1.13 multiplies by one momentum twice, against the formula of its documentation.
    name: "NAdam",
    make: (model, options) => new NAdam(model, options),
    pytorch: { optimizer: "NAdam", options: { foreach: true } },
  },
  {
    name: "SGD with one cycle of rate and momentum",
    make: (model, options) =>
      new SGD(model, {
        ...options,
        momentum: oneCycleMomentum({ steps: 25 }),
        group: () => ({ schedule: cycle }),
      }),
    pytorch: {
      optimizer: "SGD",
      options: { momentum: 0.9 },
      scheduler: "L.OneCycleLR(o, max_lr=0.02, total_steps=25)",
    },
  },
  {
    name: "Adam with three phases of rate and momentum",
    make: (model, options) =>
      new Adam(model, {
        ...options,
        betas: [oneCycleMomentum({ steps: 25, ...phases }), 0.99],
        group: () => ({ schedule: threePhases }),
      }),
    pytorch: {
      optimizer: "Adam",
      options: { betas: [0.9, 0.99] },
      scheduler:
        "L.OneCycleLR(o, max_lr=0.02, total_steps=25, three_phase=True, pct_start=0.4, anneal_strategy='linear')",
    },
  },
  {
    name: "SGD with cycles of rate and momentum",
    make: (model, options) =>
      new SGD(model, {
        ...options,
        momentum: cyclic(0.9, 0.8, { stepsUp: 4 }),
        group: () => ({ schedule: cycles }),
      }),
    pytorch: {
      optimizer: "SGD",
      options: { momentum: 0.9 },
      scheduler: "L.CyclicLR(o, base_lr=0.002, max_lr=0.02, step_size_up=4)",
    },
  },
  {
    name: "the exponential average of SGD",
    make: (model, options) => new SGD(model, options),
    pytorch: { optimizer: "SGD", average: { decay: 0.9 } },
  },
  {
    name: "the average of SGD with momentum",
    make: (model, options) => new SGD(model, { ...options, momentum: 0.9 }),
    pytorch: { optimizer: "SGD", options: { momentum: 0.9 }, average: {} },
  },
  {
    name: "Rprop",
    decayed: false,
    make: (model, options) => new Rprop(model, { ...options, weightDecay: 0, stepSizes: [1e-3, 0.04] }),
    pytorch: { optimizer: "Rprop", options: { step_sizes: [1e-3, 0.04] } },
  },
  { name: "RAdam", make: (model, options) => new RAdam(model, options), pytorch: { optimizer: "RAdam" } },
];

const toQuestion = ({ pytorch, decayed = true }: Case): OptimizeQuestion => ({
  task: "optimize",
  ...pytorch,
  options: { lr: learningRate, ...(decayed && { weight_decay: weightDecay }), ...pytorch.options },
  values,
  gradients,
});

describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: ${steps} steps of an optimizer`, () => {
  const answers = skipWithoutPytorch ? [] : askPytorch(cases.map(toQuestion));
  const withAnswers = cases.map((one, index) => ({ ...one, answer: answers[index]! }));

  test.each(withAnswers)("$name follows float64 PyTorch in float64", async ({ answer, ...one }) => {
    const course = await runCourse(one.make, referenceBackend, one.pytorch.average);
    expect(findError(course, answer.float64)).toBeLessThan(1e-12);
  });

  onEachBackend((backend) => {
    test.each(withAnswers)(
      "$name deviates from float64 at most 3 times as far as float32 PyTorch",
      async ({ answer, ...one }) => {
        const { float32, float64 } = answer;
        const course = await runCourse(one.make, backend(), one.pytorch.average);
        // Values are around 1: a step of 0.02 that is rounded differently in each of 20 steps.
        expect(findError(course, float64)).toBeLessThan(3 * Math.max(1e-6, findError(float32, float64)));
      },
    );
  });
});
