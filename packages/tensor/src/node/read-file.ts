import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { DataError, EvenkeelError } from "../checks/errors.ts";
import type { Bytes } from "../expression/storage.ts";
import type { ReadOptions, Safetensors } from "../safetensors/read.ts";
import { checkReadOptions } from "../safetensors/read.ts";
import { readSafetensorsRanges } from "../safetensors/read-ranges.ts";
import { makeStorageError } from "./storage-error.ts";

/**
 * Reads a file of any length into one array. Node's `readFile` is limited to 2 GiB; here the limits are the memory and
 * the longest ArrayBuffer of the engine.
 *
 * @throws StorageError for a file that cannot be read or does not fit in memory
 * @example const { tensors } = readSafetensors(await readFileBytes("model.safetensors"));
 */
export const readFileBytes = (path: string): Promise<Bytes> =>
  withFile(path, async (file) => readRange(file, 0, (await file.stat()).size));

/**
 * Reads a safetensors file of any length: its header, then the requested tensors, each into its own memory. The
 * rules are those of `readSafetensors`.
 *
 * @throws DataError for a file that is not complete and well-formed, StorageError for one that cannot be read, both of which name
 * it, and ArgumentError for wrong options
 * @example const { tensors } = await readSafetensorsFile("model.safetensors", { names: ["fc.weight", "fc.bias"] });
 */
export async function readSafetensorsFile(path: string, options: ReadOptions = {}): Promise<Safetensors> {
  checkReadOptions("readSafetensorsFile", options);
  return withFile(path, async (file) => {
    const { size: byteLength } = await file.stat();
    const read = (begin: number, end: number) => readRange(file, begin, end);
    return readSafetensorsRanges({ byteLength, read }, options);
  });
}

/** Opens a file while `use` runs. Errors name the path. */
async function withFile<Result>(path: string, use: (file: FileHandle) => Promise<Result>): Promise<Result> {
  try {
    const file = await open(path, "r");
    try {
      return await use(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof DataError) throw new DataError(`${path}: ${error.message}`, { cause: error });
    throw error instanceof EvenkeelError ? error : makeStorageError(path, error, "read");
  }
}

/** The largest number of bytes of one read: a system call reads less than 2 GiB. */
const mostBytesAtOnce = 2 ** 30;

/** The bytes from `begin` to `end`, which the file is known to have. */
export async function readRange(
  file: Pick<FileHandle, "read">,
  begin: number,
  end: number,
  bytesAtOnce: number = mostBytesAtOnce,
): Promise<Bytes> {
  const bytes = new Uint8Array(end - begin);
  let filled = 0;
  while (filled < bytes.length) {
    const wanted = Math.min(bytesAtOnce, bytes.length - filled);
    const { bytesRead } = await file.read(bytes, filled, wanted, begin + filled);
    if (bytesRead === 0) {
      throw new DataError(
        `found the end of the file at byte ${begin + filled}, expected at least ${end} bytes: the file was truncated while it was read`,
      );
    }
    filled += bytesRead;
  }
  return bytes;
}
