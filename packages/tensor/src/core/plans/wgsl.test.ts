import { expect, test } from "vitest";
import type { Limits } from "../devices/backend.ts";
import { planLaunch } from "./plan-launch.ts";
import { foldWorkgroups, joinSchemas, makeWgslKernel } from "./wgsl.ts";

const limits = { maxWorkgroups: 65_535 } as Limits;

test.each([
  [0, [0, 1, 1]],
  [65_535, [65_535, 1, 1]],
  [65_536, [32_768, 2, 1]],
  [200_001, [50_001, 4, 1]],
])("a line of %i workgroups", (count, expected) => {
  expect(foldWorkgroups(count, limits)).toEqual(expected);
});

const work = { workgroups: [1, 1, 1] } as const;
const gather = {
  reads: { x: "f32", "mask?": "u32" },
  writes: { y: "f32" },
  parameters: { count: "u32", factor: "f32", corner: "vec2i", dims: "array<vec4u, 2>", sides: "vec2f" },
} as const;

test("parameters lie where WGSL aligns the members of a struct, whatever the order in which they are named", () => {
  const kernel = makeWgslKernel({ entry: "gather", schema: gather, code: "" });
  expect(Object.keys(kernel.schema.parameters)).toEqual(["dims", "corner", "sides", "count", "factor"]);
  const words = (type: string, count: number): string[] => new Array<string>(count).fill(type);
  expect(kernel.parameterTypes).toEqual([...words("u32", 8), "i32", "i32", "f32", "f32", "u32", "f32"]);
  const launch = planLaunch(kernel, {
    work,
    parameters: {
      sides: [0.5, 1.5],
      corner: [-1, -2],
      factor: { scalar: 0 },
      count: 9,
      dims: [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ],
    },
    writes: { y: { output: 0 } },
    reads: { mask: undefined, x: { input: 0 } },
  });
  expect(launch.parameters).toEqual([1, 2, 3, 4, 5, 6, 7, 8, -1, -2, 0.5, 1.5, 9, { scalar: 0 }]);
  expect(launch.reads).toEqual([{ input: 0 }, undefined]);
});

test("joined schemas have the operands and parameters of both, in order", () => {
  const { reads, writes, parameters } = joinSchemas(gather, {
    reads: { z: "f32" },
    parameters: { more: "i32" },
  } as const);
  expect(Object.keys(reads)).toEqual(["x", "mask?", "z"]);
  expect(writes).toEqual({ y: "f32" });
  expect(Object.keys(parameters)).toEqual([...Object.keys(gather.parameters), "more"]);
});
