import { DataError } from "@evenkeel/tensor";
import type { StoredArray } from "@evenkeel/tensor/safetensors";
import { readSafetensors, writeSafetensors } from "@evenkeel/tensor/safetensors";
import { crc32 } from "./crc32.ts";

/** What a checkpoint file holds: tensors, and anything else as JSON. */
export interface Checkpoint {
  readonly tensors: ReadonlyMap<string, StoredArray>;
  readonly progress: unknown;
}

const format = "evenkeel checkpoint 1";

/** JSON has no words for these numbers, and a run that diverged has them in its history. */
const unwritable = new Set(["NaN", "Infinity", "-Infinity"]);
const replaceNumber = (_key: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
const reviveNumber = (_key: string, value: unknown): unknown =>
  typeof value === "string" && unwritable.has(value) ? Number(value) : value;

const formatCrc = (bytes: Uint8Array): string => crc32(bytes).toString(16).padStart(8, "0");

/** The progress lies beside the tensors: headers have a limit, and the history of a long run would outgrow it. */
const progressName = "progress";

function arrayOfProgress(progress: unknown): StoredArray {
  const data = new TextEncoder().encode(JSON.stringify(progress, replaceNumber));
  return { dtype: "u8", shape: [data.length], data };
}

/** A safetensors file whose metadata hold a checksum of all the rest. Throws ArgumentError for a tensor named `progress`. */
export function encodeCheckpoint({ tensors, progress }: Checkpoint): Uint8Array<ArrayBuffer> {
  const arrays = [...tensors, [progressName, arrayOfProgress(progress)] as const];
  return writeSafetensors(arrays, { format, crc32: formatCrc(writeSafetensors(arrays, { format })) });
}

/** Throws DataError for a file that is truncated, damaged, or something else. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors: arrays, metadata } = readSafetensors(bytes);
  const { crc32: expected, ...rest } = metadata;
  const tensors = new Map(arrays);
  const progress = tensors.get(progressName);
  if (rest.format !== format || progress?.dtype !== "u8") {
    throw new DataError(`checkpoint: found format "${rest.format}", expected "${format}"`);
  }
  // Files are written in one canonical form, so what was read can be encoded and summed again.
  const found = formatCrc(writeSafetensors(arrays, rest));
  if (found !== expected) {
    throw new DataError(`checkpoint: found checksum ${found}, expected ${expected}: the file is damaged`);
  }
  tensors.delete(progressName);
  return { tensors, progress: JSON.parse(new TextDecoder().decode(progress.data), reviveNumber) };
}
