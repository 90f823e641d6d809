import { type Arm, makeFitOptions, type Point } from "@evenkeel/example-task";
import { detectionLoss, type GridDetector } from "@evenkeel/models";
import { AdamW, AveragedModel, fit, oneCycle } from "@evenkeel/nn";
import { scope } from "@evenkeel/tensor";
import type { Data } from "../data.ts";
import type { Description } from "../network.ts";
import type { Normalization, Options } from "../options.ts";
import { describeArm } from "../words.ts";
import type { ArmResult, Measurements } from "./arm-result.ts";
import { makeTrainBatches } from "./box-batches.ts";
import { lossOptions, testDetector } from "./test-results.ts";

const stepsBetweenCheckpoints = 50;
const weightDecay = 5e-4;
const warmUpShare = 0.15;

/** The averages follow the weights closely at first, then over some two hundred updates. */
const computeDecay = (count: number): number => Math.min(0.995, (1 + count) / (10 + count));

/** Trains the detector in one arm of the comparison and tests the averages of its weights. */
export async function trainArm(
  arm: Arm<Options, Data, Description, Measurements, ArmResult>,
): Promise<ArmResult> {
  const { options, data, description, saved, signal, save, learningRate } = arm;
  const model = arm.model as GridDetector;
  const normalization = arm.normalization as Normalization;
  const { epochs } = options;
  const train = makeTrainBatches(data.train, description, options);
  const measurements = saved?.measurements ?? { losses: [], processorSeconds: [] };
  await save(measurements);
  const optimizer = new AdamW(model, { learningRate, weightDecay });
  const averaged = new AveragedModel(model, { decay: computeDecay, buffers: true, optimizer });
  const shared = makeFitOptions(arm, { label: describeArm(normalization), stepsBetweenCheckpoints });
  const history = await fit(model, {
    ...shared,
    loss: detectionLoss(model, lossOptions),
    data: train,
    epochs,
    optimizer,
    schedule: oneCycle(learningRate, { steps: epochs * train.batchesPerEpoch, warmUpShare }),
    callbacks: [...shared.callbacks, makeRecorder(measurements, () => save(measurements))],
  });
  scope(() => model.loadStateDict(averaged.stateDict()));
  averaged.dispose();
  optimizer.dispose();
  return {
    normalization,
    parameters: model.countParameters(),
    epochs: history.epochs.length,
    trainPictures: data.train.length,
    ...(await testDetector(model, data, description, signal)),
    trainingSeconds: history.epochs.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000,
    processorSeconds: measurements.processorSeconds.reduce((sum, [, seconds]) => sum + seconds, 0),
    losses: measurements.losses,
  };
}

type Recorder = NonNullable<Parameters<typeof fit>[1]["callbacks"]>[number];

/** Keeps the losses, and what the processor worked, of each epoch; of one that was interrupted, what it worked since. */
function makeRecorder({ losses, processorSeconds }: Measurements, save: () => Promise<void>): Recorder {
  let before = process.cpuUsage();
  return {
    onStart: () => {
      before = process.cpuUsage();
    },
    onEpoch: async ({ epoch }, { batches }) => {
      // A run that was interrupted before the checkpoint of an epoch repeats the end of that epoch.
      losses.length = Math.min(losses.length, batches[0]!.step);
      losses.push(...batches.map(({ step, loss }): Point => [step + 1, loss]));
      processorSeconds.length = Math.min(processorSeconds.length, epoch);
      const { user, system } = process.cpuUsage(before);
      processorSeconds.push([epoch + 1, (user + system) / 1e6]);
      before = process.cpuUsage();
      await save();
    },
  };
}
