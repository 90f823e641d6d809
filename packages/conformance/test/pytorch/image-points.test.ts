import { cpu } from "@evenkeel/backend-cpu";
import type { Backend, GridSampleOptions } from "@evenkeel/tensor";
import { affineGrid, gridSample } from "@evenkeel/tensor";
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
