import type { Tensor } from "@evenkeel/tensor";
import type { Module } from "../module/module.ts";
import type { FittingSource } from "./batches/batch.ts";
import { checkFitOptions } from "./check-options.ts";
import { checkTrainable, claimModel } from "./claim-model.ts";
import { withCleanUp } from "./clean-up.ts";
import type { CheckpointOptions, FitOptions, FitSettings } from "./fit-options.ts";
import type { History } from "./measurements/history.ts";
import { Run } from "./run/run.ts";
import type { RunParts } from "./run/run-progress.ts";
import type { SavedRuns } from "./run/saved-runs.ts";

/**
 * Trains a model: for every batch one forward and backward pass and one update. It owns the memory of each step, including
 * batches, and reads loss and metrics some steps late, so that it does not wait for the device. A resumed run has bit for bit
 * the same result as one that was never interrupted.
 *
 * Host arrays are uploaded to the backend of the model. The model runs in training mode in each forward pass and is back in its
 * own mode afterwards. A module whose mode differs from the model's keeps it: `norm.eval()` lasts through training.
 *
 * A step that throws leaves model, optimizer and random state as they were before it. The error names epoch and batch, and
 * `resumed: true` continues from that step. A checkpoint is needed only when the device failed, which a later read reports.
 *
 * @returns the records of all epochs, and of the batches of the last one
 * @throws ArgumentError for wrong options, an epoch without batches, a label of a host array that is not a class, a model
 * without trainable parameters, and a model or optimizer that another `fit` is training; NonFiniteLossError or
 * NonFiniteGradientError; StateDictError or DataError when the checkpoint to resume is damaged or belongs to another model or run; StorageError when another run is using
 * the checkpoint; the signal's reason when it is aborted
 * @example
 * const history = await fit(model, {
 *   data: batches(train, { batchSize: 128, shuffled: true, seed: 1 }),
 *   loss: crossEntropy,
 *   optimizer: new SGD(model, { learningRate: 0.1, momentum: 0.9 }),
 *   epochs: 3,
 *   metrics: { accuracy },
 * });
 */
export async function fit<
  Inputs,
  Outputs,
  Epoch,
  Labels = Tensor,
  Validation = never,
  Name extends string = never,
>(
  model: Module<[Inputs], Outputs>,
  given: FitSettings<Labels, Outputs, Name> & {
    readonly data: FittingSource<Epoch, Inputs, NoInfer<Labels>>;
    readonly validation?: FittingSource<Validation, Inputs, NoInfer<Labels>>;
  },
): Promise<History<Name>> {
  checkFitOptions(given);
  const options = given as FitOptions<Inputs, Labels, Outputs, Name>;
  options.optimizer.checkModel(model);
  checkTrainable("fit", model);
  const release = claimModel("fit", model, options.optimizer);
  try {
    const saved = options.checkpoint && (await openSavedRuns(options.checkpoint, { ...options, model }));
    const train = async (): Promise<History<Name>> => {
      const run = new Run(model, options, saved);
      if (!options.resumed) await saved?.checkOwner();
      else {
        const { findBegunRun } = await import("./run/find-begun-run.ts");
        const begun = await findBegunRun(model, options, saved);
        if (begun !== undefined) run.adopt(begun);
      }
      return run.train();
    };
    return await (saved === undefined ? train() : withCleanUp(train, await saved.claim()));
  } finally {
    release();
  }
}

/** Programs that save no run do not load what saves it. */
async function openSavedRuns(checkpoint: CheckpointOptions, parts: RunParts): Promise<SavedRuns> {
  const { SavedRuns } = await import("./run/saved-runs.ts");
  return new SavedRuns(checkpoint, parts);
}
