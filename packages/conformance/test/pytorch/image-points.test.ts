import { cpu } from "@evenkeel/backend-cpu";
import type { Backend, GridSampleOptions } from "@evenkeel/tensor";
import { affineGrid, gridSample, tensor } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type Comparison, checkComparison, readAnswers } from "./against-pytorch.ts";
import { pytorchTitle, skipWithoutPytorch } from "./ask-pytorch.ts";

const sampled = (options: GridSampleOptions): Comparison => {
  const { mode = "bilinear", paddingMode = "zeros", alignCorners = false } = options;
  const align = alignCorners ? "True" : "False";
  return {
    name: `grid sample ${JSON.stringify(options)}`,
    pytorch: `F.grid_sample(x[0], x[1], mode='${mode}', padding_mode='${paddingMode}', align_corners=${align})`,
    ours: ([x, grid]) => gridSample(x!, grid!, options),
    // The grid reaches from -2 to 2, twice as far as the images.
    inputs: [
      [2, 3, 5, 7],
      [2, 4, 6, 2],
    ],
    outputShape: [2, 3, 4, 6],
    // The gradient of a grid is a sum over channels of differences of pixels, times half of the size.
    tolerance: 1e-5,
  };
};

const [nan, inf] = [Number.NaN, Number.POSITIVE_INFINITY];

/** Points that are not finite. The CPU of PyTorch reads outside of the image where the padding is zeros or the mode is bilinear. */
const strayPoints = [
  [nan, 0.1],
  [0.1, nan],
  [inf, 0.1],
  [-inf, 0.1],
  [0.1, inf],
  [nan, nan],
];

const stray = (paddingMode: "border" | "reflection", alignCorners: boolean): Comparison => {
  const name = (value: number): string =>
    Number.isFinite(value)
      ? String(value)
      : `${value < 0 ? "-" : ""}torch.${Number.isNaN(value) ? "nan" : "inf"}`;
  const points = strayPoints.map((point) => `[${point.map(name).join(", ")}]`).join(", ");
  const options = { paddingMode, alignCorners, mode: "nearest" } as const;
  const align = alignCorners ? "True" : "False";
  return {
    name: `points that are not finite, ${paddingMode}, aligned corners ${alignCorners}`,
    pytorch: `F.grid_sample(x[0], torch.tensor([[[${points}]]], dtype=x[0].dtype), mode='nearest', padding_mode='${paddingMode}', align_corners=${align})`,
    ours: ([x]) => gridSample(x!, tensor([[strayPoints]], { backend: x!.backend }), options),
    inputs: [[1, 3, 5, 7]],
    outputShape: [1, 3, 1, strayPoints.length],
  };
};

const affine = (alignCorners: boolean): Comparison => ({
  name: `affine grid, aligned corners ${alignCorners}`,
  pytorch: `F.affine_grid(x[0], (2, 3, 4, 5), align_corners=${alignCorners ? "True" : "False"})`,
  ours: ([maps]) => affineGrid(maps!, [3, 4, 5], { alignCorners }),
  inputs: [[2, 2, 3]],
  outputShape: [2, 4, 5, 2],
});

const comparisons: readonly Comparison[] = [
  ...(["zeros", "border", "reflection"] as const).flatMap((paddingMode) => [
    sampled({ paddingMode }),
    sampled({ paddingMode, alignCorners: true }),
    sampled({ paddingMode, mode: "nearest" }),
  ]),
  ...[false, true].flatMap((alignCorners) => [
    stray("border", alignCorners),
    stray("reflection", alignCorners),
  ]),
  affine(false),
  affine(true),
];

describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: points of images`, () => {
  let answers: ReturnType<typeof readAnswers>;
  let backend: Backend;
  beforeAll(async () => {
    backend = await cpu({ threads: 1 }).open();
    answers = readAnswers(comparisons);
  });
  afterAll(() => backend.close());

  for (const { name } of comparisons) test(name, () => checkComparison(answers.get(name)!, backend));
});
