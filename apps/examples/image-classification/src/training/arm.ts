import { batches, computeChannelStatistics } from "@evenkeel/datasets";
import {
  accuracy,
  cosine,
  crossEntropy,
  evaluate,
  fit,
  type Module,
  readStateArrays,
  SGD,
} from "@evenkeel/nn";
import { FolderCheckpointStore, ProgressBar } from "@evenkeel/nn/node";
import { ArgumentError, DataError } from "@evenkeel/tensor";
import { writeSafetensors } from "@evenkeel/tensor/safetensors";
import type { Data } from "../data.ts";
import type { Normalization, Options } from "../options.ts";
import { describeArm } from "../words.ts";
import type { ArmResult, Point } from "./arm-result.ts";
import { startMeasurements } from "./measurements.ts";
import { buildNetwork } from "./networks.ts";
import { checkpointName, type SavedArm, saveMeasurements, saveResult } from "./saved-arm.ts";
import { testModel } from "./test-results.ts";

const goal = 0.85;
const stepsBetweenEvaluations = 25;
const stepsBetweenCheckpoints = 100;
const evaluationBatchSize = 500;
const momentum = 0.9;
const weightDecay = 5e-4;

export interface ArmSetting {
  readonly normalization: Normalization;
  readonly data: Data;
  readonly options: Options;
  /** The name of the run and of the arm in it. */
  readonly run: string;
  /** The folder of this arm, with its checkpoint, weights and results. */
  readonly folder: string;
  /** The files of an interrupted run in the folder; absent for a new run. */
  readonly saved?: SavedArm | undefined;
  readonly signal: AbortSignal;
  /** Called after every step. */
  onStep(): Promise<void>;
}

/**
 * Trains the network in one arm of the comparison and tests it, unless the arm is already finished. Throws ArgumentError if
 * the checkpoint of an interrupted run is damaged.
 */
export async function runArm(setting: ArmSetting): Promise<ArmResult> {
  const { options, normalization, data, folder, run, saved } = setting;
  if (saved?.result !== undefined) return saved.result;
  const model = buildNetwork(options, normalization, data.train);
  try {
    const result = await trainAndTest(model, setting);
    await saveResult(folder, run, { result, weights: writeSafetensors(await readStateArrays(model)) });
    return result;
  } catch (error) {
    // The images were checked when they were loaded, so the only possible cause is a checkpoint that cannot be
    // resumed.
    if (!(error instanceof DataError)) throw error;
    throw new ArgumentError(`--resume: ${folder}: ${error.message}`, { cause: error });
  } finally {
    model.dispose();
  }
}

async function trainAndTest(model: Module, setting: ArmSetting): Promise<ArmResult> {
  const { options, data, normalization, folder, run, saved, signal, onStep } = setting;
  const { batchSize, seed, epochs, learningRate } = options;
  const statistics = computeChannelStatistics(data.train);
  const train = batches(data.train, { batchSize, shuffled: true, seed, statistics, dropLast: true });
  const heldOut = batches(data.heldOut, { batchSize: evaluationBatchSize, statistics });
  const test = batches(data.test, { batchSize: evaluationBatchSize, statistics });
  const { batchesPerEpoch } = train;
  const measures = { loss: crossEntropy, metrics: { accuracy } };
  const measurements = saved?.measurements ?? (await startMeasurements(model, train));
  await saveMeasurements(folder, run, measurements);
  const { heldOutAccuracy, losses } = measurements;
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
      run,
      everySteps: stepsBetweenCheckpoints,
    },
    resumed: saved !== undefined,
    // An arm that diverges is a valid result.
    onNonFinite: "continue",
    callbacks: [
      new ProgressBar({ label: describeArm(normalization) }),
      { onBatch: onStep },
      {
        onEpoch: async (_record, { batches }) => {
          // A run that was interrupted before the checkpoint of an epoch repeats the end of that epoch.
          losses.length = Math.min(losses.length, batches[0]!.step);
          losses.push(...batches.map(({ step, loss }): Point => [step + 1, loss]));
          await saveMeasurements(folder, run, measurements);
        },
      },
    ],
    probe: {
      every: stepsBetweenEvaluations,
      run: async ({ steps }) => {
        // A resumed run repeats the steps after its checkpoint, including their evaluations.
        if (heldOutAccuracy.some(([step]) => step === steps)) return;
        // Ignores the signal: a run that is interrupted here finishes the evaluation, then saves a checkpoint.
        const { metrics } = await evaluate(model, { ...measures, data: heldOut });
        heldOutAccuracy.push([steps, metrics.accuracy!]);
        await saveMeasurements(folder, run, measurements);
      },
    },
  });
  optimizer.dispose();
  const trainingSeconds = history.epochs.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
  const trainedImages = history.epochs.reduce((sum, { examples }) => sum + examples, 0);
  const { metrics } = await evaluate(model, { ...measures, data: heldOut, signal });
  return {
    normalization,
    parameters: model.countParameters(),
    epochs: history.epochs.length,
    ...(await testModel(model, { set: data.test, data: test, signal })),
    finalHeldOutAccuracy: metrics.accuracy!,
    stepsTo85: heldOutAccuracy.find(([, share]) => share >= goal)?.[0] ?? null,
    imagesPerSecond: trainedImages / trainingSeconds,
    trainingSeconds,
    ...measurements,
  };
}
