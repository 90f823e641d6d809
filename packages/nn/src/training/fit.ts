import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, RandomSource } from "@evenkeel/tensor";
import { defaultCheckpointName } from "../checkpoints/checkpoint-store.ts";
import type { AnyModule, Module } from "../module/module.ts";
import { Buffer, Parameter } from "../module/variable.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { FittingSource } from "./batches/batch.ts";
import { checkFitOptions } from "./check-options.ts";
import { withCleanUp } from "./clean-up.ts";
import type { CheckpointOptions, FitOptions, FitSettings } from "./fit-options.ts";
import type { History } from "./measurements/history.ts";
import { isTrainedIn, listModules } from "./modes.ts";
import { Run } from "./run/run.ts";

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
  checkTrainable(model);
  const release = occupy(model, options.optimizer);
  const train = async (): Promise<History<Name>> => {
    const run = new Run(model, options);
    await run.prepare();
    return run.train();
  };
  try {
    return await withCleanUp(train, await claimCheckpoint(options.checkpoint));
  } finally {
    release();
  }
}

/** Claims the checkpoint for one run, where the store supports it; returns a function that ends the claim. */
const claimCheckpoint = async (options: CheckpointOptions | undefined): Promise<() => Promise<void>> =>
  (await options?.store.claim?.(options.name ?? defaultCheckpointName)) ?? (async () => undefined);

function checkTrainable(model: AnyModule): void {
  for (const { trainable } of model.parameters()) if (trainable) return;
  throw new ArgumentError(
    "fit: model: found no trainable parameter, expected at least one: call unfreeze() on what is to be trained",
  );
}

/** What runs are training at this moment: models, optimizers, and the members of models that steps change. */
const inTraining = new WeakSet<object>();

/** Throws ArgumentError where another run changes the same values. Returns a function that releases them. */
function occupy(model: Module<never, unknown>, optimizer: Optimizer): () => void {
  const owned = [model, optimizer, ...listChangedMembers(model)];
  for (const value of owned) {
    if (!inTraining.has(value)) continue;
    const name = value === model ? "model" : value === optimizer ? "optimizer" : "model: part of it";
    throw new ArgumentError(`fit: ${name}: another fit is training it; wait for it, or stop it`);
  }
  for (const value of owned) inTraining.add(value);
  return () => {
    for (const value of owned) inTraining.delete(value);
  };
}

/** What a step changes: trainable parameters, and buffers and random sources of modules in training mode. */
function* listChangedMembers(model: AnyModule): Generator<object> {
  for (const module of listModules(model)) {
    const isTraining = isTrainedIn(module, model);
    for (const [, member] of module.members()) {
      if (member instanceof Parameter) {
        if (member.trainable) yield member;
      } else if (member instanceof Buffer) {
        if (isTraining && !module.isFrozen) yield member;
      } else if (member instanceof RandomSource && isTraining) yield member;
    }
  }
}
