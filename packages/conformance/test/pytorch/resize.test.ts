import { cpu } from "@evenkeel/backend-cpu";
import type { Backend, ResizeOptions } from "@evenkeel/tensor";
import { channelShuffle, pixelShuffle, pixelUnshuffle, resize } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type Comparison, checkComparison, readAnswers } from "./against-pytorch.ts";
import { pytorchTitle, skipWithoutPytorch } from "./ask-pytorch.ts";

const names = {
  nearest: "nearest",
  "nearest-exact": "nearest-exact",
  area: "area",
  cubic: "bicubic",
} as const;
const linear = ["linear", "bilinear", "trilinear"];

/** The call of `interpolate` with the same options. */
function writeCall(rank: number, options: ResizeOptions): string {
  const { size, scaleFactor, mode = "nearest", alignCorners, antialias, recomputeScaleFactor } = options;
  const tuple = (value: number | readonly number[]): string =>
    typeof value === "number" ? `${value}` : `(${value.join(", ")},)`;
  const words = [
    size === undefined ? `scale_factor=${tuple(scaleFactor!)}` : `size=${tuple(size)}`,
    `mode='${mode === "linear" ? linear[rank - 3] : names[mode]}'`,
    ...(alignCorners ? ["align_corners=True"] : []),
    ...(antialias ? ["antialias=True"] : []),
    ...(recomputeScaleFactor ? ["recompute_scale_factor=True"] : []),
  ];
  return `F.interpolate(x[0], ${words.join(", ")})`;
}

const resized = (
  shape: readonly number[],
  spatial: readonly number[],
  options: ResizeOptions,
): Comparison => ({
  name: `${shape.join("x")} ${JSON.stringify(options)}`,
  pytorch: writeCall(shape.length, options),
  ours: ([x]) => resize(x!, options),
  inputs: [shape],
  outputShape: [...shape.slice(0, 2), ...spatial],
});

const [sequence, image, volume] = [
  [2, 3, 11],
  [2, 3, 7, 9],
  [1, 2, 5, 6, 7],
] as const;

const comparisons: readonly Comparison[] = [
  resized(image, [14, 18], { scaleFactor: 2 }),
  resized(image, [4, 13], { size: [4, 13] }),
  resized(image, [4, 13], { size: [4, 13], mode: "nearest-exact" }),
  resized(image, [10, 13], { scaleFactor: 1.5, mode: "nearest" }),
  resized(image, [14, 18], { scaleFactor: 2, mode: "linear" }),
  resized(image, [14, 18], { scaleFactor: 2, mode: "linear", alignCorners: true }),
  resized(image, [10, 13], { scaleFactor: 1.5, mode: "linear" }),
  resized(image, [10, 13], { scaleFactor: 1.5, mode: "linear", recomputeScaleFactor: true }),
  resized(image, [3, 4], { size: [3, 4], mode: "linear" }),
  resized(image, [1, 1], { size: 1, mode: "linear", alignCorners: true }),
  resized(image, [1, 20], { size: [1, 20], mode: "linear" }),
  resized(image, [3, 4], { size: [3, 4], mode: "linear", antialias: true }),
  resized(image, [3, 20], { size: [3, 20], mode: "cubic", antialias: true }),
  resized(image, [14, 18], { scaleFactor: 2, mode: "cubic" }),
  resized(image, [5, 20], { size: [5, 20], mode: "cubic", alignCorners: true }),
  resized(image, [3, 10], { scaleFactor: [0.5, 1.2], mode: "cubic" }),
  resized(image, [4, 12], { size: [4, 12], mode: "area" }),
  resized(sequence, [22], { scaleFactor: 2, mode: "linear" }),
  resized(sequence, [5], { size: 5, mode: "linear", alignCorners: true }),
  resized(sequence, [4], { size: 4, mode: "nearest-exact" }),
  resized(volume, [10, 12, 14], { scaleFactor: 2, mode: "linear" }),
  resized(volume, [3, 6, 9], { size: [3, 6, 9], mode: "linear", alignCorners: true }),
  resized(volume, [7, 3, 10], { size: [7, 3, 10], mode: "nearest" }),
  resized(volume, [2, 6, 5], { size: [2, 6, 5], mode: "area" }),
  {
    name: "pixel shuffle",
    pytorch: "F.pixel_shuffle(x[0], 3)",
    ours: ([x]) => pixelShuffle(x!, 3),
    inputs: [[2, 18, 4, 5]],
    outputShape: [2, 2, 12, 15],
  },
  {
    name: "pixel unshuffle",
    pytorch: "F.pixel_unshuffle(x[0], 2)",
    ours: ([x]) => pixelUnshuffle(x!, 2),
    inputs: [[3, 4, 6]],
    outputShape: [12, 2, 3],
  },
  {
    name: "channel shuffle",
    // Its derivative is missing in PyTorch 1.13.
    pytorch: "x[0].reshape(2, 3, 4, 5).transpose(1, 2).reshape(2, 12, 5)",
    ours: ([x]) => channelShuffle(x!, 3),
    inputs: [[2, 12, 5]],
    outputShape: [2, 12, 5],
  },
];

describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: other sizes`, () => {
  let answers: ReturnType<typeof readAnswers>;
  let backend: Backend;
  beforeAll(async () => {
    backend = await cpu({ threads: 1 }).open();
    answers = readAnswers(comparisons);
  });
  afterAll(() => backend.close());

  for (const { name } of comparisons) test(name, () => checkComparison(answers.get(name)!, backend));
});
