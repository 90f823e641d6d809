import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DataError, StorageError } from "../checks/errors.ts";
import type { StoredArray } from "../safetensors/index.ts";
import { encodeSafetensors, readSafetensors, writeSafetensors } from "../safetensors/index.ts";
import { readFileBytes, readRange, readSafetensorsFile } from "./read-file.ts";
import { writeFileAtomically } from "./write-file.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "read-file-"));
});

afterEach(() => rm(folder, { recursive: true }));

describe("bytes of a file", () => {
  test("are read completely", async () => {
    const path = join(folder, "file");
    await writeFile(path, "abc");
    expect(await readFileBytes(path)).toEqual(Uint8Array.of(97, 98, 99));
    await writeFile(path, "");
    expect(await readFileBytes(path)).toEqual(new Uint8Array(0));
  });

  test("are read in parts if one call does not return them all", async () => {
    const wanted: number[] = [];
    const file = {
      async read(bytes: Uint8Array, offset: number, length: number, position: number) {
        wanted.push(length);
        // The system may give less than was asked for.
        const bytesRead = Math.min(length, 3);
        for (let index = 0; index < bytesRead; index++) bytes[offset + index] = position + index;
        return { bytesRead, buffer: bytes };
      },
    };
    expect([...(await readRange(file as never, 10, 21, 4))]).toEqual(
      Array.from({ length: 11 }, (_, i) => 10 + i),
    );
    expect(Math.max(...wanted)).toBe(4);
  });

  test("that end early cause an error", async () => {
    const path = join(folder, "file");
    await writeFile(path, "abc");
    const file = await open(path);
    await expect(readRange(file, 0, 4)).rejects.toThrow(
      "found the end of the file at byte 3, expected at least 4 bytes",
    );
    await file.close();
  });

  test("that cannot be read cause a StorageError that names the path", async () => {
    const path = join(folder, "missing");
    await expect(readFileBytes(path)).rejects.toThrow(StorageError);
    await expect(readFileBytes(path)).rejects.toThrow(`${path}: could not be read: there is no such file`);
    await expect(readFileBytes(folder)).rejects.toThrow(StorageError);
    const sparse = join(folder, "sparse");
    const file = await open(sparse, "w");
    await file.truncate(2 ** 43);
    await file.close();
    await expect(readFileBytes(sparse)).rejects.toThrow(/sparse: could not be read: Array buffer allocation/);
  });
});

describe("a safetensors file", () => {
  const arrays: [string, StoredArray][] = [
    ["a", { dtype: "f32", shape: [2], data: Float32Array.of(1, 2) }],
    ["n", { dtype: "i32", shape: [], data: Int32Array.of(7), fileDtype: "I64" }],
    ["flags", { dtype: "bool", shape: [3], data: Uint8Array.of(1, 0, 1) }],
  ];

  test("written in parts is read like its bytes", async () => {
    const path = join(folder, "model.safetensors");
    await writeFileAtomically(path, encodeSafetensors(arrays, { format: "pt" }));
    expect(await readFileBytes(path)).toEqual(writeSafetensors(arrays, { format: "pt" }));
    expect(await readSafetensorsFile(path)).toEqual(readSafetensors(await readFileBytes(path)));
    const { tensors } = await readSafetensorsFile(path, { names: ["a"] });
    expect([...tensors]).toEqual([["a", { ...arrays[0]![1], fileDtype: "F32" }]]);
  });

  test("with any damage is rejected with its path, and nothing is allocated for sizes that it claims", async () => {
    const path = join(folder, "model.safetensors");
    const good = writeSafetensors(arrays);
    for (const length of [0, 7, 8, 20, good.length - 1]) {
      await writeFile(path, good.subarray(0, length));
      await expect(readSafetensorsFile(path)).rejects.toThrow(DataError);
      await expect(readSafetensorsFile(path)).rejects.toThrow(`${path}: safetensors: `);
    }
    await writeFile(path, new Uint8Array(64).fill(255));
    await expect(readSafetensorsFile(path)).rejects.toThrow("found a header of 18446744073709551615 bytes");
    await writeFile(path, good);
    await expect(readSafetensorsFile(path, { names: ["b"] })).rejects.toThrow(
      'found "b", expected the name of one of the 3 tensors',
    );
    await expect(readSafetensorsFile(path, { names: "a" } as never)).rejects.toThrow(
      'readSafetensorsFile: names: found "a", expected an array',
    );
  });

  test("beyond 2 GiB is read tensor by tensor", async () => {
    // Sparse: the file takes a few kilobytes of the disk, and the large tensor is not read.
    const path = join(folder, "large.safetensors");
    const large = 2 ** 31 + 4096;
    const header = JSON.stringify({
      large: { dtype: "U8", shape: [large], data_offsets: [0, large] },
      small: { dtype: "F32", shape: [1], data_offsets: [large, large + 4] },
    });
    const start = new Uint8Array(8 + header.length);
    new DataView(start.buffer).setBigUint64(0, BigInt(header.length), true);
    start.set(new TextEncoder().encode(header), 8);
    const file = await open(path, "w");
    await file.write(start, 0, start.length, 0);
    await file.write(new Uint8Array(Float32Array.of(1.5).buffer), 0, 4, start.length + large);
    await file.close();
    const { tensors } = await readSafetensorsFile(path, { names: ["small"] });
    expect(tensors.get("small")!.data).toEqual(Float32Array.of(1.5));
  });
});
