import type { Bytes } from "@evenkeel/tensor";
import { ArgumentError, DataError, deferStateChange, getRandomSource, wholeStep } from "@evenkeel/tensor";
import { describeValue } from "@evenkeel/tensor/checks";
import type { StoredArray } from "@evenkeel/tensor/safetensors";
import {
  decodeCheckpoint,
  encodeCheckpoint,
  modelPrefix,
  selectSection,
} from "../../checkpoints/checkpoint-file.ts";
import { describeEnvironment } from "../../checkpoints/environment.ts";
import { checkStateDict } from "../../module/load-state-dict.ts";
import { collectDistinct, readStateArrays } from "../../module/state-dict.ts";
import { findBackend } from "../batches/batch.ts";
import type { CheckpointOptions } from "../fit-options.ts";
import { checkProgress } from "./check-progress.ts";
import { checkEpochs, checkSettings } from "./check-settings.ts";
import type { Progress, RunParts, RunState } from "./run-progress.ts";
import { readSettings } from "./run-progress.ts";

export const defaultName = "latest";
const optimizerPrefix = "optimizer.";

/** Claims the checkpoint for one run, where the store supports it; returns a function that ends the claim. */
export const claimRun = async (options: CheckpointOptions | undefined): Promise<() => Promise<void>> =>
  (await options?.store.claim?.(options.name ?? defaultName)) ?? (async () => undefined);

/** A checkpoint of everything that the rest of a run depends on. */
export async function encodeRun(
  options: CheckpointOptions,
  { model, optimizer, metrics, data }: RunParts,
  state: RunState,
): Promise<Bytes> {
  const progress: Progress = {
    ...state,
    settings: readSettings(options, { optimizer, metrics, data }),
    environment: describeEnvironment(findBackend(model)),
    learningRate: optimizer.learningRate,
    defaultSource: getRandomSource().state,
    random: Object.fromEntries([...model.namedRandomSources()].map(([path, { state }]) => [path, state])),
  };
  const [modelArrays, optimizerArrays] = await Promise.all([
    readStateArrays(model),
    optimizer.readStateArrays(),
  ]);
  const tensors = new Map<string, StoredArray>();
  for (const [path, array] of collectDistinct(modelArrays).tensors) tensors.set(modelPrefix + path, array);
  for (const [path, array] of optimizerArrays) tensors.set(optimizerPrefix + path, array);
  return encodeCheckpoint({ tensors, progress });
}

/**
 * Throws ArgumentError where a run would overwrite the checkpoint of another name, or, without a name, a checkpoint that has one.
 * A checkpoint that cannot be read may be overwritten.
 */
export async function checkOwner(options: CheckpointOptions | undefined): Promise<void> {
  if (options === undefined) return;
  const { store, name = defaultName, run } = options;
  const bytes = await store.load(name);
  const owner = bytes && findOwner(bytes);
  if (owner !== undefined && owner !== null && owner !== run) {
    const expected = run === undefined ? "one of a run without a name" : `one of ${describeValue(run)}`;
    throw new ArgumentError(
      `fit: checkpoint: found "${name}" of the run ${describeValue(owner)}, expected ${expected} or none`,
    );
  }
}

function findOwner(bytes: Uint8Array): string | null | undefined {
  try {
    return checkProgress(decodeCheckpoint(bytes).progress).settings.run;
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

/**
 * Puts model, optimizer and random sources, the default one too, back to where a checkpoint left them; undefined where there is none. Throws
 * DataError for a damaged file or one of another run and StateDictError for one of another model, before anything has changed.
 */
export async function restoreRun(
  options: CheckpointOptions,
  { model, optimizer, metrics, data, epochs }: RunParts & { readonly epochs: number },
): Promise<RunState | undefined> {
  const { store, name = defaultName } = options;
  const bytes = await store.load(name);
  if (bytes === undefined) return undefined;
  return addRunName(name, () => {
    const checkpoint = decodeCheckpoint(bytes);
    const progress = checkProgress(checkpoint.progress);
    const modelState = selectSection(checkpoint, modelPrefix);
    const sources = new Map(model.namedRandomSources());
    checkStateDict(model, modelState, {}, `the checkpoint "${name}"`);
    checkSettings(progress.settings, readSettings(options, { optimizer, metrics, data }));
    checkRandomSources([...sources.keys()], Object.keys(progress.random));
    checkEpochs(progress.position, epochs);
    wholeStep(() => {
      deferStateChange(optimizer.prepareState(selectSection(checkpoint, optimizerPrefix)));
      getRandomSource().state = progress.defaultSource;
      for (const [path, source] of sources) source.state = progress.random[path]!;
      model.loadStateDict(modelState);
    });
    const { learningRate } = progress.settings.optimizer;
    // An optimizer that was made with another rate continues with its own.
    if (learningRate === optimizer.settings.learningRate) optimizer.learningRate = progress.learningRate;
    return progress;
  });
}

/** Adds the name of the checkpoint to a DataError: a store may hold many. */
function addRunName<Result>(name: string, body: () => Result): Result {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(`the checkpoint "${name}" cannot be resumed: ${error.message}`, { cause: error });
  }
}

function checkRandomSources(expected: readonly string[], found: readonly string[]): void {
  if (expected.length !== found.length || expected.some((path) => !found.includes(path))) {
    throw new DataError(
      `found random sources ${found.join(", ") || "none"}, expected ${expected.join(", ") || "none"}: it belongs to another model`,
    );
  }
}
