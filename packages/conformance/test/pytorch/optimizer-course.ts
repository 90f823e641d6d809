import type { AveragedModelOptions, Optimizer, OptimizerOptions } from "@evenkeel/nn";
import { AveragedModel, Module, Parameter } from "@evenkeel/nn";
import { add, type Backend, mul, scope, type Tensor, withExecutor } from "@evenkeel/tensor";
import { expect } from "vitest";
import { readValues, referenceBackend, referenceExecutor } from "../../src/reference.ts";
import { place, plainValues } from "./against-pytorch.ts";
import type { Course, PlainTensor } from "./ask-pytorch.ts";

export const steps = 20;
export const values: readonly PlainTensor[] = [[4, 6], [5], [7, 3]].map((shape, index) =>
  plainValues(`value ${index}`, shape),
);
export const gradients: readonly (readonly PlainTensor[])[] = Array.from({ length: steps }, (_, step) =>
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

export const learningRate = 0.02;
export const weightDecay = 0.1;

/** All values, or their averages, after every step, whose gradients are the given ones and half of the values; everything is decayed. */
export async function runCourse(
  make: (model: Module, options: OptimizerOptions) => Optimizer,
  backend: Backend,
  average?: AveragedModelOptions,
): Promise<number[][]> {
  const model = new Values(backend);
  const optimizer = make(model, { learningRate, weightDecay, allDecayed: true });
  const averaged = average && new AveragedModel(model, { ...average, optimizer });
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
    const shown = Object.values((averaged ?? model).stateDict()) as Tensor[];
    const read = shown.map((value) => (isReference ? readValues(value) : value.data()));
    course.push((await Promise.all(read)).flatMap((data) => [...data]));
    for (const value of shown) value.dispose();
  }
  return course;
}

/** The largest deviation of a value after any step. */
export function findError(course: Course, expected: Course): number {
  expect(course.length).toBe(expected.length);
  return Math.max(
    ...expected.flatMap((row, step) => row.map((value, index) => Math.abs(value - course[step]![index]!))),
  );
}
