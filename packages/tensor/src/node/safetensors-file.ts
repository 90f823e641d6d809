import { headerLength, lengthBytes, parseHeader } from "../safetensors/header.ts";
import type { ReadOptions, Safetensors } from "../safetensors/read.ts";
import { arraysOf, checkReadOptions, chosenEntries } from "../safetensors/read.ts";
import { readRange, withFile } from "./read-file.ts";

/**
 * Reads a safetensors file of any length: its header, then the tensors that are asked for, each into memory of its own. The
 * rules are those of `readSafetensors`.
 *
 * @throws DataError for a file that is not whole and well-formed, StorageError for one that cannot be read; both name it
 * @example const { tensors } = await readSafetensorsFile("model.safetensors", { names: ["fc.weight", "fc.bias"] });
 */
export async function readSafetensorsFile(path: string, options: ReadOptions = {}): Promise<Safetensors> {
  checkReadOptions("readSafetensorsFile", options);
  return withFile(path, async (file) => {
    const { size } = await file.stat();
    const start = await readRange(file, 0, Math.min(size, lengthBytes));
    const dataStart = lengthBytes + headerLength(start, size);
    const header = parseHeader(await readRange(file, lengthBytes, dataStart), size - dataStart);
    const found = new Map<(typeof header.entries)[number], Uint8Array>();
    for (const entry of chosenEntries(header, options)) {
      found.set(entry, await readRange(file, dataStart + entry.begin, dataStart + entry.end));
    }
    return arraysOf(found, header);
  });
}
