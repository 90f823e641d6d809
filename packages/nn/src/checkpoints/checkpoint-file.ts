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

/** A safetensors file whose metadata hold a checksum of all the rest. */
export function encodeCheckpoint({ tensors, progress }: Checkpoint): Uint8Array<ArrayBuffer> {
  const metadata = { format, progress: JSON.stringify(progress, replaceNumber) };
  return writeSafetensors(tensors, { ...metadata, crc32: formatCrc(writeSafetensors(tensors, metadata)) });
}

/** Throws DataError for a file that is truncated, damaged, or something else. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = readSafetensors(bytes);
  const { crc32: expected, ...rest } = metadata;
  if (rest.format !== format || rest.progress === undefined) {
    throw new DataError(`checkpoint: found format "${rest.format}", expected "${format}"`);
  }
  // Files are written in one canonical form, so what was read can be encoded and summed again.
  const found = formatCrc(writeSafetensors(tensors, rest));
  if (found !== expected) {
    throw new DataError(`checkpoint: found checksum ${found}, expected ${expected}: the file is damaged`);
  }
  return { tensors, progress: JSON.parse(rest.progress, reviveNumber) };
}
