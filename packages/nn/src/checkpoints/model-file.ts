import type { Bytes } from "@evenkeel/tensor";
import type { LoadOptions, LoadReport } from "../module/load-state-dict.ts";
import type { AnyModule } from "../module/module.ts";
import { readStateArrays } from "../module/state-dict.ts";
import type { ModelFileOptions, ModelSource } from "./model-format.ts";

/** The format of files is loaded at the first call that needs it: many programs only train. */
const loadFormat = () => import("./model-format.ts");

/**
 * The safetensors file of a model's weights, buffers and counters as of this call; PyTorch and `loadModel` read it.
 *
 * @throws ArgumentError for metadata that is not text
 * @example const blob = new Blob([await encodeModel(model, { metadata: { classes: "cat,dog" } })]);
 */
export async function encodeModel(model: AnyModule, options: ModelFileOptions = {}): Promise<Bytes> {
  const [{ writeModelFile }, state] = await Promise.all([loadFormat(), readStateArrays(model)]);
  return writeModelFile(state, options);
}

/**
 * Loads the weights of a safetensors file, such as one of PyTorch, or the model in a checkpoint of `fit`.
 * Everything is checked before the first value changes.
 *
 * @returns the names that were loaded, left as they were, missing, and unexpected
 * @throws DataError for a file that is damaged or of another format; StateDictError, which lists the differences, for one of
 * another model
 * @example await loadModel(model, input.files[0], { except: "classifier" });
 */
export async function loadModel(
  model: AnyModule,
  source: ModelSource,
  options: LoadOptions = {},
): Promise<LoadReport> {
  const { loadFromSource } = await loadFormat();
  return loadFromSource(model, source, options);
}
