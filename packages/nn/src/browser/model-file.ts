import { StorageError } from "@evenkeel/tensor";
import type { ModelFileOptions } from "../checkpoints/model-format.ts";
import { encodeModelInParts, loadFromSource } from "../checkpoints/model-format.ts";
import type { LoadOptions, LoadReport } from "../module/load-state-dict.ts";
import type { AnyModule } from "../module/module.ts";
import {
  findFolder,
  findPrivateFile,
  openFolder,
  splitPath,
  withPath,
  writePrivateFile,
} from "./private-files.ts";

/**
 * Saves a model's weights, buffers and counters as a safetensors file in the origin private file system, completely or
 * not at all; missing folders are created.
 *
 * @throws StorageError that names the path (no space left); ArgumentError for metadata that is not text
 * @example await save(model, "models/figures.safetensors");
 */
export async function save(model: AnyModule, path: string, options: ModelFileOptions = {}): Promise<void> {
  const [folder, name] = splitPath(path);
  const parts = await encodeModelInParts(model, options);
  await withPath(path, "written", async () => writePrivateFile(await openFolder(folder), name, parts));
}

/**
 * Loads a file that `save` wrote, or the model in a checkpoint of an `OpfsCheckpointStore`. `except` leaves a part of the model
 * as it is. `loadModel` loads a file that the user has chosen.
 *
 * @returns the names that were loaded, left as they were, missing, and unexpected
 * @throws StorageError if the file does not exist; DataError if it is damaged; StateDictError if it belongs to another model
 * @example await load(model, "models/figures.safetensors");
 */
export async function load(model: AnyModule, path: string, options: LoadOptions = {}): Promise<LoadReport> {
  const [folder, name] = splitPath(path);
  const file = await withPath(path, "read", async () => findPrivateFile(await findFolder(folder), name));
  if (file === undefined) throw new StorageError(`${path}: could not be read: there is no such file`);
  return loadFromSource(model, new File([file], path), options);
}

/** The milliseconds within which a browser begins a download. */
const downloadBeginsWithin = 60_000;

/**
 * Downloads the safetensors file of a model. Call it on the page, not in a worker.
 *
 * @throws ArgumentError for metadata that is not text
 * @example button.onclick = () => downloadModel(model, "figures.safetensors");
 */
export async function downloadModel(
  model: AnyModule,
  fileName = "model.safetensors",
  options: ModelFileOptions = {},
): Promise<void> {
  const parts = await encodeModelInParts(model, options);
  const url = URL.createObjectURL(new Blob([...parts], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  Object.assign(link, { href: url, download: fileName });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), downloadBeginsWithin);
}
