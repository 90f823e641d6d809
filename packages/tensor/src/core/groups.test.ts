import { describe, expect, test } from "vitest";
import { full } from "../ops/creation/full.ts";
import { RecordingBackend } from "../testing/recording-backend.ts";
import { computeGroupLayout } from "./devices/backend.ts";
import { makeWasmKernel } from "./devices/launch.ts";
import { execute } from "./executor.ts";
import type { Op } from "./op.ts";

const kernels = { grouped: { reads: ["x"], writes: ["y", "z", "rest"], parameters: {} } } as const;

/** Three outputs, of which the last two share their memory. */
const groupedOp: Op = {
  name: "grouped",
  outputs: () => [
    { shape: [4], dtype: "f32" },
    { shape: [3], dtype: "u8" },
    { shape: [2], dtype: "f32" },
  ],
  meaning: { loops: () => undefined },
  plan: () => ({
    launches: [
      {
        kind: "kernel",
        kernel: makeWasmKernel("", "grouped", kernels),
        reads: [{ input: 0 }],
        writes: [{ output: 0 }, { output: 1 }, { output: 2 }],
        parameters: [],
        work: { items: 1, chunk: 1 },
      },
    ],
    temporaries: [],
    aliases: [],
    groups: [[1, 2]],
  }),
};

describe("outputs that share memory", () => {
  test("are contiguous, and the first one stands for all of them", () => {
    const backend = new RecordingBackend();
    const outputs = execute(groupedOp, [full([4], 1, { backend })], {});
    expect(outputs.map(({ byteOffset }) => byteOffset)).toEqual([0, 0, 4]);
    expect(outputs[1]!.storage).toBe(outputs[2]!.storage);
    expect(outputs[0]!.storage).not.toBe(outputs[1]!.storage);
    const launch = backend.launches.at(-1)!;
    if (launch.kind !== "kernel") throw new Error(`found a launch of kind ${launch.kind}`);
    expect(launch.writes.map((view) => [view!.byteOffset, view!.bytes])).toEqual([
      [0, 16],
      [0, 12],
      [4, 8],
    ]);
  });

  test("are freed with the last of them", () => {
    const backend = new RecordingBackend();
    const x = full([4], 1, { backend });
    const [alone, first, second] = execute(groupedOp, [x], {});
    expect(backend.buffersAlive).toBe(3);
    alone!.dispose();
    first!.dispose();
    expect(backend.buffersAlive).toBe(2);
    second!.dispose();
    expect(backend.buffersAlive).toBe(1);
  });

  test("start at offsets that the device allows for views", () => {
    const limits = { ...new RecordingBackend().limits, offsetAlignment: 256 };
    const f32 = (size: number) => ({ shape: [size], dtype: "f32" as const });
    expect(computeGroupLayout([f32(65), f32(0), f32(1)], limits)).toEqual({
      byteOffsets: [0, 512, 512],
      bytes: 516,
    });
    expect(computeGroupLayout([], limits)).toEqual({ byteOffsets: [], bytes: 0 });
  });
});
