import type { Bytes } from "@evenkeel/tensor";
import { DataError } from "@evenkeel/tensor";
import { anything, checkOptions, getBuiltinName } from "@evenkeel/tensor/checks";
import type { FileParts, Safetensors, StoredArray } from "@evenkeel/tensor/safetensors";
import {
  encodeSafetensors,
  makeRangeSource,
  readSafetensors,
  readSafetensorsRanges,
  writeSafetensors,
} from "@evenkeel/tensor/safetensors";
import type { LoadOptions, LoadReport } from "../module/load-state-dict.ts";
import { loadStateDict } from "../module/load-state-dict.ts";
import type { AnyModule } from "../module/module.ts";
import type { DistinctArrays } from "../module/state-dict.ts";
import { collectDistinct, listStatefulMembers, readStateArrays } from "../module/state-dict.ts";
import { isCheckpoint, modelPrefix, selectSection, toCheckpoint } from "./checkpoint-file.ts";

/** What is saved besides the weights. */
export interface ModelFileOptions {
  /** Your own text, such as a date or the names of the classes. */
  readonly metadata?: Readonly<Record<string, string>>;
}

type Metadata = Readonly<Record<string, string>>;

/** A value with several names is stored once; the metadata list the other names, as in files of `safetensors.torch`. */
function prepareModelFile(
  state: ReadonlyMap<string, StoredArray>,
  options: ModelFileOptions,
): [tensors: DistinctArrays["tensors"], metadata: Metadata] {
  checkOptions<ModelFileOptions>("save", options, { metadata: anything });
  const { tensors, aliases } = collectDistinct(state);
  return [tensors, { ...Object.fromEntries(aliases), format: "pt", ...options.metadata }];
}

/** The file of a model with this state. */
export const writeModelFile = (state: ReadonlyMap<string, StoredArray>, options: ModelFileOptions): Bytes =>
  writeSafetensors(...prepareModelFile(state, options));

/** A model's file in parts, to be written one after another. */
export const encodeModelInParts = async (model: AnyModule, options: ModelFileOptions): Promise<FileParts> =>
  encodeSafetensors(...prepareModelFile(await readStateArrays(model), options));

/** A source of weights: the bytes of a file, or a file that the user of a page has chosen. */
export type ModelSource = Uint8Array | ArrayBuffer | Blob;

/** Loads the file in `source`; errors contain its name, if it has one. */
export async function loadFromSource(
  model: AnyModule,
  source: ModelSource,
  options: LoadOptions,
): Promise<LoadReport> {
  const kind = getBuiltinName(source);
  if (kind !== "Blob" && kind !== "File") {
    return loadFromFile(model, readSafetensors(source as Uint8Array), options);
  }
  const { name } = source as Partial<File>;
  try {
    return loadFromFile(model, await readSafetensorsRanges(makeRangeSource(source as Blob)), options, name);
  } catch (error) {
    throw name !== undefined && error instanceof DataError ? addFileName(name, error) : error;
  }
}

/** Adds the name of the file to an error. */
export const addFileName = (name: string, error: DataError): DataError =>
  new DataError(`${name}: ${error.message}`, { cause: error });

/** Loads a file that has already been read; errors contain `name`. */
export function loadFromFile(
  model: AnyModule,
  file: Safetensors,
  options: LoadOptions,
  name?: string,
): LoadReport {
  const state = isCheckpoint(file) ? selectSection(toCheckpoint(file), modelPrefix) : new Map(file.tensors);
  for (const [path, { fileDtype, shape, bytes }] of file.raw) {
    // No parameter has such an element type, so loading fails with an error that shows both types.
    state.set(path, { dtype: fileDtype as "f32", shape, data: bytes });
  }
  const members = listStatefulMembers(model);
  for (const [alias, path] of Object.entries(file.metadata)) {
    const array = state.get(path);
    if (array !== undefined && members.has(alias) && !state.has(alias)) state.set(alias, array);
  }
  return loadStateDict(model, state, options, name);
}
