import { describe, expect, test } from "vitest";
import { randomFrom, runLoops, runOp } from "../../../test/run-op.ts";
import type { AnyOp, ConvolutionOptions, Limits, ReferenceArray, Spec } from "../../index.ts";
import {
  ArgumentError,
  buildExpression,
  countElements,
  DTypeError,
  e,
  findPlanner,
  loadPlans,
  ShapeError,
} from "../../index.ts";
import { makeEpilogue } from "../matmul/epilogue.ts";
import { conv2dFilterGradientOp, conv2dInputGradientOp, conv2dOp } from "./conv2d.ts";
import type { ConvolutionAxis } from "./convolution.ts";
import { computeFilterGradientShape, computeInputGradientShape, listAxes } from "./convolution.ts";
import { convolutionCase, convolutionCases, termsOfTiles, tiledCases } from "./convolution-cases.ts";
import { readConvolutionAttributes } from "./convolution-options.ts";
import { readTransposedAttributes } from "./transposed-options.ts";
import { planFilterGradient } from "./wasm/filter-gradient-plan.ts";

await loadPlans(["wasm"]);

const f32 = (...shape: number[]): Spec => ({ shape, dtype: "f32" });
const limits: Limits = { storage: {}, maxBufferBytes: 2 ** 32, offsetAlignment: 4, features: new Set() };

/** A convolution of random geometry whose window fits. */
function randomCase(random: ReturnType<typeof randomFrom>) {
  const groups = [1, 1, 1, 2, 3][random.integer(0, 4)]!;
  const [channels, outputs] = [random.integer(1, 9), random.integer(1, 9)];
  const pair = (low: number, high: number): [number, number] => [
    random.integer(low, high),
    random.integer(low, high),
  ];
  const taps = pair(1, 4);
  const options = { groups, stride: pair(1, 3), dilation: pair(1, 3), padding: pair(0, 4) };
  const size = (index: 0 | 1) =>
    Math.max(1, options.dilation[index] * (taps[index] - 1) + 1 - 2 * options.padding[index]) +
    random.integer(0, 12);
  return convolutionCase(
    "random",
    [random.integer(1, 3), groups * channels, size(0), size(1)],
    [groups * outputs, channels, ...taps],
    options,
  );
}

const listEntries = (op: AnyOp, inputs: readonly Spec[], attrs: object): string[] =>
  findPlanner(op, { languages: ["wasm"] })!(inputs, attrs, limits, []).launches.map((launch) =>
    launch.kind === "kernel" ? launch.kernel.entry : launch.kind,
  );

const absolute = (array: ReferenceArray): ReferenceArray => ({ ...array, data: array.data.map(Math.abs) });

function check(
  op: AnyOp,
  shapes: readonly (readonly number[])[],
  attrs: object,
  terms: number,
  features: readonly string[],
) {
  const random = randomFrom(1);
  const inputs = shapes.map((shape) => random.array(shape));
  const [found] = runOp(op, inputs, attrs, { features });
  const isTiled = listEntries(op, inputs, attrs).some((entry) => entry.includes("Winograd"));
  const roundings = isTiled ? termsOfTiles * terms : terms;
  const expected = runLoops(op, inputs, attrs)[0]!.data;
  const magnitudes = runLoops(op, inputs.map(absolute), attrs)[0]!.data;
  // As conformance has it: rounding errors walk at random, and are as large as what is summed.
  const allowed = (index: number): number => 2 ** -24 * (4 + Math.sqrt(roundings)) * magnitudes[index]!;
  const wrong = [...found!.keys()].filter(
    (index) => !(Math.abs(found![index]! - expected[index]!) <= allowed(index)),
  );
  expect(wrong).toEqual([]);
  expect(runOp(op, inputs, attrs, { features, backwards: true })[0]).toEqual(found);
}

describe.each([
  ["plain", []],
  ["relaxed", ["relaxed-simd"]],
  ["wide", ["relaxed-simd", "wide-simd"]],
])("the %s kernels", (_, features) => {
  test.each(Array.from({ length: 80 }, (_, seed) => seed))("agree with the loops, seed %i", (seed) => {
    const random = randomFrom(seed);
    const { x, weight, y, attrs } = randomCase(random);
    const bias = {
      ...attrs,
      epilogue: makeEpilogue("", true, random.integer(0, 1) === 0 ? "relu" : { leakyRelu: 0.25 }),
    };
    check(conv2dOp, [x, weight, [y[1]!, 1, 1]], bias, countElements(weight.slice(1)), features);
    check(
      conv2dInputGradientOp,
      [y, weight, [x[1]!, 1, 1]],
      bias,
      countElements([y[1]!, ...weight.slice(2)]),
      features,
    );
    check(conv2dFilterGradientOp, [x, y], attrs, countElements([y[0]!, ...y.slice(2)]), features);
  });

  const larger = [
    ...convolutionCases.filter(({ x, weight }) => countElements(x) > 500 || countElements(weight) > 500),
    ...tiledCases,
  ];
  test.each(larger.map((one) => [one.name, one] as const))("agree with the loops: %s", (_, one) => {
    const { x, weight, y, attrs } = one;
    check(conv2dOp, [x, weight], attrs, countElements(weight.slice(1)), features);
    check(conv2dInputGradientOp, [y, weight], attrs, countElements([y[1]!, ...weight.slice(2)]), features);
    check(conv2dFilterGradientOp, [x, y], attrs, countElements([y[0]!, ...y.slice(2)]), features);
  });
});

const wide = ["relaxed-simd", "wide-simd"];

test.each([...convolutionCases, ...tiledCases].map((one) => [one.name, one] as const))(
  "wide vectors give the same bits: %s",
  (_, { x, weight, y, attrs }) => {
    const random = randomFrom(2);
    for (const [op, shapes] of [
      [conv2dOp, [x, weight]],
      [conv2dInputGradientOp, [y, weight]],
    ] as const) {
      const inputs = shapes.map((shape) => random.array(shape));
      const found = runOp(op, inputs, attrs, { features: wide });
      expect(found).toEqual(runOp(op, inputs, attrs, { features: ["relaxed-simd"] }));
    }
  },
);

describe("the three shapes", () => {
  test.each(Array.from({ length: 50 }, (_, seed) => seed))(
    "are consistent with one another, seed %i",
    (seed) => {
      const { x, weight, y, attrs } = randomCase(randomFrom(seed));
      expect(computeInputGradientShape("", f32(...y), f32(...weight), attrs)).toEqual(x);
      expect(computeFilterGradientShape("", f32(...x), f32(...y), attrs)).toEqual(weight);
    },
  );

  const computeOutput = (x: Spec, weight: Spec, options: ConvolutionOptions = {}) => {
    const attrs = readConvolutionAttributes("conv2d", x.shape.slice(2), weight.shape.slice(2), options);
    return conv2dOp.outputs([x, weight], attrs)[0]!.shape;
  };

  test("padding given as a word", () => {
    expect(computeOutput(f32(1, 1, 7, 8), f32(1, 1, 3, 4), { padding: "valid" })).toEqual([1, 1, 5, 5]);
    expect(computeOutput(f32(1, 1, 7, 8), f32(1, 1, 3, 4), { padding: "same" })).toEqual([1, 1, 7, 8]);
    expect(computeOutput(f32(1, 1, 7, 8), f32(1, 1, 3, 4), { padding: "same", stride: 2 })).toEqual([
      1, 1, 4, 4,
    ]);
  });

  test("odd padding: the additional element is at the end, or at the start", () => {
    const read = (padding: ConvolutionOptions["padding"]) =>
      readConvolutionAttributes("conv2d", [7, 8], [2, 3], { padding, stride: [1, 2] }).padding;
    expect(read("same")).toEqual([
      [0, 1],
      [0, 1],
    ]);
    // The last column of "sameLower" is not reached by a window.
    expect(read("sameLower")).toEqual([
      [1, 0],
      [1, 0],
    ]);
    expect(read([[3, 1], 1])).toEqual([
      [3, 1],
      [1, 0],
    ]);
  });

  test("a transposed convolution with padding given as a word has the size of the input times the stride", () => {
    for (const taps of [1, 2, 3, 4, 5]) {
      for (const stride of [1, 2, 3]) {
        for (const dilation of [1, 2]) {
          for (const padding of ["same", "sameLower"] as const) {
            const attrs = readTransposedAttributes("", [taps], { stride, dilation, padding });
            const [{ before, after }] = listAxes(attrs) as [ConvolutionAxis];
            const window = dilation * (taps - 1) + 1;
            expect(4 * stride + window - before - after).toBe(5 * stride);
            if (window >= stride)
              expect(padding === "same" ? after - before : before - after).toBe((window - stride) % 2);
          }
        }
      }
    }
  });

  test("errors say what does not fit", () => {
    expect(() => computeOutput(f32(1, 3, 8, 8), f32(4, 2, 3, 3))).toThrow(ShapeError);
    expect(() => computeOutput(f32(1, 4, 8, 8), f32(5, 2, 3, 3), { groups: 2 })).toThrow(ShapeError);
    expect(() => computeOutput(f32(1, 1, 2, 8), f32(1, 1, 3, 3))).toThrow(
      "found x [1, 1, 2, 8], weight [1, 1, 3, 3]",
    );
    expect(() => computeOutput({ shape: [1, 1, 8, 8], dtype: "i32" }, f32(1, 1, 3, 3))).toThrow(DTypeError);
  });

  test("options are checked", () => {
    const wrong: object[] = [
      { stride: 0 },
      { stride: [1, 2, 3] },
      { padding: -1 },
      { padding: "full" },
      { padding: [1, 2, 3] },
      { padding: [[1, 2, 3], 0] },
      { padding: [[1, -1], 0] },
      { dilation: 1.5 },
      { groups: 0 },
    ];
    for (const options of wrong) {
      expect(() => readConvolutionAttributes("conv2d", [8, 8], [3, 3], options)).toThrow(ArgumentError);
    }
    const transposed: object[] = [{ padding: "valid" }, { outputPadding: 1 }, { outputPadding: -1 }];
    for (const options of [...transposed, { padding: "same", stride: 2, outputPadding: 1 }]) {
      expect(() => readTransposedAttributes("convTranspose2d", [3, 3], options)).toThrow(ArgumentError);
    }
    expect(() => makeEpilogue("conv2d", true, "swish" as "relu")).toThrow('activation: found "swish"');
  });
});

describe("plans", () => {
  const { x, weight, attrs } = convolutionCase("", [2, 3, 8, 8], [5, 3, 3, 3]);
  const entries = (extras: readonly Spec[], epilogue: ReturnType<typeof makeEpilogue>) =>
    listEntries(conv2dOp, [f32(...x), f32(...weight), ...extras], { ...attrs, epilogue });

  test("bias and activation are part of the convolution", () => {
    expect(entries([f32(5, 1, 1)], makeEpilogue("", true, "relu"))).toEqual(["packFilters", "convolve"]);
  });

  test("an epilogue other than a bias of the channels is one more launch", () => {
    expect(entries([f32(2, 5, 6, 6)], makeEpilogue("", true))).toEqual([
      "packFilters",
      "convolve",
      "expression",
    ]);
    const squared = buildExpression({ inputs: ["f32"] }, ([z]) => e.mul(z!, z!));
    expect(entries([], { expression: squared })).toEqual(["packFilters", "convolve", "expression"]);
  });

  test("filter gradients are divided into slices of the batch if there is too little other work to share", () => {
    const launches = (images: number, channels: number) => {
      const one = convolutionCase("", [images, channels, 32, 32], [channels, channels, 3, 3], { padding: 1 });
      return planFilterGradient([f32(...one.x), f32(...one.y)], one.attrs, limits).launches.length;
    };
    expect(launches(64, 16)).toBe(2);
    expect(launches(1, 16)).toBe(1);
    expect(launches(2, 512)).toBe(1);
  });

  test("tiles are used where they are faster, with insignificant rounding errors", () => {
    const isTiled = (channels: number, size: number, options: ConvolutionOptions) => {
      const one = convolutionCase("", [64, channels, size, size], [16, channels, 3, 3], options);
      const inputs = [f32(...one.x), f32(...one.weight)];
      return listEntries(conv2dOp, inputs, one.attrs).includes("convolveWinograd");
    };
    expect(isTiled(16, 32, { padding: 1 })).toBe(true);
    expect(isTiled(64, 7, { padding: 1 })).toBe(true);
    expect(isTiled(16, 32, {})).toBe(true);
    expect(isTiled(8, 32, { padding: 1 })).toBe(false);
    expect(isTiled(64, 32, { padding: 2 })).toBe(false);
    expect(isTiled(64, 5, { padding: 1 })).toBe(false);
    expect(isTiled(64, 32, { padding: 1, stride: 2 })).toBe(false);
    expect(isTiled(64, 32, { padding: 1, dilation: 2 })).toBe(false);
  });
});
