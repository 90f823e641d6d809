import { type Arm, checkpointName } from "@evenkeel/example-task";
import { FolderCheckpointStore } from "@evenkeel/nn/node";
import type { Data, Fold } from "../data/data.ts";
import { makeVocabulary } from "../data/encode.ts";
import type { Normalization, Options } from "../options.ts";
import { describeArm } from "../words.ts";
import { trainFold } from "./fold.ts";
import { type Description, makeNetwork, type Network } from "./networks.ts";
import type { ArmResult, FoldResult, Measurements } from "./results.ts";

type TextArm = Arm<Options, Data, Description, Measurements, ArmResult>;

/** Trains and tests a network for each fold in one arm of the comparison; the last one is kept. */
export async function trainArm(arm: TextArm): Promise<ArmResult> {
  const normalization = arm.normalization as Normalization;
  const { folds } = arm.data;
  const results: FoldResult[] = [...(arm.saved?.measurements?.folds ?? [])];
  // The last fold is not among the complete ones: a resumed run takes its network from its checkpoint.
  while (results.length < folds.length - 1) {
    const index = results.length;
    const description = describeFold(arm, folds[index]!);
    const network = makeNetwork(description, optionsOf(arm, index), normalization);
    try {
      results.push(await train(arm, network, { index, description, complete: results }));
    } finally {
      network.dispose();
    }
    await arm.save({ folds: results, current: index });
  }
  const last = await train(arm, arm.model as Network, {
    index: results.length,
    description: arm.description,
    complete: results,
  });
  const all = [...results, last];
  return {
    normalization,
    parameters: arm.model.countParameters(),
    trainingSeconds: all.reduce((sum, { seconds }) => sum + seconds, 0),
    folds: all,
  };
}

/** Words that only the texts of a test have are unknown to its network. */
const describeFold = ({ data, options }: TextArm, { train }: Fold): Description => ({
  classes: data.classes,
  vocabulary: makeVocabulary(train, options).toJSON(),
});

/** The last fold has the seed of the run, which made the network that is kept. */
const optionsOf = ({ options, data }: TextArm, index: number): Options => ({
  ...options,
  seed: (options.seed + (data.folds.length - 1 - index)) % 2 ** 32,
});

interface FoldSetting {
  readonly index: number;
  readonly description: Description;
  /** The results of the folds before. */
  readonly complete: readonly FoldResult[];
}

/** Trains a fold, from its checkpoint if the run was interrupted in it. */
async function train(
  arm: TextArm,
  network: Network,
  { index, description, complete }: FoldSetting,
): Promise<FoldResult> {
  const { data, folder, run, saved, signal, onStep } = arm;
  const { folds } = data;
  const store = new FolderCheckpointStore(folder);
  const isResumed = saved?.measurements?.current === index;
  if (!isResumed) {
    // The checkpoint of the fold before goes first, so that it is not mistaken for one of this fold.
    await store.remove(checkpointName);
    await arm.save({ folds: complete, current: index });
  }
  const numbered = folds.length === 1 ? "" : `, fold ${index + 1} of ${folds.length}`;
  return trainFold(network, folds[index]!, {
    options: optionsOf(arm, index),
    learningRate: arm.learningRate,
    description,
    label: `${describeArm(arm.normalization as Normalization)}${numbered}`,
    checkpoint: { store, name: checkpointName, run: `${run}/${index}` },
    resumed: isResumed,
    signal,
    onStep,
  });
}
