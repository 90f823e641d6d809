import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { HostArray, Inputs } from "../core/task.ts";

interface StoredArray {
  readonly shape: readonly number[];
  readonly isInteger: boolean;
  readonly byteOffset: number;
  readonly length: number;
}

const indexFile = "inputs.json";
const dataFile = "inputs.bin";

/** Writes all arrays into one file, and their offsets into another. */
export async function writeHostArrays(inputs: Inputs, folder: string): Promise<void> {
  let byteOffset = 0;
  const index = Object.entries(inputs).map(([name, { shape, data }]): [string, StoredArray] => {
    const stored = { shape, isInteger: data instanceof Int32Array, byteOffset, length: data.length };
    byteOffset += data.byteLength;
    return [name, stored];
  });
  const bytes = Object.values(inputs).map(
    ({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  );
  await writeFile(join(folder, dataFile), Buffer.concat(bytes));
  await writeFile(join(folder, indexFile), JSON.stringify(Object.fromEntries(index)));
}

export async function readHostArrays(folder: string): Promise<Inputs> {
  const index = JSON.parse(await readFile(join(folder, indexFile), "utf8")) as {
    readonly [name: string]: StoredArray;
  };
  const { buffer } = Uint8Array.from(await readFile(join(folder, dataFile)));
  const entries = Object.entries(index).map(([name, stored]): [string, HostArray] => {
    const Values = stored.isInteger ? Int32Array : Float32Array;
    return [name, { shape: stored.shape, data: new Values(buffer, stored.byteOffset, stored.length) }];
  });
  return Object.fromEntries(entries);
}
