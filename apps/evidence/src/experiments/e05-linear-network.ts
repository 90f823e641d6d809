import { measureAlongGradient } from "@evenkeel/instruments";
import { BatchNorm1d, init, Linear, type Module, Sequential, SGD, trainStep } from "@evenkeel/nn";
import { matmul, mul, normal, scope, square, sub, sum, type Tensor, tensor } from "@evenkeel/tensor";
import type { Measured, TrialSetting } from "../experiment.ts";
import { computeMean } from "../statistics/summaries.ts";
import type { Point } from "../training.ts";

const depth = 25;
const width = 50;
const examples = 200;
const learningRate = 1e-6;
/** Of the numbers by which the targets scale the inputs, the largest over the smallest. */
const condition = 1e5;

/** 25 linear layers, each with batch norm behind it or not, except the last. */
function makeNetwork(hasNorm: boolean, seed: number): Sequential {
  const layers = Array.from({ length: depth }, (_, index): Module[] => {
    const linear = new Linear(width, width, {
      bias: false,
      weightInit: init.xavierNormal(),
      seed: depth * seed + index,
    });
    return hasNorm && index < depth - 1 ? [linear, new BatchNorm1d(width)] : [linear];
  });
  return new Sequential(...layers.flat());
}

/** Normal inputs, and targets that are a badly conditioned linear function of them. */
const makeProblem = (seed: number): { readonly inputs: Tensor; readonly labels: Tensor } =>
  scope(() => {
    const draw = (stream: number) => ({ seed, stream });
    const inputs = normal([examples, width], draw(0));
    const map = normal([width, width], { deviation: 1 / Math.sqrt(width), ...draw(1) });
    const scales = Float32Array.from({ length: width }, (_, index) => condition ** (-index / (width - 1)));
    return { inputs, labels: matmul(mul(inputs, tensor(scales)), map) };
  });

const sumOfSquares = (outputs: Tensor, labels: Tensor): Tensor => sum(square(sub(outputs, labels)));

/**
 * Trains a deep linear network in the manner of Santurkar et al. 2018 and measures the gradient along itself. The depth, the learning rate
 * and the number of steps are the paper's; the width, the number of examples and the targets are chosen here.
 */
export async function runLinearTrial(
  { seed, hasNorm }: { readonly seed: number; readonly hasNorm: boolean },
  factors: readonly number[],
  { quick, signal }: Pick<TrialSetting, "quick" | "signal">,
): Promise<Measured> {
  const [steps, every] = quick ? [400, 100] : [10_000, 500];
  const model = makeNetwork(hasNorm, seed);
  const problem = makeProblem(seed);
  const optimizer = new SGD(model, { learningRate });
  const train = trainStep(model, sumOfSquares, optimizer);
  const [loss, predictiveness]: Point[][] = [[], []];
  for (let step = 0; step < steps; step++) {
    signal.throwIfAborted();
    if (step % every === 0) {
      const line = await measureAlongGradient(model, problem, {
        loss: sumOfSquares,
        learningRates: factors.map((factor) => factor * learningRate),
      });
      predictiveness!.push([step, Math.max(...line.steps.map(({ gradientDistance }) => gradientDistance))]);
      loss!.push([step, line.loss]);
    }
    train(problem.inputs, problem.labels).dispose();
  }
  for (const one of [optimizer, model, ...Object.values(problem)]) one.dispose();
  return {
    numbers: { predictiveness: computeMean(predictiveness!.map(([, value]) => value)) },
    series: { loss: loss!, predictiveness: predictiveness! },
  };
}
