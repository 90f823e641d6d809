import { ArgumentError, DataError, StorageError } from "@evenkeel/tensor";
import type { StoredArray } from "@evenkeel/tensor/safetensors";
import { writeSafetensors } from "@evenkeel/tensor/safetensors";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint-file.ts";
import { MemoryCheckpointStore } from "./checkpoint-store.ts";
import { crc32 } from "./crc32.ts";

const tensors = new Map<string, StoredArray>([
  ["model.weight", { dtype: "f32", shape: [2], data: Float32Array.of(1.5, -2) }],
  ["model.count", { dtype: "i32", shape: [], data: Int32Array.of(3), fileDtype: "I64" }],
]);
const progress = { epoch: 2, rate: 0.1, loss: Number.NaN, worst: Number.NEGATIVE_INFINITY };

test("crc32 has the check value of the standard", () => {
  const bytes = new TextEncoder().encode("123456789");
  expect(crc32([bytes])).toBe(0xcbf43926);
  expect(crc32([bytes.subarray(0, 4), bytes.subarray(4)])).toBe(0xcbf43926);
});

describe("a checkpoint file", () => {
  test("is restored unchanged", () => {
    const read = decodeCheckpoint(encodeCheckpoint({ tensors, progress }));
    expect(read.progress).toEqual(progress);
    expect(read.tensors.get("model.weight")!.data).toEqual(Float32Array.of(1.5, -2));
    expect(read.tensors.get("model.count")!.data).toEqual(Int32Array.of(3));
  });

  test("rejects a history that is too long for a string", () => {
    const tooLong = {
      toJSON: () => {
        throw new RangeError("Invalid string length");
      },
    };
    expect(() => encodeCheckpoint({ tensors, progress: tooLong })).toThrow(StorageError);
  });

  test("has room for the history of a long run", () => {
    // The header of a file may hold 100 MB at most, and every reader parses it whole.
    const note = "a batch of it".repeat(10);
    const history = Array.from({ length: 1000 }, () => note);
    const bytes = encodeCheckpoint({ tensors, progress: history });
    const headerBytes = new DataView(bytes.buffer).getBigUint64(0, true);
    expect(Number(headerBytes)).toBeLessThan(1000);
    const read = decodeCheckpoint(bytes);
    expect(read.progress).toEqual(history);
    expect([...read.tensors.keys()].sort()).toEqual([...tensors.keys()].sort());
  });

  test("is rejected when it is truncated at any position", () => {
    const bytes = encodeCheckpoint({ tensors, progress });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeCheckpoint(bytes.subarray(0, length))).toThrow(DataError);
    }
  });

  test("is rejected when any bit of it is flipped", () => {
    const bytes = encodeCheckpoint({ tensors, progress });
    const flip = (position: number, bit: number) => {
      const damaged = bytes.slice();
      damaged[position]! ^= 1 << bit;
      expect(() => decodeCheckpoint(damaged)).toThrow(DataError);
    };
    fc.assert(fc.property(fc.nat(bytes.length - 1), fc.nat(7), flip), { numRuns: 500 });
  });

  test("is rejected when bytes are inserted or removed", () => {
    const bytes = encodeCheckpoint({ tensors, progress });
    const splice = (position: number, removed: number, put: Uint8Array) => {
      const damaged = [...bytes.subarray(0, position), ...put, ...bytes.subarray(position + removed)];
      if (String(damaged) === String(bytes)) return;
      expect(() => decodeCheckpoint(Uint8Array.from(damaged))).toThrow(DataError);
    };
    const put = fc.uint8Array({ maxLength: 8 });
    fc.assert(fc.property(fc.nat(bytes.length), fc.nat(8), put, splice), { numRuns: 300 });
  });

  test("is rejected when its progress is not JSON, even with a correct checksum", () => {
    const data = new TextEncoder().encode("{ not JSON");
    const arrays = [["progress", { dtype: "u8", shape: [data.length], data }]] as const;
    const format = "evenkeel checkpoint 1";
    const sum = crc32([writeSafetensors(arrays, { format })])
      .toString(16)
      .padStart(8, "0");
    const bytes = writeSafetensors(arrays, { format, crc32: sum });
    expect(() => decodeCheckpoint(bytes)).toThrow("checkpoint: progress: found text that is not JSON");
  });

  test("is distinguished from other safetensors files", () => {
    expect(() => decodeCheckpoint(writeSafetensors(tensors, { format: "pt" }))).toThrow(
      'found format "pt", expected "evenkeel checkpoint 1"',
    );
  });
});

test("the store in memory keeps copies under names", async () => {
  const store = new MemoryCheckpointStore();
  const bytes = Uint8Array.of(1, 2);
  await store.save("b", bytes);
  bytes[0] = 9;
  await store.save("a", bytes);
  expect(await store.load("b")).toEqual(Uint8Array.of(1, 2));
  expect(await store.list()).toEqual(["a", "b"]);
  await store.remove("b");
  expect(await store.load("b")).toBeUndefined();
  await expect(store.save("../up", bytes)).rejects.toThrow(ArgumentError);
});
