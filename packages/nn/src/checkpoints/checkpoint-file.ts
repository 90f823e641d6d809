import type { Bytes } from "@evenkeel/tensor";
import { DataError, StorageError } from "@evenkeel/tensor";
import type { FileParts, Safetensors, StoredArray } from "@evenkeel/tensor/safetensors";
import { encodeSafetensors, readSafetensors, writeSafetensors } from "@evenkeel/tensor/safetensors";
import { crc32 } from "./crc32.ts";

/** The contents of a checkpoint file: tensors, and everything else as JSON. */
export interface Checkpoint {
  readonly tensors: ReadonlyMap<string, StoredArray>;
  readonly progress: unknown;
}

const format = "evenkeel checkpoint 1";

/** Numbers that JSON cannot represent. The history of a run that diverged contains some. */
const unwritable = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
/** Represents such a number as an object: a string could be mistaken for a value of the user. */
const encodeWord = (value: number): object => ({ "not finite": String(value) });
const words = new Map(unwritable.map((value) => [JSON.stringify(encodeWord(value)), value]));
const replaceNumber = (_key: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? encodeWord(value) : value;
const reviveNumber = (_key: string, value: unknown): unknown =>
  isObject(value) && "not finite" in value ? (words.get(JSON.stringify(value)) ?? value) : value;
const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const formatCrc = (parts: FileParts): string => crc32(parts).toString(16).padStart(8, "0");

/**
 * The progress is a tensor, not metadata: the size of headers is limited, and the history of a long run would exceed
 * the limit.
 */
const progressName = "progress";
/** The dtype of the progress: bytes of JSON text. */
const progressType = "u8";

function encodeProgress(progress: unknown): StoredArray {
  const data = new TextEncoder().encode(writeProgress(progress));
  return { dtype: progressType, shape: [data.length], data };
}

/** Throws StorageError if the text would exceed the engine's limit for strings. */
function writeProgress(progress: unknown): string {
  try {
    return JSON.stringify(progress, replaceNumber);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new StorageError(
      "checkpoint: found a history that is too long for a string, expected fewer batches per epoch",
      {
        cause: error,
      },
    );
  }
}

/**
 * A safetensors file whose metadata contain a checksum of everything else. Throws ArgumentError for a tensor named
 * `progress`, and StorageError if the progress is too long to be written.
 */
export function encodeCheckpoint({ tensors, progress }: Checkpoint): Bytes {
  const arrays = [...tensors, [progressName, encodeProgress(progress)] as const];
  return writeSafetensors(arrays, { format, crc32: formatCrc(encodeSafetensors(arrays, { format })) });
}

/** Throws DataError for a file that is truncated, damaged, or not a checkpoint. */
export const decodeCheckpoint = (bytes: Uint8Array): Checkpoint => toCheckpoint(readSafetensors(bytes));

/** Whether a file is a checkpoint according to its metadata. */
export const isCheckpoint = ({ metadata }: Safetensors): boolean => metadata.format === format;

/** The checkpoint in a file. Throws DataError if the file is damaged or not a checkpoint. */
export function toCheckpoint(file: Safetensors): Checkpoint {
  const { crc32: expected, ...rest } = file.metadata;
  const progress = file.tensors.get(progressName);
  if (!isCheckpoint(file) || progress?.dtype !== progressType) {
    throw new DataError(`checkpoint: found format "${rest.format}", expected "${format}"`);
  }
  // Files are written in one canonical form, so the checksum can be computed from the contents that were read.
  const found = formatCrc(encodeSafetensors(file.tensors, rest));
  if (found !== expected) {
    throw new DataError(`checkpoint: found checksum ${found}, expected ${expected}: the file is damaged`);
  }
  const tensors = new Map(file.tensors);
  tensors.delete(progressName);
  return { tensors, progress: parseProgress(progress) };
}

function parseProgress({ data }: StoredArray): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(data), reviveNumber);
  } catch (cause) {
    throw new DataError(
      "checkpoint: progress: found text that is not JSON, expected the JSON that `fit` writes",
      { cause },
    );
  }
}

/** The prefix of the names of the model's tensors. */
export const modelPrefix = "model.";

/** The tensors of a checkpoint whose names begin with `prefix`, under their names without it. */
export function selectSection({ tensors }: Checkpoint, prefix: string): Map<string, StoredArray> {
  return new Map(
    [...tensors].flatMap(([path, array]) =>
      path.startsWith(prefix) ? [[path.slice(prefix.length), array] as const] : [],
    ),
  );
}
