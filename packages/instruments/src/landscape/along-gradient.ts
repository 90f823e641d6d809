import type { Module } from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import { listOf, positive, type Rules } from "@evenkeel/tensor/checks";
import {
  checkMeasurement,
  computeLoss,
  computeNorm,
  differentiate,
  disposeAll,
  type LabelledBatch,
  type Loss,
  readNumber,
} from "../model/differentiate.ts";
import { fromHere, type ParameterPoint } from "../model/parameter-point.ts";

export interface AlongGradientOptions<Labels = Tensor, Outputs = Tensor> {
  readonly loss: Loss<Labels, Outputs>;
  /** How far to go against the gradient: the step of gradient descent with each of these learning rates. */
  readonly learningRates: readonly number[];
}

const rules: Rules<Omit<AlongGradientOptions, "loss">> = { learningRates: listOf(positive) };

/** What a step against the gradient finds. */
export interface StepAlongGradient {
  readonly learningRate: number;
  /** The loss of the same batch after the step. */
  readonly loss: number;
  /** The Euclidean distance of the gradient there to the gradient at the start. */
  readonly gradientDistance: number;
  /** That distance over the length of the step: how fast the gradient changes, the effective smoothness. */
  readonly smoothness: number;
}

export interface GradientLine {
  /** At the start. */
  readonly loss: number;
  /** The Euclidean norm of the gradient of all trainable parameters at the start. */
  readonly gradientNorm: number;
  readonly steps: readonly StepAlongGradient[];
}

/**
 * The loss and the gradient of a batch along the direction of its gradient (Santurkar et al. 2018, section 3.2 and figure 4). The range
 * of the losses is the variation of the loss, the largest `gradientDistance` is how little the gradient predicts, and the largest
 * `smoothness` is the effective smoothness over the distances. The model runs in its mode and stays as it is, running statistics too.
 *
 * Rejects with ArgumentError for wrong arguments, and with what the model and the loss throw.
 *
 * @param batch tensors on the device of the model
 * @example
 * const line = await measureAlongGradient(model, { inputs: images, labels }, { loss: crossEntropy, learningRates: [0.01, 0.1, 0.4] });
 * const smoothness = Math.max(...line.steps.map((step) => step.smoothness));
 */
export async function measureAlongGradient<Inputs, Labels, Outputs>(
  model: Module<[Inputs], Outputs>,
  batch: LabelledBatch<Inputs, Labels>,
  options: AlongGradientOptions<Labels, Outputs>,
): Promise<GradientLine> {
  checkMeasurement<AlongGradientOptions>("measureAlongGradient", { model, batch, options }, rules);
  const { loss, learningRates } = options;
  const start = differentiate(model, batch, loss);
  const measureAt = async (
    here: ParameterPoint,
    learningRate: number,
  ): Promise<Omit<StepAlongGradient, "smoothness">> => {
    here.move({ direction: start.gradients, distance: -learningRate });
    const there = differentiate(model, batch, loss);
    const distance = computeNorm(there.gradients, start.gradients);
    disposeAll(there.gradients);
    const [reached, gradientDistance] = await Promise.all([there.loss, distance].map(readNumber));
    return { learningRate, loss: reached!, gradientDistance: gradientDistance! };
  };
  try {
    const [before, gradientNorm] = (await Promise.all(
      [start.loss, computeNorm(start.gradients)].map(readNumber),
    )) as [number, number];
    return await fromHere(model, async (here) => {
      const steps: StepAlongGradient[] = [];
      for (const learningRate of learningRates) {
        const found = await measureAt(here, learningRate);
        steps.push({ ...found, smoothness: found.gradientDistance / (learningRate * gradientNorm) });
      }
      return { loss: before, gradientNorm, steps };
    });
  } finally {
    disposeAll(start.gradients);
  }
}

/** What a step with a learning rate does to the loss of its own batch. */
export interface AlongGradientPoint {
  readonly learningRate: number;
  /** After the step; infinite or NaN where it overflows. */
  readonly loss: number;
  /** The loss after the step over the loss before it. */
  readonly ratio: number;
}

export interface GradientSearch {
  /** Before the step. */
  readonly loss: number;
  readonly points: readonly AlongGradientPoint[];
  /** The learning rate of the lowest loss; undefined if no step lowers it. */
  readonly best: number | undefined;
}

/**
 * The loss of a batch after one step of gradient descent with each of some learning rates: how large steps may be (Bjorck et al. 2018,
 * figure 3). It costs one backward pass, and one forward pass for each rate. The model runs in its mode and stays as it is.
 *
 * Rejects with ArgumentError for wrong arguments, and with what the model and the loss throw.
 *
 * @param batch tensors on the device of the model
 * @example
 * const { best, points } = await searchAlongGradient(model, { inputs: images, labels }, { loss: crossEntropy, learningRates: [1e-3, 1e-2, 0.1, 1] });
 */
export async function searchAlongGradient<Inputs, Labels, Outputs>(
  model: Module<[Inputs], Outputs>,
  batch: LabelledBatch<Inputs, Labels>,
  options: AlongGradientOptions<Labels, Outputs>,
): Promise<GradientSearch> {
  checkMeasurement<AlongGradientOptions>("searchAlongGradient", { model, batch, options }, rules);
  const { loss: measure, learningRates } = options;
  const start = differentiate(model, batch, measure);
  try {
    const loss = await readNumber(start.loss);
    const points = await fromHere(model, async (here) => {
      const found: AlongGradientPoint[] = [];
      for (const learningRate of learningRates) {
        here.move({ direction: start.gradients, distance: -learningRate });
        const reached = await readNumber(computeLoss(model, batch, measure));
        found.push({ learningRate, loss: reached, ratio: reached / loss });
      }
      return found;
    });
    const lower = points.filter((point) => point.loss < loss).sort((one, other) => one.loss - other.loss);
    return { loss, points, best: lower[0]?.learningRate };
  } finally {
    disposeAll(start.gradients);
  }
}
