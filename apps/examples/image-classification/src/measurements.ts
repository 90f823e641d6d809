import { join } from "node:path";
import { valueAndGrad, withoutStatistics } from "@evenkeel/autodiff";
import type { Batches } from "@evenkeel/datasets";
import { crossEntropy, type Module } from "@evenkeel/nn";
import { scope, type Tensor } from "@evenkeel/tensor";
import { writeFileAtomically } from "@evenkeel/tensor/node";
import { readJson } from "./read-json.ts";
import type { ArmResult } from "./results.ts";

/** What is measured beside the training, kept in a file so that a resumed run ends with the same report. */
export interface Measurements {
  readonly gradientNorms: ArmResult["gradientNorms"];
  readonly heldOutAccuracy: (readonly [step: number, accuracy: number])[];
}

export const measurementsFile = "measurements.json";

const fileIn = (folder: string): string => join(folder, measurementsFile);

export const saveMeasurements = (folder: string, measurements: Measurements): Promise<void> =>
  writeFileAtomically(fileIn(folder), JSON.stringify(measurements));

/** Those of the run that is resumed, or the ones of the untrained model. */
export async function startMeasurements(
  model: Module,
  train: Batches,
  folder: string,
  resume: boolean,
): Promise<Measurements> {
  const saved = resume ? await readJson<Measurements>(fileIn(folder)) : undefined;
  if (saved !== undefined) return saved;
  const measurements = { gradientNorms: await firstGradientNorms(model, train), heldOutAccuracy: [] };
  await saveMeasurements(folder, measurements);
  return measurements;
}

/** Euclidean norms of the gradients of all weights with more than one dimension, at the first batch, before any update. */
async function firstGradientNorms(model: Module, train: Batches): Promise<ArmResult["gradientNorms"]> {
  const differentiate = valueAndGrad(model, (x: Tensor, y: Tensor) => crossEntropy(model.forward(x), y));
  const names = [...model.namedParameters()].filter(([, { trainable }]) => trainable).map(([name]) => name);
  const norms: { layer: string; norm: number }[] = [];
  for await (const { inputs, labels } of train.epoch(0)) {
    const [loss, gradients] = scope(() => withoutStatistics(() => differentiate(inputs, labels)));
    for (const [index, gradient] of gradients.entries()) {
      if (gradient.rank < 2) continue;
      norms.push({
        layer: names[index]!.replace(/\.weight$/, ""),
        norm: euclideanNorm(await gradient.data()),
      });
    }
    for (const tensor of [loss, inputs, labels, ...gradients]) tensor.dispose();
    break;
  }
  return norms;
}

function euclideanNorm(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]! ** 2;
  return Math.sqrt(sum);
}
