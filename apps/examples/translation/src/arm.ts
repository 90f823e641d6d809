import { type Arm, makeFitOptions, type Point } from "@evenkeel/example-task";
import type { Translator } from "@evenkeel/models";
import { Adam, cosine, crossEntropy, evaluate, fit, warmUp } from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import type { ArmResult, Measurements } from "./arm-result.ts";
import type { Data } from "./data.ts";
import type { Description } from "./networks.ts";
import { readEncoding } from "./networks.ts";
import type { Normalization, Options } from "./options.ts";
import { ignored, makePairBatches } from "./pair-batches.ts";
import { ProcessorTime } from "./processor-time.ts";
import { settleStatistics, settlingShare } from "./settle.ts";
import { scoreTranslations } from "./translate.ts";
import { describeArm } from "./words.ts";

const stepsBetweenCheckpoints = 100;
const betas = [0.9, 0.98] as const;
const labelSmoothing = 0.1;

const computePlainLoss = (logits: Tensor, labels: Tensor): Tensor =>
  crossEntropy(logits, labels, { axis: -1, ignoreIndex: ignored });

const computeLoss = (logits: Tensor, labels: Tensor): Tensor =>
  crossEntropy(logits, labels, { axis: -1, ignoreIndex: ignored, labelSmoothing });

/** Trains one translator and tests it. */
export async function trainArm(
  arm: Arm<Options, Data, Description, Measurements, ArmResult>,
): Promise<ArmResult> {
  const { options, data, description, saved, signal, save, learningRate } = arm;
  const model = arm.model as Translator;
  const normalization = arm.normalization as Normalization;
  const { batchTokens, seed, epochs, beams } = options;
  const encoding = readEncoding(description);
  const train = makePairBatches(data.train, encoding, { batchTokens, seed });
  const validation = makePairBatches(data.validation, encoding, { batchTokens });
  const steps = epochs * train.batchesPerEpoch;
  const warmUpSteps = Math.min(options.warmUp, Math.round(steps / 4));
  const measurements = saved?.measurements ?? startMeasurements();
  await save(measurements);
  const optimizer = new Adam(model, { learningRate, betas });
  const time = new ProcessorTime();
  const schedule = warmUp(cosine(learningRate, { steps: steps - warmUpSteps }), { steps: warmUpSteps });
  const settlingSteps = Math.max(1, options.settling * train.batchesPerEpoch);
  const settling = cosine(settlingShare * learningRate, { steps: settlingSteps });
  const shared = makeFitOptions(arm, { label: describeArm(normalization), stepsBetweenCheckpoints });
  const history = await fit(model, {
    ...shared,
    loss: computeLoss,
    data: train,
    epochs: epochs + options.settling,
    optimizer,
    schedule: (step) => (step < steps ? schedule(step) : settling(step - steps)),
    callbacks: [
      ...shared.callbacks,
      {
        onStart: async (start) => {
          if (options.settling > 0 && start.history.epochs.length >= epochs)
            await settleStatistics(model, train);
        },
        onBatch: () => time.countBatch(),
        onEpoch: async ({ epoch }, { batches }) => {
          // A run that was interrupted before the checkpoint of an epoch repeats the end of that epoch.
          cut(measurements, { epochs: epoch, steps: batches[0]!.step });
          measurements.processorSeconds.push([epoch + 1, time.estimateSeconds(train.batchesPerEpoch)]);
          measurements.losses.push(...batches.map(({ step, loss }): Point => [step + 1, loss]));
          if (options.settling > 0 && epoch + 1 === epochs) await settleStatistics(model, train);
          // Ignores the signal: a run that is interrupted here finishes the validation, then saves a checkpoint.
          const { loss } = await evaluate(model, { data: validation, loss: computePlainLoss });
          measurements.validationPerplexity.push([epoch + 1, Math.exp(loss)]);
          const { bleu } = await scoreTranslations(model, data.validation, { encoding, beams: 1 });
          measurements.validationBleu.push([epoch + 1, bleu]);
          await save(measurements);
          time.restart();
        },
      },
    ],
  });
  optimizer.dispose();
  const trainingSeconds = history.epochs.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
  const found = await scoreTranslations(model, data.test, { encoding, beams, signal });
  const greedy = await scoreTranslations(model, data.test, { encoding, beams: 1, signal });
  return {
    normalization,
    parameters: model.countParameters(),
    epochs: history.epochs.length,
    trainingSeconds,
    ...measurements,
    processorSeconds: measurements.processorSeconds.reduce((sum, [, seconds]) => sum + seconds, 0),
    testBleu: found.bleu,
    testBleuInterval: found.interval,
    testChrF: found.chrF,
    greedyTestBleu: greedy.bleu,
    translations: found.translations,
  };
}

const startMeasurements = (): Measurements => ({
  losses: [],
  validationPerplexity: [],
  validationBleu: [],
  processorSeconds: [],
});

/** Removes what was measured behind the end of some epochs. */
function cut(
  { losses, validationPerplexity, validationBleu, processorSeconds }: Measurements,
  { epochs, steps }: { readonly epochs: number; readonly steps: number },
): void {
  losses.length = Math.min(losses.length, steps);
  for (const points of [validationPerplexity, validationBleu, processorSeconds]) {
    points.length = Math.min(points.length, epochs);
  }
}
