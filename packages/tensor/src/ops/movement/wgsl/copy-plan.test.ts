import { describe, expect, test } from "vitest";
import type { Limits } from "../../../core/devices/backend.ts";
import type { KernelLaunch, ScalarSlot, Slot, WgslKernel } from "../../../core/devices/launch.ts";
import type { Shape } from "../../../core/spec.ts";
import { computeStrides } from "../../../core/spec.ts";
import type { DType } from "../../../expression/dtype.ts";
import type { StridedCopy } from "../strided-copy.ts";
import { planShaderCopy } from "./copy-plan.ts";
import { findWidestUnit } from "./units.ts";

const limits: Limits = {
  storage: { f32: "f32", i32: "i32", u32: "u32", u8: "u8", bool: "u32", f16: "f16" },
  maxBufferBytes: 2 ** 31,
  offsetAlignment: 256,
  maxWorkgroups: 65_535,
  features: new Set(),
};

/** The only launch of a copy. */
function makeLaunch(copy: StridedCopy, dtype: DType = "f32"): KernelLaunch<Slot, ScalarSlot> {
  const launches = planShaderCopy(copy, dtype, limits, { input: 0 }, { output: 0 });
  expect(launches).toHaveLength(1);
  return launches[0] as KernelLaunch<Slot, ScalarSlot>;
}

function transposed(shape: Shape, permutation: readonly number[]): StridedCopy {
  const strides = computeStrides(shape);
  const result = permutation.map((axis) => shape[axis]!);
  const from = { offset: 0, strides: permutation.map((axis) => strides[axis]!) };
  return { shape: result, from, to: { offset: 0, strides: computeStrides(result) } };
}

/** Columns of a matrix, from `offset` on. */
const columns = (rows: number, width: number, taken: number, offset: number): StridedCopy => ({
  shape: [rows, taken],
  from: { offset, strides: [width, 1] },
  to: { offset: 0, strides: [taken, 1] },
});

/** The count, the first parameter behind the words of the dimensions. */
const readInvocations = ({ kernel, parameters }: KernelLaunch<Slot, ScalarSlot>): unknown =>
  parameters.at(1 - Object.keys((kernel as WgslKernel).schema.parameters).length);

describe("copies", () => {
  test.each([
    ["f32", columns(10, 32, 8, 4), "vec4u", 20],
    ["f32", columns(10, 32, 8, 3), "u32", 80],
    ["f32", columns(10, 31, 8, 4), "u32", 80],
    ["u8", columns(10, 64, 32, 16), "vec4u", 20],
    ["u8", columns(10, 64, 8, 4), "u32", 20],
    ["u8", columns(10, 64, 5, 4), "lane < 4u", 13],
    ["f16", columns(10, 64, 8, 8), "vec4u", 10],
    ["f16", columns(10, 64, 5, 4), "lane < 2u", 25],
    ["bool", columns(10, 32, 3, 1), "u32", 30],
  ] as const)("of %s %j move the widest units", (dtype, copy, text, invocations) => {
    const launch = makeLaunch(copy, dtype);
    const { code } = launch.kernel as WgslKernel;
    expect(/lane < \du/.exec(code)?.[0] ?? /alias Unit = (\w+);/.exec(code)?.[1]).toBe(text);
    expect(readInvocations(launch)).toBe(invocations);
  });

  test("of any rank are one launch, with lines folded at the limit of workgroups", () => {
    makeLaunch(transposed([2, 3, 2, 3, 2, 3, 2], [6, 4, 2, 0, 5, 3, 1]));
    const { work } = makeLaunch(columns(2 ** 24 + 1, 3, 1, 1));
    expect(work).toEqual({ workgroups: [32_769, 2, 1] });
  });

  test("reverse with negative strides", () => {
    const { parameters } = makeLaunch({
      shape: [5],
      from: { offset: 4, strides: [-1] },
      to: { offset: 0, strides: [1] },
    });
    expect(parameters).toEqual([1, 5, 2 ** 32 - 1, 1, 5, 4, 0]);
  });
});

describe("transposes", () => {
  test.each([
    [[64, 48], [1, 0], 4],
    [[3, 40, 33], [0, 2, 1], 12],
    [[2, 17, 3, 20], [0, 3, 2, 1], 6],
  ] as const)("of %j by %j are tiles", (shape, permutation, tiles) => {
    const { kernel, work } = makeLaunch(transposed(shape, permutation));
    expect(kernel.entry).toBe("transpose");
    expect(work).toEqual({ workgroups: [tiles, 1, 1] });
  });

  test("fold more tiles than fit in one dimension", () => {
    const { work } = makeLaunch(transposed([100_000, 32, 32], [0, 2, 1]));
    expect(work).toEqual({ workgroups: [50_000, 2, 1] });
  });

  test.each([
    ["of narrow matrices", transposed([1000, 3], [1, 0]), "f32"],
    ["of whole rows", transposed([20, 30, 40], [1, 0, 2]), "f32"],
    ["of bytes", transposed([64, 48], [1, 0]), "u8"],
  ] as const)("%s are not", (_, copy, dtype) => {
    expect(makeLaunch(copy, dtype).kernel.entry).toBe("copy");
  });
});

test.each([
  [4, [8, 4], { unit: "vector", elements: 4 }],
  [4, [8, 2], { unit: "word", elements: 1 }],
  [1, [32, 16], { unit: "vector", elements: 16 }],
  [1, [32, 12], { unit: "word", elements: 4 }],
  [1, [32, 6], { unit: "half", elements: 2 }],
  [1, [32, 7], { unit: "byte", elements: 1 }],
  [2, [32, 7], { unit: "half", elements: 1 }],
] as const)("elements of %i bytes in %j move as %j", (bytes, counts, unit) => {
  expect(findWidestUnit(bytes, counts)).toEqual(unit);
});
