import type { SentencePairs } from "@evenkeel/models";
import { BatchNorm, type DataSource, type Module, preciseBatchNorm } from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";

/** The share of the highest learning rate with which these epochs begin. */
export const settlingShare = 0.1;
/** Enough for statistics without noise. */
const batchesOfStatistics = 200;

/**
 * From now on batch norms use the statistics of the training data, as they do on new sentences: the network gets used to them while it is
 * trained on (Wu and Johnson 2021, section 4.2). The batches of before held sentences of one length, whose own statistics are
 * those of that length. A network that has such statistics already keeps them.
 */
export async function settleStatistics(
  model: Module<[SentencePairs]>,
  train: DataSource<SentencePairs, Tensor>,
): Promise<void> {
  const norms = [...model.namedModules()].flatMap(([, module]) =>
    module instanceof BatchNorm ? [module] : [],
  );
  if (norms.length === 0) return;
  if (norms.some((norm) => norm.numBatchesTracked!.value > batchesOfStatistics)) {
    await preciseBatchNorm(model, train, { batches: batchesOfStatistics });
  }
  for (const norm of norms) norm.eval();
}
