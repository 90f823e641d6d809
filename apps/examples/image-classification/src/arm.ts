import { rm } from "node:fs/promises";
import { join } from "node:path";
import { batches, channelStatistics } from "@evenkeel/datasets";
import { accuracy, cosine, crossEntropy, evaluate, fit, type Module, SGD, stateArrays } from "@evenkeel/nn";
import { FolderCheckpointStore } from "@evenkeel/nn/node";
import { storageError, writeFileAtomically } from "@evenkeel/tensor/node";
import { writeSafetensors } from "@evenkeel/tensor/safetensors";
import type { Data } from "./data.ts";
import { measurementsFile, saveMeasurements, startMeasurements } from "./measurements.ts";
import { buildNetwork } from "./networks.ts";
import type { Options } from "./options.ts";
import type { ProgressLine } from "./progress.ts";
import { readJson } from "./read-json.ts";
import { type ArmResult, nameOfArm } from "./results.ts";
import { trainingProgress } from "./training-progress.ts";

const goal = 0.85;
const stepsBetweenLooks = 25;
const stepsBetweenCheckpoints = 100;
const evaluationBatchSize = 500;
const momentum = 0.9;
const weightDecay = 5e-4;

export interface ArmSetting {
  readonly normalization: "batch" | "none";
  readonly data: Data;
  readonly options: Options;
  /** The folder of this arm: its checkpoint, its weights and what is known so far. */
  readonly folder: string;
  readonly line: ProgressLine;
  readonly signal: AbortSignal;
}

const resultFile = "result.json";
const weightsFile = "model.safetensors";
const checkpointName = "checkpoint";

/** Removes what an earlier run left in the folder of an arm: a later `--resume` would take it for its own. */
export async function clearArm(folder: string): Promise<void> {
  for (const file of [resultFile, weightsFile, measurementsFile, `${checkpointName}.safetensors`]) {
    const path = join(folder, file);
    await rm(path, { force: true }).catch((error) => {
      throw storageError(path, error);
    });
  }
}

/**
 * Trains the network in one arm of the comparison and tests it. A finished arm is read back from its folder; an interrupted
 * one goes on from its checkpoint when the options say so.
 */
export async function runArm(setting: ArmSetting): Promise<ArmResult> {
  const { options, normalization, data, folder } = setting;
  const finished = options.resume ? await readJson<ArmResult>(join(folder, resultFile)) : undefined;
  if (finished !== undefined) return finished;
  const model = buildNetwork(options, normalization, data.train);
  try {
    const result = await trainAndTest(model, setting);
    await writeFileAtomically(join(folder, weightsFile), writeSafetensors(await stateArrays(model)));
    await writeFileAtomically(join(folder, resultFile), JSON.stringify(result));
    return result;
  } finally {
    model.dispose();
  }
}

async function trainAndTest(model: Module, setting: ArmSetting): Promise<ArmResult> {
  const { options, data, normalization, folder, line, signal } = setting;
  const { batchSize, seed, epochs, learningRate, resume } = options;
  const statistics = channelStatistics(data.train);
  const train = batches(data.train, { batchSize, shuffleSeed: seed, statistics, dropLast: true });
  const heldOut = batches(data.heldOut, { batchSize: evaluationBatchSize, statistics });
  const test = batches(data.test, { batchSize: evaluationBatchSize, statistics });
  const { batchesPerEpoch } = train;
  const measures = { loss: crossEntropy, metrics: { accuracy } };
  const measurements = await startMeasurements(model, train, folder, resume);
  const { heldOutAccuracy } = measurements;
  const optimizer = new SGD(model, { learningRate, momentum, weightDecay });
  const history = await fit(model, {
    ...measures,
    signal,
    data: train,
    epochs,
    optimizer,
    schedule: cosine(learningRate, { steps: epochs * batchesPerEpoch }),
    checkpoint: {
      store: new FolderCheckpointStore(folder),
      name: checkpointName,
      everySteps: stepsBetweenCheckpoints,
    },
    resume,
    callbacks: [trainingProgress(line, { name: nameOfArm(normalization), epochs, batchesPerEpoch })],
    probe: {
      every: stepsBetweenLooks,
      run: async ({ steps }) => {
        // A resumed run repeats the steps after its checkpoint, and their looks with them.
        if (heldOutAccuracy.some(([step]) => step === steps)) return;
        // Without the signal: a run that is interrupted here finishes the look, then saves where it is.
        const { metrics } = await evaluate(model, { ...measures, data: heldOut });
        heldOutAccuracy.push([steps, metrics.accuracy!]);
        await saveMeasurements(folder, measurements);
      },
    },
  });
  optimizer.dispose();
  const tested = await evaluate(model, { ...measures, data: test, signal });
  const trainingSeconds = history.epochs.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
  const trainedImages = history.batches.reduce((sum, { examples }) => sum + examples, 0);
  return {
    normalization,
    parameters: model.parameterCount(),
    epochs: history.epochs.length,
    testAccuracy: tested.metrics.accuracy!,
    testLoss: tested.loss,
    stepsTo85: heldOutAccuracy.find(([, share]) => share >= goal)?.[0] ?? null,
    imagesPerSecond: trainedImages / trainingSeconds,
    trainingSeconds,
    losses: history.batches.map(({ step, loss }) => [step + 1, loss] as const),
    ...measurements,
  };
}
