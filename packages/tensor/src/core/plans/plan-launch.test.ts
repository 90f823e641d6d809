import { expect, test } from "vitest";
import { encodeArguments } from "../devices/argument-words.ts";
import { makeWasmKernel } from "../devices/launch.ts";
import { planLaunch } from "./plan-launch.ts";

const kernels = {
  scaleAll: { reads: ["x", "mask?"], writes: ["y"], parameters: { length: "u32", factor: "f32" } },
} as const;

test("a launch has its operands in the order of the schema, whatever the order in which they are named", () => {
  const kernel = makeWasmKernel("", "scaleAll", kernels);
  const work = { items: 4, chunk: 4 };
  const launch = planLaunch(kernel, {
    work,
    parameters: { factor: { scalar: 0 }, length: 4 },
    writes: { y: { output: 0 } },
    reads: { mask: undefined, x: { input: 0 } },
  });
  expect(launch).toEqual({
    kind: "kernel",
    kernel,
    work,
    check: undefined,
    reads: [{ input: 0 }, undefined],
    writes: [{ output: 0 }],
    parameters: [4, { scalar: 0 }],
  });
});

test("parameters become the words that a kernel loads", () => {
  const words = Int32Array.from(encodeArguments([2 ** 31, 0], ["i32", "u32", "f32"], [-1, 2 ** 32 - 1, 1.1]));
  expect([...new Uint32Array(words.buffer, 0, 2)]).toEqual([2 ** 31, 0]);
  expect([...words.subarray(2, 4)]).toEqual([-1, -1]);
  expect(new Float32Array(words.buffer)[4]).toBe(Math.fround(1.1));
});
