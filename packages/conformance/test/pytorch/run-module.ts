import { listTrainableParameters, valueAndGrad } from "@evenkeel/autodiff";
import { type AnyModule, Parameter, SGD } from "@evenkeel/nn";
import {
  add,
  type Backend,
  isTensor,
  mean,
  mul,
  scope,
  square,
  sub,
  sum,
  type Tensor,
  withExecutor,
} from "@evenkeel/tensor";
import type { StoredArray } from "@evenkeel/tensor/safetensors";
import { referenceBackend, referenceExecutor } from "../../src/reference.ts";
import { place } from "./against-pytorch.ts";
import type { ModuleAnswer, PlainTensor } from "./ask-pytorch.ts";

/** A module in PyTorch and the same module here. */
export interface ModuleComparison<Compared extends AnyModule = AnyModule> {
  readonly name: string;
  /** A Python expression over `nn`, `F`, `torch` and the classes in layers.py. */
  readonly pytorch: string;
  /** A Python expression over the module `m` and the inputs `x[i]`; default: `m(*x)`. */
  readonly call?: string;
  readonly make: () => Compared;
  /** A method, so that comparisons of different modules are of one type. Default: `forward`. */
  run?(module: Compared, inputs: readonly Tensor[]): readonly Tensor[];
  /** The shapes of inputs in [-2, 2), or their values. */
  readonly inputs: readonly (readonly number[] | PlainTensor)[];
  /** The largest error in float64, where PyTorch or Evenkeel keeps a constant in f32. */
  readonly float64Tolerance?: number;
}

export const steps = 20;
export const learningRate = 0.01;

export const run = (
  comparison: ModuleComparison,
  module: AnyModule,
  inputs: readonly Tensor[],
): readonly Tensor[] =>
  comparison.run ? comparison.run(module, inputs) : [module.forward(...inputs) as Tensor];

/** The inputs of a comparison, and what its results are weighted with and then approach. */
export interface PlainRun {
  readonly comparison: ModuleComparison;
  readonly inputs: readonly PlainTensor[];
  readonly outputGradients: readonly PlainTensor[];
}

type Measure = (y: Tensor, target: Tensor) => Tensor;
const weigh: Measure = (y, weights) => sum(mul(y, weights));
const measureDistance: Measure = (y, target) => mean(square(sub(y, target)));

/** Outputs, gradients and the course of our module, as PyTorch answers; on the reference backend in float64. */
export async function runModule(
  { comparison, inputs, outputGradients }: PlainRun,
  module: AnyModule,
  backend: Backend,
): Promise<ModuleAnswer> {
  const execute = <Result>(body: () => Result): Result =>
    backend === referenceBackend ? withExecutor(referenceExecutor, body) : body();
  const placed = inputs.map((input) => place(input, backend));
  const targets = outputGradients.map((target) => place(target, backend));
  const addUp = (ys: readonly Tensor[], measure: Measure): Tensor =>
    ys.map((y, index) => measure(y, targets[index]!)).reduce((total, part) => add(total, part));

  const floats = placed.map((input) => (input.dtype === "f32" ? new Parameter(input) : undefined));
  const model = { parameters: () => [...floats.filter((one) => one !== undefined), ...module.parameters()] };
  const [, slopes, outputs] = execute(
    valueAndGrad(model, (): [Tensor, readonly Tensor[]] => {
      const ys = run(comparison, module, placed);
      return [addUp(ys, weigh), ys];
    }),
  );
  const slopeOf = new Map(listTrainableParameters(model).map((one, index) => [one, slopes[index]!]));
  const readSlope = async (parameter: Parameter | undefined): Promise<PlainTensor | null> => {
    const slope = parameter && slopeOf.get(parameter);
    return slope ? read(slope) : null;
  };
  const answer = {
    outputs: await Promise.all(outputs.map(read)),
    gradients: await Promise.all(floats.map(readSlope)),
    parameterGradients: await readAll([...module.namedParameters()], readSlope),
  };
  const losses = execute(() =>
    descend(module, () => addUp(run(comparison, module, placed), measureDistance)),
  );
  return {
    ...answer,
    losses: (await Promise.all(losses.map(read))).flatMap(({ data }) => data),
    state: await readAll(Object.entries(module.stateDict()), async (value) =>
      isTensor(value) ? read(value) : toPlain(value),
    ),
  };
}

/** The losses of steps of gradient descent. */
function descend(module: AnyModule, lose: () => Tensor): Tensor[] {
  const optimizer = new SGD(module, { learningRate, momentum: 0.9 });
  const losses = Array.from({ length: steps }, () =>
    scope(() => {
      const [loss, gradients] = valueAndGrad(module, lose)();
      optimizer.step(gradients);
      return loss;
    }),
  );
  optimizer.dispose();
  return losses;
}

const read = async (tensor: Tensor): Promise<PlainTensor> => ({
  shape: tensor.shape,
  data: [...(await tensor.data())],
});

const readAll = async <Value, Result>(
  entries: readonly (readonly [name: string, value: Value])[],
  readOne: (value: Value) => Promise<Result>,
): Promise<{ [name: string]: Result }> =>
  Object.fromEntries(
    await Promise.all(entries.map(async ([name, value]) => [name, await readOne(value)] as const)),
  );

export const toPlain = ({ shape, data }: StoredArray): PlainTensor => ({
  shape,
  data: Array.from(data, Number),
});
