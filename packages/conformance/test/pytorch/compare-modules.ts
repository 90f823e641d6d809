import { valueAndGrad } from "@evenkeel/autodiff";
import { type AnyModule, Parameter, readStateArrays, SGD } from "@evenkeel/nn";
import {
  add,
  type Backend,
  countElements,
  mean,
  mul,
  scope,
  square,
  sub,
  sum,
  type Tensor,
} from "@evenkeel/tensor";
import { expect } from "vitest";
import { expectClose, place, plainValues } from "./against-pytorch.ts";
import { askPytorch, type ModuleAnswer, type PlainTensor } from "./ask-pytorch.ts";

/** A module in PyTorch and the same module here, which gets the state of ours. */
export interface ModuleComparison<Compared extends AnyModule = AnyModule> {
  readonly name: string;
  /** A Python expression over `nn`. */
  readonly pytorch: string;
  /** A Python expression over the module `m` and the inputs `x[i]`. */
  readonly call: string;
  readonly make: () => Compared;
  /** A method, so that comparisons of different modules are of one type. */
  run(module: Compared, inputs: readonly Tensor[]): readonly Tensor[];
  /** The shapes of inputs in [-2, 2), or their values. */
  readonly inputs: readonly (readonly number[] | PlainTensor)[];
  readonly outputShapes: readonly (readonly number[])[];
  /** Default: 20. */
  readonly steps?: number;
  /** The largest error relative to the largest magnitude of a result; default 1e-5, of chains of some sums of 100 terms. */
  readonly tolerance?: number;
}

interface Prepared {
  readonly comparison: ModuleComparison;
  readonly module: AnyModule;
  readonly inputs: readonly PlainTensor[];
  readonly outputGradients: readonly PlainTensor[];
  readonly answer: ModuleAnswer;
}

const learningRate = 0.01;

/** Evaluates all comparisons in PyTorch in one run. The modules are made on the default backend. */
export async function readModuleAnswers(
  comparisons: readonly ModuleComparison[],
): Promise<ReadonlyMap<string, Prepared>> {
  const prepared = await Promise.all(
    comparisons.map(async (comparison) => {
      const module: AnyModule = comparison.make();
      const state = [...(await readStateArrays(module))].map(
        ([name, { shape, data }]) => [name, { shape, data: [...data].map(Number) }] as const,
      );
      return {
        comparison,
        module,
        state: Object.fromEntries(state),
        inputs: comparison.inputs.map((input, index) =>
          "data" in input ? input : plainValues(`${comparison.name} ${index}`, input),
        ),
        outputGradients: comparison.outputShapes.map((shape, index) =>
          plainValues(`${comparison.name} dy ${index}`, shape),
        ),
      };
    }),
  );
  const answers = askPytorch(
    prepared.map(({ comparison, state, inputs, outputGradients }) => ({
      task: "module" as const,
      model: comparison.pytorch,
      call: comparison.call,
      state,
      inputs,
      outputGradients,
      steps: comparison.steps ?? 20,
      learningRate,
    })),
  ) as ModuleAnswer[];
  return new Map(prepared.map((one, index) => [one.comparison.name, { ...one, answer: answers[index]! }]));
}

/** Checks values, the gradients of inputs and parameters, and the parameters after some steps of gradient descent. */
export async function checkModule(
  { comparison, module, inputs, outputGradients, answer }: Prepared,
  backend: Backend,
): Promise<void> {
  const { run, tolerance = 1e-5, steps = 20 } = comparison;
  const placed = inputs.map((input) => place(input, backend));
  const weights = outputGradients.map((dy) => place(dy, backend));
  const floats = placed.flatMap((input, index) =>
    input.dtype === "f32" ? [{ index, parameter: new Parameter(input) }] : [],
  );
  const runOn = (): readonly Tensor[] => {
    const given = [...placed];
    for (const { index, parameter } of floats) given[index] = parameter.value;
    return run(module, given);
  };
  const lose = (): Tensor =>
    runOn()
      .map((y, index) => sum(mul(y, weights[index]!)))
      .reduce((total, part) => add(total, part));
  const outputs = runOn();
  expect(outputs.map(({ shape }) => shape)).toEqual(answer.outputs.map(({ shape }) => shape));
  for (const [index, y] of outputs.entries()) {
    expectClose(await y.data(), answer.outputs[index]!, tolerance, `value ${index}`);
  }
  const named = [...module.namedParameters()];
  const parameters = [
    ...floats.map(({ parameter }) => parameter),
    ...named.map(([, parameter]) => parameter),
  ];
  const [, gradients] = valueAndGrad({ parameters: () => parameters }, lose)();
  for (const [position, { index }] of floats.entries()) {
    const expected = answer.gradients[index] ?? zeros(inputs[index]!.shape);
    expectClose(await gradients[position]!.data(), expected, tolerance, `gradient ${index}`);
  }
  for (const [position, [name, { value }]] of named.entries()) {
    const expected = answer.parameterGradients[name] ?? zeros(value.shape);
    expectClose(
      await gradients[floats.length + position]!.data(),
      expected,
      tolerance,
      `gradient of ${name}`,
    );
  }
  const approach = (): Tensor =>
    runOn()
      .map((y, index) => mean(square(sub(y, weights[index]!))))
      .reduce((total, part) => add(total, part));
  await checkCourse(module, approach, steps);
  for (const [name, { data }] of await readStateArrays(module)) {
    expectClose(data as ArrayLike<number>, answer.state[name]!, tolerance, `${name} after ${steps} steps`);
  }
}

const zeros = (shape: readonly number[]): PlainTensor => ({
  shape,
  data: new Array<number>(countElements(shape)).fill(0),
});

async function checkCourse(module: AnyModule, lose: () => Tensor, steps: number): Promise<void> {
  if (module.countParameters() === 0) return;
  const optimizer = new SGD(module, { learningRate, momentum: 0.9 });
  for (let step = 0; step < steps; step++) {
    scope(() => {
      const [, gradients] = valueAndGrad(module, lose)();
      optimizer.step(gradients);
    });
  }
  optimizer.dispose();
}
