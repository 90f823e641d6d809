import { deferStateChange, wholeStep } from "@evenkeel/autodiff";
import { DataError } from "@evenkeel/tensor";
import type { StoredArray } from "@evenkeel/tensor/safetensors";
import type { Checkpoint } from "../checkpoints/checkpoint-file.ts";
import {
  decodeCheckpoint,
  encodeCheckpoint,
  modelPrefix,
  sectionOf,
} from "../checkpoints/checkpoint-file.ts";
import type { RandomState } from "../initializers/random-source.ts";
import { checkStateDict } from "../module/load-state-dict.ts";
import type { AnyModule } from "../module/module.ts";
import { stateArrays } from "../module/state-dict.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import type { CheckpointOptions } from "./fit-options.ts";
import type { History } from "./history.ts";

interface RunParts {
  readonly model: AnyModule;
  readonly optimizer: Optimizer;
}

/** Where a run stands; `milliseconds` were spent in the epoch so far. */
interface RunState {
  readonly history: History;
  readonly position: { readonly epoch: number; readonly batch: number; readonly step: number };
  readonly milliseconds: number;
}

interface Progress extends RunState {
  readonly learningRate: number;
  /** Random sources by their path in the model. */
  readonly random: { readonly [path: string]: RandomState };
}

const defaultName = "latest";
const optimizerPrefix = "optimizer.";

/** Saves everything that the rest of a run depends on. */
export async function saveRun(
  { store, name = defaultName }: CheckpointOptions,
  { model, optimizer, ...state }: RunParts & RunState,
): Promise<void> {
  const progress: Progress = {
    ...state,
    learningRate: optimizer.learningRate,
    random: Object.fromEntries([...model.namedRandomSources()].map(([path, { state }]) => [path, state])),
  };
  const [modelArrays, optimizerArrays] = await Promise.all([stateArrays(model), optimizer.stateArrays()]);
  const tensors = new Map<string, StoredArray>();
  for (const [path, array] of modelArrays) tensors.set(modelPrefix + path, array);
  for (const [path, array] of optimizerArrays) tensors.set(optimizerPrefix + path, array);
  await store.save(name, encodeCheckpoint({ tensors, progress }));
}

/**
 * Puts model, optimizer and random sources back to where a checkpoint left them; undefined where there is none. Throws
 * DataError for a damaged file and StateDictError for one of another model, before anything has changed.
 */
export async function restoreRun(
  { store, name = defaultName }: CheckpointOptions,
  { model, optimizer }: RunParts,
): Promise<RunState | undefined> {
  const bytes = await store.load(name);
  if (bytes === undefined) return undefined;
  const checkpoint = decode(name, bytes);
  const progress = checkpoint.progress as Progress;
  const modelState = sectionOf(checkpoint, modelPrefix);
  const sources = new Map(model.namedRandomSources());
  checkStateDict(model, modelState);
  checkRandomSources([...sources.keys()], Object.keys(progress.random));
  wholeStep(() => {
    deferStateChange(optimizer.prepareState(sectionOf(checkpoint, optimizerPrefix)));
    for (const [path, source] of sources) source.state = progress.random[path]!;
    model.loadStateDict(modelState);
  });
  optimizer.learningRate = progress.learningRate;
  return progress;
}

/** A store may hold many: the error tells which one is damaged. */
function decode(name: string, bytes: Uint8Array): Checkpoint {
  try {
    return decodeCheckpoint(bytes);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(`the checkpoint "${name}" cannot be read: ${error.message}`, { cause: error });
  }
}

function checkRandomSources(expected: readonly string[], found: readonly string[]): void {
  if (expected.length !== found.length || expected.some((path) => !found.includes(path))) {
    throw new DataError(
      `checkpoint: found random sources ${found.join(", ") || "none"}, expected ${expected.join(", ") || "none"}: it belongs to another model`,
    );
  }
}
