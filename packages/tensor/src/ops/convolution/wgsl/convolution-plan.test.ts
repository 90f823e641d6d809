import { describe, expect, test } from "vitest";
import type { ConvolutionOptions, Limits, PlannedLaunch, Shape, Spec } from "../../../index.ts";
import { buildExpression, e, findPlanner, loadPlans } from "../../../index.ts";
import { makeEpilogue } from "../../matmul/epilogue.ts";
import { conv2dInputGradientOp, conv2dOp } from "../conv2d.ts";
import { convolutionCase } from "../convolution-cases.ts";
import { planShaderFilterGradient } from "./filter-gradient-plan.ts";

const device = { languages: ["wgsl"] };
await loadPlans(device.languages);

const limits: Limits = { storage: {}, maxBufferBytes: 2 ** 32, offsetAlignment: 256, features: new Set() };
const f32 = (shape: Shape): Spec => ({ shape, dtype: "f32" });
const nameLaunch = (launch: PlannedLaunch): string =>
  launch.kind === "kernel" ? launch.kernel.entry : launch.kind;

/** Kernels of the three passes. */
function listPasses(x: Shape, weight: Shape, options: ConvolutionOptions = {}): string[][] {
  const { y, attrs } = convolutionCase("", x, weight, options);
  return [
    findPlanner(conv2dOp, device)!([f32(x), f32(weight)], attrs, limits, []),
    findPlanner(conv2dInputGradientOp, device)!([f32(y), f32(weight)], attrs, limits, []),
    planShaderFilterGradient([f32(x), f32(y)], attrs, limits),
  ].map(({ launches }) => launches.map(nameLaunch));
}

describe("launches", () => {
  test("are one for a convolution and one for its input gradient, with any stride", () => {
    for (const stride of [1, 2, 3]) {
      const [forward, input] = listPasses([32, 64, 28, 28], [64, 64, 3, 3], { padding: 1, stride });
      expect([forward, input]).toEqual([["convolution"], ["convolution"]]);
    }
  });

  test("a filter gradient sums over slices of the pixels where there are many", () => {
    expect(listPasses([128, 16, 32, 32], [16, 16, 3, 3], { padding: 1 })[2]).toEqual([
      "filterGradient",
      "mergeSlices",
    ]);
    expect(listPasses([1, 16, 8, 8], [16, 16, 3, 3])[2]).toEqual(["filterGradient"]);
  });

  test("groups of few channels have their own kernels", () => {
    expect(listPasses([2, 32, 9, 9], [32, 1, 3, 3], { groups: 32 })).toEqual([
      ["depthwise"],
      ["depthwise"],
      ["depthwiseFilterGradient"],
    ]);
  });

  test("long sums for few pixels are divided, and merged by one more launch", () => {
    expect(listPasses([1, 512, 3, 3], [64, 512, 3, 3])[0]).toEqual(["convolution", "mergeSlices"]);
  });

  test("are none for an empty result, and one for an empty sum", () => {
    expect(listPasses([0, 3, 6, 6], [4, 3, 3, 3])).toEqual([[], [], ["depthwiseFilterGradient"]]);
    expect(listPasses([2, 3, 6, 6], [0, 3, 3, 3])).toEqual([[], ["depthwise"], []]);
  });
});

describe("epilogues", () => {
  const { x, weight, attrs } = convolutionCase("", [2, 3, 8, 9], [5, 3, 3, 3]);
  const entries = (extras: readonly Shape[], epilogue: ReturnType<typeof makeEpilogue>) =>
    findPlanner(conv2dOp, device)!(
      [x, weight, ...extras].map(f32),
      { ...attrs, ...(epilogue && { epilogue }) },
      limits,
      [],
    ).launches.map(nameLaunch);

  test("addends for channels, pixels or images are part of the convolution", () => {
    for (const shape of [[5, 1, 1], [2, 5, 6, 7], [2, 1, 1, 1], [1, 5, 6, 7], [6, 7], []]) {
      expect(entries([shape], makeEpilogue("", true, "relu"))).toEqual(["convolution"]);
    }
  });

  test("addends for rows or columns of pixels, and any other epilogue, are one more launch", () => {
    expect(entries([[7]], makeEpilogue("", true))).toEqual(["convolution", "expression"]);
    expect(entries([[6, 1]], makeEpilogue("", true))).toEqual(["convolution", "expression"]);
    const squared = buildExpression({ inputs: ["f32"] }, ([z]) => e.mul(z!, z!));
    expect(entries([], { expression: squared })).toEqual(["convolution", "expression"]);
  });
});

test("every phase of a strided input gradient is a separate product", () => {
  for (const stride of [1, 2, 4]) {
    const { y, weight, attrs } = convolutionCase("", [1, 16, 32, 32], [16, 16, 4, 4], { stride });
    const inputs = [y, weight].map(f32);
    const [launch] = findPlanner(conv2dInputGradientOp, device)!(inputs, attrs, limits, []).launches;
    const [, count, rowTiles, columnTiles, slices] = (launch as { parameters: readonly number[] }).parameters;
    expect(count! / (rowTiles! * columnTiles! * slices!)).toBe(stride ** 2);
  }
});
