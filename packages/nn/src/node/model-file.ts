import { DataError } from "@evenkeel/tensor";
import { readSafetensorsFile, writeFileAtomically } from "@evenkeel/tensor/node";
import type { ModelFileOptions } from "../checkpoints/model-format.ts";
import { addFileName, encodeModelInParts, loadFromFile } from "../checkpoints/model-format.ts";
import type { LoadOptions, LoadReport } from "../module/load-state-dict.ts";
import type { AnyModule } from "../module/module.ts";

/**
 * Saves a model's weights, buffers and counters as a safetensors file, whole or not at all; missing folders are made.
 *
 * @throws StorageError that names the path (disk full, no permission); ArgumentError for metadata that are not text
 * @example await save(model, "model.safetensors");
 */
export async function save(model: AnyModule, path: string, options: ModelFileOptions = {}): Promise<void> {
  await writeFileAtomically(path, await encodeModelInParts(model, options));
}

/**
 * Loads the weights of a safetensors file, such as one of PyTorch, or the model in a checkpoint of `fit`.
 * Everything is checked before the first value changes. `except` leaves a part of the model as it is, such as a new head.
 *
 * @returns the names that were loaded, left as they were, missing, and unexpected
 * @throws StorageError for a file that cannot be read; DataError for one that is damaged or of another format;
 * StateDictError, which lists the differences, for one of another model; all name the path
 * @example await load(model, "resnet18.safetensors", { except: "fc" });
 */
export async function load(model: AnyModule, path: string, options: LoadOptions = {}): Promise<LoadReport> {
  const file = await readSafetensorsFile(path);
  try {
    return loadFromFile(model, file, options, path);
  } catch (error) {
    throw error instanceof DataError ? addFileName(path, error) : error;
  }
}
