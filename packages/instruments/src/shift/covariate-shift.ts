import type { AnyModule, Module } from "@evenkeel/nn";
import { mul, scope, stack, sum, type Tensor } from "@evenkeel/tensor";
import { callable } from "@evenkeel/tensor/checks";
import {
  checkMeasurement,
  computeNorm,
  differentiate,
  disposeAll,
  type LabelledBatch,
  type Loss,
  readNumber,
} from "../model/differentiate.ts";
import { ParameterPoint } from "../model/parameter-point.ts";
import { listTrainablePaths } from "../model/trainable-paths.ts";

export interface CovariateShiftOptions<Labels = Tensor, Outputs = Tensor> {
  readonly loss: Loss<Labels, Outputs>;
  /** Updates the model: the step of training whose effect is measured. */
  update(): void | Promise<void>;
}

/** How the gradient of a layer changes when the layers before it are updated. */
export interface LayerShift {
  /** The path of the layer. */
  readonly path: string;
  /** The Euclidean norm of its gradient before the update. */
  readonly gradientNorm: number;
  /** The Euclidean distance between its gradients before and after the layers before it are updated. */
  readonly distance: number;
  /** The cosine of the angle between the two; NaN if one of them is zero. */
  readonly cosine: number;
}

/**
 * Internal covariate shift as Santurkar et al. 2018 define it (definition 2.1): how much the gradient of each layer on a batch changes when
 * the layers before it make their step and this one and those behind it do not. It costs a backward pass for each layer. The model is
 * left with the update of all layers; gradients are taken in its mode, without a change of running statistics.
 *
 * Rejects with ArgumentError for wrong arguments, and with what the model, the loss and `update` throw.
 *
 * @param batch tensors on the device of the model
 * @returns the layers with trainable parameters, in the order of the model
 * @example
 * const step = trainStep(model, crossEntropy, new SGD(model, { learningRate: 0.1 }));
 * const shifts = await measureCovariateShift(model, { inputs: images, labels }, {
 *   loss: crossEntropy,
 *   update: () => step(images, labels).dispose(),
 * });
 */
export async function measureCovariateShift<Inputs, Labels, Outputs>(
  model: Module<[Inputs], Outputs>,
  batch: LabelledBatch<Inputs, Labels>,
  options: CovariateShiftOptions<Labels, Outputs>,
): Promise<LayerShift[]> {
  checkMeasurement<CovariateShiftOptions>(
    "measureCovariateShift",
    { model, batch, options },
    { update: callable },
  );
  const { loss, update } = options;
  const layers = groupByLayer(model);
  const before = new ParameterPoint(model);
  const start = differentiate(model, batch, loss);
  start.loss.dispose();
  try {
    await update();
    const after = new ParameterPoint(model);
    try {
      before.move();
      const shifts: LayerShift[] = [];
      for (const [path, indices] of layers) {
        const moved = differentiate(model, batch, loss);
        moved.loss.dispose();
        const pick = (gradients: readonly Tensor[]): Tensor[] => indices.map((index) => gradients[index]!);
        const shift = await compareGradients(pick(start.gradients), pick(moved.gradients));
        disposeAll(moved.gradients);
        shifts.push({ path, ...shift });
        after.restore(indices);
      }
      return shifts;
    } finally {
      after.move();
      after.dispose();
    }
  } finally {
    disposeAll(start.gradients);
    before.dispose();
  }
}

/** The indices of the trainable parameters of each layer, by its path. */
function groupByLayer(model: AnyModule): ReadonlyMap<string, readonly number[]> {
  const layers = new Map<string, number[]>();
  for (const [index, path] of listTrainablePaths(model).entries()) {
    const layer = path.slice(0, Math.max(0, path.lastIndexOf(".")));
    layers.set(layer, [...(layers.get(layer) ?? []), index]);
  }
  return layers;
}

async function compareGradients(
  before: readonly Tensor[],
  after: readonly Tensor[],
): Promise<Omit<LayerShift, "path">> {
  const product = scope(() => sum(stack(before.map((one, index) => sum(mul(one, after[index]!))))));
  const [distance, gradientNorm, newNorm, inner] = (await Promise.all(
    [computeNorm(before, after), computeNorm(before), computeNorm(after), product].map(readNumber),
  )) as [number, number, number, number];
  return { gradientNorm, distance, cosine: inner / (gradientNorm * newNorm) };
}
