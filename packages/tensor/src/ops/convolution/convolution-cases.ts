import type { CaseInput } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import { countElements } from "../../core/spec.ts";
import type { ConvolutionAttributes } from "./convolution.ts";
import { computeConvolutionShape } from "./convolution.ts";
import type { ConvolutionOptions } from "./convolution-options.ts";
import { readConvolutionAttributes } from "./convolution-options.ts";
import type { Rank } from "./window-options.ts";

export const normal = (shape: Shape): CaseInput => ({ shape, dtype: "f32", values: { normal: [0, 1] } });

/** The shapes of one convolution: each of its three passes takes two of them and gives the third. */
export interface ConvolutionCase {
  readonly name: string;
  readonly x: Shape;
  readonly weight: Shape;
  readonly y: Shape;
  readonly attrs: ConvolutionAttributes;
}

export function convolutionCase<Dimensions extends Rank = 2>(
  name: string,
  x: Shape,
  weight: Shape,
  options: ConvolutionOptions<Dimensions> = {},
): ConvolutionCase {
  const attrs = readConvolutionAttributes(name, x.slice(2), weight.slice(2), options);
  const y = computeConvolutionShape(name, { shape: x, dtype: "f32" }, { shape: weight, dtype: "f32" }, attrs);
  return { name, x, weight, y, attrs };
}

/** Every attribute varied, and every path of the kernels: panels, tails, tiles, blocks, phases, slices. */
export const convolutionCases: readonly ConvolutionCase[] = [
  convolutionCase("one pixel", [1, 1, 1, 1], [1, 1, 1, 1]),
  convolutionCase("3x3", [2, 3, 8, 8], [4, 3, 3, 3], { padding: 1 }),
  convolutionCase("odd sizes", [3, 5, 7, 9], [7, 5, 3, 3]),
  convolutionCase("1x1", [2, 6, 5, 7], [9, 6, 1, 1]),
  convolutionCase("1x1 of one large image", [1, 70, 21, 31], [12, 70, 1, 1]),
  convolutionCase("1x1 without channels", [1, 0, 8, 8], [4, 0, 1, 1]),
  convolutionCase("1x1 with stride", [2, 6, 8, 9], [9, 6, 1, 1], { stride: 2 }),
  convolutionCase("1x1 with padding", [2, 3, 4, 5], [5, 3, 1, 1], { padding: [1, 2] }),
  convolutionCase("even window, same", [2, 3, 6, 7], [4, 3, 2, 4], { padding: "same" }),
  convolutionCase("same with stride", [2, 3, 7, 8], [4, 3, 3, 3], { padding: "same", stride: 2 }),
  convolutionCase("even window, same lower", [2, 3, 6, 7], [4, 3, 2, 4], { padding: "sameLower" }),
  convolutionCase("padding of each side", [2, 3, 6, 7], [4, 3, 3, 3], { padding: [[2, 0], 1], stride: 2 }),
  convolutionCase("valid", [2, 3, 6, 7], [4, 3, 3, 5], { padding: "valid" }),
  convolutionCase("stride 2", [2, 3, 8, 8], [6, 3, 3, 3], { stride: 2, padding: 1 }),
  convolutionCase("stride that leaves pixels over", [2, 3, 9, 12], [6, 3, 2, 3], { stride: [4, 5] }),
  convolutionCase("stride beyond the window", [2, 3, 10, 11], [4, 3, 2, 2], { stride: 3, padding: 1 }),
  convolutionCase("strides of a pair", [2, 3, 9, 10], [4, 3, 3, 5], { stride: [1, 3], padding: [2, 0] }),
  convolutionCase("dilation", [2, 3, 9, 10], [4, 3, 3, 3], { dilation: 2, padding: 2 }),
  convolutionCase("dilation and stride", [2, 3, 12, 13], [5, 3, 3, 3], {
    dilation: [2, 3],
    stride: [3, 2],
    padding: [1, 4],
  }),
  convolutionCase("dilation and stride in step", [1, 2, 11, 12], [3, 2, 3, 3], { dilation: 2, stride: 2 }),
  convolutionCase("dilation and stride in step, many terms", [1, 9, 11, 12], [10, 9, 3, 3], {
    dilation: 2,
    stride: 2,
  }),
  convolutionCase("padding beyond the window", [1, 2, 3, 4], [3, 2, 2, 2], { padding: 3 }),
  convolutionCase("window as large as the image", [2, 3, 5, 6], [4, 3, 5, 6]),
  convolutionCase("7x7, stride 2", [1, 3, 20, 18], [8, 3, 7, 7], { stride: 2, padding: 3 }),
  convolutionCase("groups", [2, 8, 6, 7], [12, 4, 3, 3], { groups: 2, padding: 1 }),
  convolutionCase("groups with stride", [2, 6, 7, 9], [15, 2, 3, 2], { groups: 3, stride: 2 }),
  convolutionCase("depthwise", [2, 5, 9, 11], [5, 1, 3, 3], { groups: 5, padding: 1 }),
  convolutionCase("depthwise with stride", [2, 4, 9, 11], [4, 1, 5, 5], { groups: 4, stride: 2, padding: 2 }),
  convolutionCase("depthwise, wide rows", [2, 3, 5, 45], [3, 1, 3, 3], { groups: 3, padding: 1 }),
  convolutionCase("depthwise, wide rows with stride", [1, 2, 6, 76], [2, 1, 3, 5], { groups: 2, stride: 2 }),
  convolutionCase("depthwise, several tiles", [1, 2, 37, 70], [2, 1, 3, 3], { groups: 2, padding: [1, 2] }),
  convolutionCase("depthwise, a long row", [1, 2, 1, 2300], [2, 1, 1, 4], { groups: 2, padding: "same" }),
  convolutionCase("depthwise with dilation", [2, 11, 9, 12], [11, 1, 3, 3], {
    groups: 11,
    dilation: [2, 3],
    padding: 2,
    stride: [1, 2],
  }),
  convolutionCase("depthwise with a stride of three", [1, 3, 13, 15], [3, 1, 4, 2], { groups: 3, stride: 3 }),
  convolutionCase("depthwise, two outputs a channel", [2, 3, 8, 6], [6, 1, 3, 3], { groups: 3, padding: 1 }),
  convolutionCase("depthwise, three outputs a channel", [2, 2, 8, 6], [6, 1, 3, 3], { groups: 2 }),
  convolutionCase("one output of many channels", [1, 40, 6, 6], [1, 40, 3, 3]),
  convolutionCase("several blocks of channels", [1, 75, 5, 6], [70, 75, 3, 3], { padding: 1 }),
  convolutionCase("a row of pixels", [2, 3, 1, 1100], [5, 3, 1, 3], { padding: [0, 1] }),
  convolutionCase("a column of pixels", [1, 2, 700, 1], [3, 2, 5, 1], { stride: [2, 1] }),
  convolutionCase("several tiles", [1, 2, 41, 37], [5, 2, 3, 3], { padding: 1 }),
  convolutionCase("many pixels of many channels", [4, 5, 66, 65], [16, 5, 3, 3], { padding: 1 }),
  convolutionCase("many small images", [70, 3, 4, 4], [5, 3, 3, 3], { padding: 1 }),
  convolutionCase("large", [1, 1, 260, 257], [2, 1, 2, 2]),
  convolutionCase("empty batch", [0, 3, 6, 6], [4, 3, 3, 3]),
  convolutionCase("no channels", [2, 0, 6, 6], [4, 0, 3, 3]),
  convolutionCase("no outputs", [2, 3, 6, 6], [0, 3, 3, 3]),
];

/** 3x3 taps over enough channels that the kernels take tiles of 4x4 pixels at a time. */
export const tiledCases: readonly ConvolutionCase[] = [
  convolutionCase("tiles", [2, 16, 8, 8], [16, 16, 3, 3], { padding: 1 }),
  convolutionCase("tiles that reach over the edge", [3, 17, 13, 10], [19, 17, 3, 3]),
  convolutionCase("tiles with padding on two sides", [1, 24, 11, 9], [20, 24, 3, 3], { padding: [0, 1] }),
  convolutionCase("tiles with padding at one end", [2, 16, 9, 10], [16, 16, 3, 3], {
    padding: [
      [1, 0],
      [0, 1],
    ],
  }),
  convolutionCase("tiles of groups", [2, 32, 9, 12], [48, 16, 3, 3], { groups: 2, padding: 1 }),
  convolutionCase("tiles of several slices", [40, 16, 7, 8], [24, 16, 3, 3], { padding: 1 }),
  convolutionCase("tiles of several blocks", [4, 68, 15, 16], [72, 68, 3, 3], { padding: 1 }),
];

export const depthwiseCase: ConvolutionCase = convolutionCase(
  "depthwise, some not finite",
  [1, 4, 6, 42],
  [4, 1, 3, 3],
  { groups: 4, padding: 1, stride: [1, 2] },
);

/** Where a pixel's sum has 9 terms for each channel, that of a tile has 36: as many roundings, whatever the pixel. */
export const termsOfTiles = 4;

/** Normal values, of which some are not finite: one tile of each kind, and tiles without. */
export function spoiled(shape: Shape): CaseInput {
  const values = Array.from({ length: countElements(shape) }, (_, index) => ((index * 37) % 64) / 16 - 2);
  values[5] = Number.NaN;
  values[Math.floor(values.length / 2) + 40] = Number.POSITIVE_INFINITY;
  values[values.length - 3] = Number.NEGATIVE_INFINITY;
  return { shape, dtype: "f32", values };
}
