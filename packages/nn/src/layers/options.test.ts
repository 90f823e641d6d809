import { ArgumentError, setDefaultBackend } from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Module } from "../module/module.ts";
import { ELU, GELU, LeakyReLU, Softplus } from "./activations.ts";
import { AdaptiveAvgPool2d, AdaptiveMaxPool2d } from "./adaptive-pooling.ts";
import { BasicBlock } from "./basic-block.ts";
import { BatchNorm1d, BatchNorm2d } from "./batch-norm.ts";
import { Conv1d, Conv2d, Conv3d } from "./convolution.ts";
import { Dropout } from "./dropout.ts";
import { Embedding } from "./embedding.ts";
import { Flatten } from "./flatten.ts";
import { Hardtanh, Threshold } from "./hard-activations.ts";
import { Linear } from "./linear.ts";
import { LPPool1d, LPPool2d } from "./lp-pooling.ts";
import { MaxUnpool2d } from "./max-unpooling.ts";
import { AvgPool2d, AvgPool3d, MaxPool2d, MaxPool3d } from "./pooling.ts";
import { PReLU } from "./prelu.ts";
import { RReLU } from "./rrelu.ts";
import { Sequential } from "./sequential.ts";
import { Hardshrink, Softshrink } from "./shrinkage.ts";
import { CELU } from "./smooth-activations.ts";
import { GLU, Softmax } from "./softmax.ts";

import { ConvTranspose1d, ConvTranspose2d } from "./transposed-convolution.ts";

beforeAll(() => setDefaultBackend(new MemoryBackend({ launches: "evaluate" })));
afterAll(() => setDefaultBackend(undefined));

/** Options as plain JavaScript may give them. */
const any = (options: unknown) => options as never;

test.each<[string, () => unknown, string]>([
  ["inputs", () => new Linear(2.5, 3), "Linear: inputs: found 2.5, expected a positive integer"],
  ["outputs", () => new Linear(2, Number.NaN), "Linear: outputs: found NaN"],
  ["a wrong word", () => new Linear(2, 3, any({ hasBias: true })), 'Linear: found the option "hasBias"'],
  ["a bias", () => new Linear(2, 3, any({ bias: 0 })), "Linear: bias: found 0, expected true or false"],
  ["a seed", () => new Linear(2, 3, any({ seed: "1" })), 'Linear: seed: found "1", expected an integer'],
  ["a backend", () => new Linear(2, 3, any({ backend: "cpu" })), 'Linear: backend: found "cpu", expected an'],
  ["a weight", () => new Linear(2, 3, any({ weightInit: "he" })), 'Linear: weightInit: found "he"'],
  ["groups", () => new Conv2d(4, 4, 3, { groups: 0.5 }), "Conv2d: groups: found 0.5, expected a positive"],
  ["groups", () => new Conv2d(4, 4, 3, { groups: -1 }), "Conv2d: groups: found -1"],
  ["groups", () => new Conv2d(4, 6, 3, { groups: 4 }), "Conv2d: groups: found 4 for 6 channels"],
  [
    "a stride",
    () => new Conv2d(4, 4, 3, { stride: 0 }),
    "Conv2d: stride: found 0, expected a positive integer",
  ],
  [
    "a padding",
    () => new Conv2d(4, 4, 3, { padding: -1 }),
    "Conv2d: padding: found -1, expected a non-negative",
  ],
  ["a padding", () => new Conv2d(4, 4, 3, any({ padding: "full" })), '"same" or "sameLower" or "valid"'],
  [
    "a padding",
    () => new Conv2d(4, 4, 3, any({ padding: [[1, 2, 3], 0] })),
    "Conv2d: padding: found [[...], 0]",
  ],
  ["a dilation", () => new Conv2d(4, 4, 3, { dilation: [1, 0] }), "Conv2d: dilation: found [1, 0]"],
  [
    "a wrong word",
    () => new Conv2d(4, 4, 3, any({ pad: 1 })),
    'Conv2d: found the option "pad", expected one of:',
  ],
  ["an activation", () => new Conv2d(4, 4, 3, any({ activation: "relu" })), 'the option "activation"'],
  [
    "a kernel",
    () => new Conv1d(4, 4, any([3, 3])),
    "Conv1d: kernel: found [3, 3], expected a positive integer",
  ],
  ["a stride", () => new Conv1d(4, 4, 3, any({ stride: [1, 1] })), "Conv1d: stride: found [1, 1]"],
  ["a mode", () => new Conv2d(4, 4, 3, any({ paddingMode: "edge" })), 'Conv2d: paddingMode: found "edge"'],
  [
    "a mode",
    () => new ConvTranspose1d(4, 4, 3, any({ paddingMode: "reflect" })),
    'ConvTranspose1d: paddingMode: found "reflect", expected "zeros"',
  ],
  ["groups", () => new ConvTranspose2d(4, 3, 2, { groups: 0.5 }), "ConvTranspose2d: groups: found 0.5"],
  ["a padding", () => new ConvTranspose2d(4, 3, 2, any({ padding: "valid" })), 'padding: found "valid"'],
  [
    "an output padding",
    () => new ConvTranspose2d(4, 3, 2, { stride: 2, outputPadding: [1, 2] }),
    "ConvTranspose2d: outputPadding: found [1, 2], expected less than the stride, 2, or the dilation, 1",
  ],
  ["channels", () => new BatchNorm2d(0), "BatchNorm: channels: found 0, expected a positive integer"],
  ["an epsilon", () => new BatchNorm2d(2, { epsilon: -1 }), "BatchNorm: epsilon: found -1"],
  ["an epsilon", () => new BatchNorm1d(2, { epsilon: Number.NaN }), "BatchNorm: epsilon: found NaN"],
  [
    "a momentum",
    () => new BatchNorm2d(2, { momentum: 2 }),
    "momentum: found 2, expected a number in [0, 1], or null",
  ],
  ["a wrong word", () => new BatchNorm2d(2, any({ eps: 1e-3 })), 'BatchNorm: found the option "eps"'],
  ["per cent", () => new Dropout(50), "Dropout: probability: found 50, expected a number in [0, 1]"],
  ["a wrong word", () => new Dropout(0.5, any({ p: 1 })), 'Dropout: found the option "p"'],
  ["a count", () => new Embedding(-1, 3), "Embedding: count: found -1"],
  ["a bias", () => new Embedding(1, 3, any({ bias: false })), 'Embedding: found the option "bias"'],
  ["a kernel", () => new MaxPool2d(0), "MaxPool2d: kernel: found 0"],
  ["a stride", () => new MaxPool2d(2, any({ strides: 1 })), 'MaxPool2d: found the option "strides"'],
  [
    "a padding",
    () => new AvgPool2d(3, { padding: [1, 2] }),
    "AvgPool2d: padding: found [1, 2], expected at most half of the kernel [3, 3]",
  ],
  ["a dilation", () => new AvgPool2d(2, any({ dilation: 2 })), 'AvgPool2d: found the option "dilation"'],
  ["a kernel", () => new MaxPool3d([2, 2]), "MaxPool3d: kernel: found [2, 2]"],
  ["a size", () => new AdaptiveAvgPool2d(any([1, 2, 3])), "AdaptiveAvgPool2d: size: found [1, 2, 3]"],
  ["a power", () => new LPPool2d(0, 2), "LPPool2d: normType: found 0, expected a finite positive number"],
  ["a stride", () => new MaxUnpool2d(2, { stride: 0 }), "MaxUnpool2d: stride: found 0"],
  ["a wrong word", () => new AvgPool2d(2, any({ ceil: true })), 'AvgPool2d: found the option "ceil"'],
  ["an axis", () => new Flatten({ startAxis: 0.5 }), "Flatten: startAxis: found 0.5, expected an integer"],
  ["a slope", () => new LeakyReLU({ negativeSlope: Number.NaN }), "LeakyReLU: negativeSlope: found NaN"],
  [
    "a number for options",
    () => new LeakyReLU(any(0.1)),
    "LeakyReLU: options: found 0.1, expected an object",
  ],
  [
    "a form",
    () => new GELU(any({ approximate: "erf" })),
    'GELU: approximate: found "erf", expected "none" or',
  ],
  ["alpha", () => new ELU({ alpha: Number.POSITIVE_INFINITY }), "ELU: alpha: found Infinity"],
  ["beta", () => new Softplus({ beta: 0 }), "Softplus: beta: found 0, expected a finite positive number"],
  ["bounds", () => new Hardtanh({ min: 2 }), "Hardtanh: found min 2 and max 1, expected min < max"],
  ["alpha", () => new CELU({ alpha: 0 }), "CELU: alpha: found 0, expected a finite positive number"],
  ["lambda", () => new Softshrink({ lambda: -1 }), "Softshrink: lambda: found -1, expected a finite non-neg"],
  ["lambda", () => new Hardshrink(any({ lambd: 1 })), 'Hardshrink: found the option "lambd"'],
  ["a limit", () => new Threshold(Number.NaN, 0), "Threshold: limit: found NaN, expected a finite number"],
  ["a value", () => new Threshold(0, any(undefined)), "Threshold: value: found undefined"],
  ["channels", () => new PReLU(0), "PReLU: channels: found 0, expected a positive integer"],
  ["slopes", () => new RReLU({ lower: 1 }), "RReLU: found lower 1 and upper 0.333"],
  ["an axis", () => new Softmax(any({ axis: "1" })), 'Softmax: axis: found "1", expected an integer, or'],
  ["an axis", () => new GLU(any({ axis: [1] })), "GLU: axis: found [1], expected an integer"],
  [
    "a norm",
    () => new BasicBlock(2, 2, any({ normalization: "layer" })),
    'BasicBlock: normalization: found "layer"',
  ],
  ["channels", () => new BasicBlock(2, 0), "Conv2d: outChannels: found 0"],
  [
    "an array of modules",
    () => new Sequential(any([new Flatten(), new GELU()])),
    "Sequential: module 0: found [a Flatten, a GELU], expected modules one by one",
  ],
  ["no module", () => new Sequential(new Flatten(), any(undefined)), "Sequential: module 1: found undefined"],
  ["a class", () => new Sequential(any(Flatten)), "Sequential: module 0: found a function"],
])("%s out of range is rejected by the constructor: %#", (_name, make, message) => {
  expect(make).toThrow(ArgumentError);
  expect(make).toThrow(message);
});

test("undefined counts as absent", () => {
  expect(new BatchNorm2d(2, { epsilon: undefined, momentum: undefined })).toMatchObject({
    epsilon: 1e-5,
    momentum: 0.1,
    trackRunningStats: true,
  });
  expect(new Dropout(undefined, { seed: undefined }).probability).toBe(0.5);
  expect(new Flatten({ startAxis: undefined }).startAxis).toBe(1);
  expect(new LeakyReLU({ negativeSlope: undefined }).negativeSlope).toBe(0.01);
});

test.each<[string, () => Module]>([
  ["Linear 100 -> 10", () => new Linear(100, 10)],
  ["Conv2d 3 -> 64, 3x3, stride 2", () => new Conv2d(3, 64, 3, { stride: 2, padding: undefined })],
  [
    "Conv2d 4 -> 8, 1x3, padding same, groups 2",
    () => new Conv2d(4, 8, [1, 3], { padding: "same", groups: 2, seed: 1 }),
  ],
  ["Conv1d 4 -> 8, 5", () => new Conv1d(4, 8, 5)],
  ["Conv2d 4 -> 8, 3x3, padding 1:0x2", () => new Conv2d(4, 8, 3, { padding: [[1, 0], 2] })],
  [
    "Conv3d 4 -> 8, 3x3x3, padding 1, padding mode circular",
    () => new Conv3d(4, 8, 3, { padding: 1, paddingMode: "circular" }),
  ],
  ["ConvTranspose1d 4 -> 2, 2, padding same", () => new ConvTranspose1d(4, 2, 2, { padding: "same" })],
  ["ConvTranspose2d 4 -> 2, 2x2, stride 2x1", () => new ConvTranspose2d(4, 2, 2, { stride: [2, 1] })],
  ["BatchNorm1d 3", () => new BatchNorm1d(3)],
  ["BatchNorm2d 3", () => new BatchNorm2d(3)],
  ["MaxPool2d 3x3, stride 2, padding 1", () => new MaxPool2d(3, { stride: 2, padding: 1 })],
  ["AvgPool3d 1x2x2, padding same", () => new AvgPool3d([1, 2, 2], { padding: "same" })],
  ["AdaptiveMaxPool2d 7xall", () => new AdaptiveMaxPool2d([7, null])],
  ["LPPool1d 3, 2, stride 1", () => new LPPool1d(3, 2, { stride: 1 })],
  ["MaxUnpool2d 2x2", () => new MaxUnpool2d(2) as unknown as Module],
  ["Dropout 0.2", () => new Dropout(0.2)],
  ["Embedding 10 x 4", () => new Embedding(10, 4)],
  ["LeakyReLU 0.01", () => new LeakyReLU()],
  ["Hardtanh -1 to 1", () => new Hardtanh()],
  ["Threshold 0.5, -1", () => new Threshold(0.5, -1)],
  ["PReLU 8", () => new PReLU(8)],
  ["RReLU 0.1 to 0.3", () => new RReLU({ lower: 0.1, upper: 0.3 })],
  ["Sequential", () => new Sequential()],
])("describes itself as %s", (words, make) => {
  expect(make().describe()).toBe(words);
});
