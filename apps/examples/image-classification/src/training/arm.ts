import { type Arm, makeFitOptions, type Point } from "@evenkeel/example-task";
import {
  accuracy,
  cosine,
  crossEntropy,
  evaluate,
  fit,
  type Module,
  type Schedule,
  SGD,
  warmUp,
} from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import type { Data } from "../data.ts";
import type { Normalization, Options } from "../options.ts";
import { describeArm } from "../words.ts";
import type { ArmResult } from "./arm-result.ts";
import { type Measurements, startMeasurements } from "./measurements.ts";
import type { Description } from "./networks.ts";
import { testModel } from "./test-results.ts";

const goal = 0.85;
/** Of the held-out images, during a run; a long run has more steps between them. */
const mostEvaluations = 100;
const leastStepsBetweenEvaluations = 25;
const stepsBetweenCheckpoints = 100;
const momentum = 0.9;

type TrainedArm = Arm<Options, Data, Description, Measurements, ArmResult>;

/** Trains the network in one arm of the comparison and tests it. */
export async function trainArm(arm: TrainedArm): Promise<ArmResult> {
  const { options, data, saved, signal, save, learningRate } = arm;
  const model = arm.model as Module;
  const normalization = arm.normalization as Normalization;
  const { epochs, weightDecay, labelSmoothing } = options;
  const train = data.train.makeTrainingBatches();
  const heldOut = data.heldOut.makeEvaluationBatches();
  const steps = epochs * train.batchesPerEpoch;
  const loss = (logits: Tensor, labels: Tensor): Tensor => crossEntropy(logits, labels, { labelSmoothing });
  const measures = { loss, metrics: { accuracy } };
  const measurements = saved?.measurements ?? (await startMeasurements(model, train, loss));
  await save(measurements);
  const { heldOutAccuracy, losses } = measurements;
  const optimizer = new SGD(model, { learningRate, momentum, weightDecay });
  const shared = makeFitOptions(arm, { label: describeArm(normalization), stepsBetweenCheckpoints });
  const history = await fit(model, {
    ...shared,
    ...measures,
    data: train,
    epochs,
    optimizer,
    schedule: makeSchedule(learningRate, { steps, warmUpSteps: options.warmUp * train.batchesPerEpoch }),
    callbacks: [
      ...shared.callbacks,
      {
        onEpoch: async (_record, { batches }) => {
          // A run that was interrupted before the checkpoint of an epoch repeats the end of that epoch.
          losses.length = Math.min(losses.length, batches[0]!.step);
          losses.push(...batches.map(({ step, loss }): Point => [step + 1, loss]));
          await save(measurements);
        },
      },
    ],
    probe: {
      every: Math.max(leastStepsBetweenEvaluations, Math.ceil(steps / mostEvaluations)),
      run: async ({ steps }) => {
        // A resumed run repeats the steps after its checkpoint, including their evaluations.
        if (heldOutAccuracy.some(([step]) => step === steps)) return;
        // Ignores the signal: a run that is interrupted here finishes the evaluation, then saves a checkpoint.
        const { metrics } = await evaluate(model, { ...measures, data: heldOut });
        heldOutAccuracy.push([steps, metrics.accuracy!]);
        await save(measurements);
      },
    },
  });
  optimizer.dispose();
  const trainingSeconds = history.epochs.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
  const trainedImages = history.epochs.reduce((sum, { examples }) => sum + examples, 0);
  const { metrics } = await evaluate(model, { ...measures, data: heldOut, signal });
  if (heldOutAccuracy.at(-1)?.[0] !== steps) heldOutAccuracy.push([steps, metrics.accuracy!]);
  return {
    normalization,
    parameters: model.countParameters(),
    epochs: history.epochs.length,
    ...(await testModel(model, data.test, signal)),
    finalHeldOutAccuracy: metrics.accuracy!,
    stepsTo85: heldOutAccuracy.find(([, share]) => share >= goal)?.[0] ?? null,
    imagesPerSecond: trainedImages / trainingSeconds,
    trainingSeconds,
    ...measurements,
  };
}

/** A linear rise, if there is one, and half a cosine. */
function makeSchedule(
  rate: number,
  { steps, warmUpSteps }: { readonly steps: number; readonly warmUpSteps: number },
): Schedule {
  if (warmUpSteps === 0) return cosine(rate, { steps });
  return warmUp(cosine(rate, { steps: Math.max(1, steps - warmUpSteps) }), { steps: warmUpSteps });
}
