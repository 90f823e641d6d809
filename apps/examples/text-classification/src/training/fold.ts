import { AdamW, accuracy, type CheckpointOptions, crossEntropy, fit, oneCycle } from "@evenkeel/nn";
import { ProgressBar } from "@evenkeel/nn/node";
import type { Fold } from "../data/data.ts";
import { encode, makeTestBatches, makeTrainingBatches } from "../data/encode.ts";
import type { Options } from "../options.ts";
import { type Description, type Network, readVocabulary } from "./networks.ts";
import type { FoldResult } from "./results.ts";
import { testNetwork } from "./test-network.ts";

interface FoldSetting {
  readonly options: Options;
  readonly learningRate: number;
  readonly description: Description;
  /** What the progress bar calls it. */
  readonly label: string;
  readonly checkpoint: CheckpointOptions;
  readonly resumed: boolean;
  readonly signal: AbortSignal;
  onStep(): Promise<void>;
}

const stepsBetweenCheckpoints = 200;
/** The share of the steps in which the learning rate rises. */
const warmUpShare = 0.2;

/** Trains a network with AdamW and one cycle of the learning rate, and tests it. */
export async function trainFold(network: Network, fold: Fold, setting: FoldSetting): Promise<FoldResult> {
  const { options, learningRate, description, label, checkpoint, resumed, signal, onStep } = setting;
  const { epochs, weightDecay, labelSmoothing } = options;
  const vocabulary = readVocabulary(description);
  const data = makeTrainingBatches(encode(fold.train, vocabulary, options), options);
  const validation = encode(fold.validation, vocabulary, options);
  const optimizer = new AdamW(network, { learningRate, weightDecay });
  try {
    const history = await fit(network, {
      data: data as never,
      ...(validation.length > 0 && { validation: makeTestBatches(validation) as never }),
      loss: (logits, labels) => crossEntropy(logits, labels, { labelSmoothing }),
      metrics: { accuracy },
      optimizer,
      schedule: oneCycle(learningRate, { steps: epochs * data.batchesPerEpoch, warmUpShare }),
      epochs,
      checkpoint: { ...checkpoint, everySteps: stepsBetweenCheckpoints },
      resumed,
      signal,
      // An arm that diverges is a valid result.
      onNonFinite: "continue",
      callbacks: [new ProgressBar({ label }), { onBatch: onStep }],
    });
    const tested = await testNetwork(network, fold.test, { description, reading: options, signal });
    return {
      ...tested,
      epochs: history.epochs.map(({ loss, validation: held }) => ({
        loss,
        accuracy: held?.metrics.accuracy ?? Number.NaN,
      })),
      seconds: history.epochs.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000,
      trainedTexts: history.epochs.reduce((sum, { examples }) => sum + examples, 0),
    };
  } finally {
    optimizer.dispose();
  }
}
