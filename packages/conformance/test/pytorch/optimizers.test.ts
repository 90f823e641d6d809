import type { Optimizer, OptimizerOptions } from "@evenkeel/nn";
import {
  Adadelta,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  Module,
  NAdam,
  Parameter,
  RAdam,
  RMSprop,
  SGD,
} from "@evenkeel/nn";
import { add, type Backend, mul, scope, type Tensor, withExecutor } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { readValues, referenceBackend, referenceExecutor } from "../../src/reference.ts";
import { onEachBackend } from "../each-backend.ts";
import { place, plainValues } from "./against-pytorch.ts";
import type { Course, OptimizeQuestion, PlainTensor } from "./ask-pytorch.ts";
import { askPytorch, pytorchTitle, skipWithoutPytorch } from "./ask-pytorch.ts";

const steps = 20;
const values = [[4, 6], [5], [7, 3]].map((shape, index) => plainValues(`value ${index}`, shape));
const gradients = Array.from({ length: steps }, (_, step) =>
  values.map(({ shape }, index) => plainValues(`gradient ${index} of step ${step}`, shape)),
);

class Values extends Module {
  readonly all: readonly Parameter[];

  constructor(backend: Backend) {
    super();
    this.all = values.map((value) => new Parameter(place(value, backend)));
  }

  forward(x: Tensor): Tensor {
    return x;
  }
}

/** One optimizer here and in PyTorch, both with weight decay. */
interface Case {
  readonly name: string;
  readonly make: (model: Module, options: OptimizerOptions) => Optimizer;
  readonly pytorch: Pick<OptimizeQuestion, "optimizer" | "maxGradientNorm" | "maxGradientValue"> & {
    readonly options?: OptimizeQuestion["options"];
  };
}

const [learningRate, weightDecay] = [0.02, 0.1];

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
  { name: "RAdam", make: (model, options) => new RAdam(model, options), pytorch: { optimizer: "RAdam" } },
];

/** All values after every step. */
async function runCourse({ make }: Case, backend: Backend): Promise<number[][]> {
  const model = new Values(backend);
  const optimizer = make(model, { learningRate, weightDecay, allDecayed: true });
  const isReference = backend === referenceBackend;
  const takeStep = (given: readonly PlainTensor[]) =>
    scope(() =>
      optimizer.step(
        model.all.map(({ value }, index) => add(place(given[index]!, backend), mul(value, 0.5))),
      ),
    );
  const course: number[][] = [];
  for (const given of gradients) {
    if (isReference) withExecutor(referenceExecutor, () => takeStep(given));
    else takeStep(given);
    const read = model.all.map(({ value }) => (isReference ? readValues(value) : value.data()));
    course.push((await Promise.all(read)).flatMap((data) => [...data]));
  }
  return course;
}

/** The largest deviation of a value after any step. */
function findError(course: Course, expected: Course): number {
  expect(course.length).toBe(expected.length);
  return Math.max(
    ...expected.flatMap((row, step) => row.map((value, index) => Math.abs(value - course[step]![index]!))),
  );
}

const toQuestion = ({ pytorch }: Case): OptimizeQuestion => ({
  task: "optimize",
  ...pytorch,
  options: { lr: learningRate, weight_decay: weightDecay, ...pytorch.options },
  values: values satisfies readonly PlainTensor[],
  gradients,
});

describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: ${steps} steps of an optimizer`, () => {
  const answers = skipWithoutPytorch ? [] : askPytorch(cases.map(toQuestion));
  const withAnswers = cases.map((one, index) => ({ ...one, answer: answers[index]! }));

  test.each(withAnswers)("$name follows float64 PyTorch in float64", async ({ answer, ...one }) => {
    const course = await runCourse(one, referenceBackend);
    expect(findError(course, answer.float64)).toBeLessThan(1e-12);
  });

  onEachBackend((backend) => {
    test.each(withAnswers)(
      "$name deviates from float64 at most 3 times as far as float32 PyTorch",
      async ({ answer, ...one }) => {
        const { float32, float64 } = answer;
        const course = await runCourse(one, backend());
        // Values are around 1: a step of 0.02 that is rounded differently in each of 20 steps.
        expect(findError(course, float64)).toBeLessThan(3 * Math.max(1e-6, findError(float32, float64)));
      },
    );
  });
});
