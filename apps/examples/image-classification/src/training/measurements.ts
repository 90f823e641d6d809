import { valueAndGrad } from "@evenkeel/autodiff";
import type { Batches } from "@evenkeel/datasets";
import { type Point, points } from "@evenkeel/example-task";
import type { Module } from "@evenkeel/nn";
import { scope, type Tensor, withoutStateChanges } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import { type GradientNorm, gradientNorms } from "./arm-result.ts";

/** Measurements other than those of the training, kept in a file so that a resumed run ends with the same report. */
export interface Measurements {
  readonly gradientNorms: readonly GradientNorm[];
  readonly heldOutAccuracy: Point[];
  /** The values of complete epochs. */
  readonly losses: Point[];
}

export const measurementRules: Rules<Measurements> = {
  gradientNorms,
  heldOutAccuracy: points,
  losses: points,
};

type Loss = (logits: Tensor, labels: Tensor) => Tensor;

/** The measurements before the first step. */
export async function startMeasurements(model: Module, train: Batches, loss: Loss): Promise<Measurements> {
  return {
    gradientNorms: await measureFirstGradientNorms(model, train, loss),
    heldOutAccuracy: [],
    losses: [],
  };
}

/** Euclidean norms of the gradients of all weights with more than one dimension, at the first batch, before any update. */
async function measureFirstGradientNorms(
  model: Module,
  train: Batches,
  computeLoss: Loss,
): Promise<GradientNorm[]> {
  const differentiate = valueAndGrad(model, (x: Tensor, y: Tensor) => computeLoss(model.forward(x), y));
  const layers = new Map([...model.namedModules()].map(([path, module]) => [path, module.constructor.name]));
  const paths = [...model.namedParameters()]
    .filter(([, { trainable }]) => trainable)
    .map(([name]) => name.slice(0, Math.max(0, name.lastIndexOf("."))));
  const norms: GradientNorm[] = [];
  for await (const { inputs, labels } of train.epoch(0)) {
    const [loss, gradients] = scope(() => withoutStateChanges(() => differentiate(inputs, labels)));
    for (const [index, gradient] of gradients.entries()) {
      if (gradient.rank < 2) continue;
      const path = paths[index]!;
      norms.push({
        layer: `${path} ${layers.get(path)}`.trim(),
        norm: computeNorm(await gradient.data()),
      });
    }
    for (const tensor of [loss, inputs, labels, ...gradients]) tensor.dispose();
    break;
  }
  return norms;
}

function computeNorm(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]! ** 2;
  return Math.sqrt(sum);
}
