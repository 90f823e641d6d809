import { type Module, summary } from "@evenkeel/nn";
import { ArgumentError } from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { describe, expect, test } from "vitest";
import {
  convnet,
  lenet,
  mlp,
  mobilenetV2,
  mobilenetV3Large,
  mobilenetV3Small,
  resnet18,
  resnet20,
  resnet32,
  resnet34,
  resnet44,
  resnet50,
  resnet56,
  resnet101,
  vgg,
} from "./index.ts";

const backend = new MemoryBackend({ languages: [] });

const listNames = (model: Module): string[] => Object.keys(model.stateDict());

describe("parameter counts", () => {
  test.each<[string, Module, number]>([
    ["mlp", mlp({ backend }), 235_530],
    ["mlp without batch norm", mlp({ backend, normalization: "none" }), 235_146],
    ["mlp of one layer", mlp({ backend, inputs: 4, hidden: [], classes: 3 }), 15],
    ["lenet", lenet({ backend }), 61_932],
    ["lenet without batch norm", lenet({ backend, normalization: "none" }), 61_706],
    ["convnet", convnet({ backend }), 207_098],
    ["convnet for CIFAR", convnet({ backend, inChannels: 3, imageSize: 32 }), 268_826],
    ["vgg", vgg({ backend }), 7_643_082],
    ["vgg of two stages", vgg({ backend, stages: [[8], [16]], inChannels: 1, classes: 2 }), 1_306],
    ["resnet18", resnet18({ backend }), 11_689_512],
    ["resnet34", resnet34({ backend }), 21_797_672],
    ["resnet50", resnet50({ backend }), 25_557_032],
    ["resnet101", resnet101({ backend }), 44_549_160],
    ["mobilenetV2", mobilenetV2({ backend }), 3_504_872],
    ["mobilenetV3Large", mobilenetV3Large({ backend }), 5_483_032],
    ["mobilenetV3Small", mobilenetV3Small({ backend }), 2_542_856],
    ["mobilenetV2 of half the width", mobilenetV2({ backend, width: 0.5 }), 1_968_680],
    ["resnet20", resnet20({ backend }), 269_722],
    ["resnet20 with projections", resnet20({ backend, shortcut: "projection" }), 272_474],
    ["resnet20 without batch norm", resnet20({ backend, normalization: "none" }), 269_034],
    ["resnet32", resnet32({ backend }), 464_154],
    ["resnet44", resnet44({ backend }), 658_586],
    ["resnet56", resnet56({ backend }), 853_018],
  ])("%s", (_name, model, count) => {
    expect(model.countParameters()).toBe(count);
  });
});

describe("names of saved state", () => {
  const norm = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"];

  test("resnet18 has torchvision's, in torchvision's order", () => {
    const names = listNames(resnet18({ backend }));
    // 20 convolutions, 20 batch norms, and the last layer.
    expect(names).toHaveLength(20 + 20 * norm.length + 2);
    expect(names.slice(0, 6)).toEqual(["conv1.weight", ...norm.map((name) => `bn1.${name}`)]);
    const block = names.filter((name) => name.startsWith("layer2.0."));
    expect(block).toEqual([
      "layer2.0.conv1.weight",
      ...norm.map((name) => `layer2.0.bn1.${name}`),
      "layer2.0.conv2.weight",
      ...norm.map((name) => `layer2.0.bn2.${name}`),
      "layer2.0.downsample.0.weight",
      ...norm.map((name) => `layer2.0.downsample.1.${name}`),
    ]);
    expect(names.slice(-2)).toEqual(["fc.weight", "fc.bias"]);
  });

  test("resnet50 has the names of torchvision's bottlenecks", () => {
    const names = listNames(resnet50({ backend }));
    // 53 convolutions, 53 batch norms, and the last layer.
    expect(names).toHaveLength(53 + 53 * norm.length + 2);
    expect(names.filter((name) => name.startsWith("layer1.0."))).toEqual([
      ...["1", "2", "3"].flatMap((part) => [
        `layer1.0.conv${part}.weight`,
        ...norm.map((name) => `layer1.0.bn${part}.${name}`),
      ]),
      "layer1.0.downsample.0.weight",
      ...norm.map((name) => `layer1.0.downsample.1.${name}`),
    ]);
  });

  test("mobilenetV2 has torchvision's, in torchvision's order", () => {
    const names = listNames(mobilenetV2({ backend }));
    // 52 convolutions, 52 batch norms, and the last layer.
    expect(names).toHaveLength(52 + 52 * norm.length + 2);
    const withNorm = (convolution: string, ofNorm: string) => [
      `${convolution}.weight`,
      ...norm.map((name) => `${ofNorm}.${name}`),
    ];
    expect(names.slice(0, 24)).toEqual([
      ...withNorm("features.0.0", "features.0.1"),
      ...withNorm("features.1.conv.0.0", "features.1.conv.0.1"),
      ...withNorm("features.1.conv.1", "features.1.conv.2"),
      ...withNorm("features.2.conv.0.0", "features.2.conv.0.1"),
    ]);
    expect(names.slice(-8)).toEqual([
      ...withNorm("features.18.0", "features.18.1"),
      "classifier.1.weight",
      "classifier.1.bias",
    ]);
  });

  test("mobilenetV3Small has the names of torchvision's blocks", () => {
    const names = listNames(mobilenetV3Small({ backend }));
    expect(names.filter((name) => name.startsWith("features.1."))).toEqual([
      "features.1.block.0.0.weight",
      ...norm.map((name) => `features.1.block.0.1.${name}`),
      ...["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"].map((name) => `features.1.block.1.${name}`),
      "features.1.block.2.0.weight",
      ...norm.map((name) => `features.1.block.2.1.${name}`),
    ]);
    expect(names.slice(-5)).toEqual([
      "features.12.1.num_batches_tracked",
      ...["classifier.0.weight", "classifier.0.bias", "classifier.3.weight", "classifier.3.bias"],
    ]);
  });

  test("networks need the operations that their papers and libraries state", () => {
    // Multiplications with an addition each: the sum over the layers of ResNet-20 by hand, and torchvision's figure for its ResNet-18.
    const backend = new MemoryBackend();
    const small = summary(resnet20({ backend }), [1, 3, 32, 32]);
    expect(small.flops / 2e6).toBeCloseTo(40.55, 1);
    const large = summary(resnet18({ backend, classes: 1000 }), [1, 3, 224, 224]);
    expect(large.flops / 2e9).toBeCloseTo(1.814, 3);
    const images = [1, 3, 224, 224];
    // torchvision's figures for its weights: 4.09 and 0.3 GFLOPS, which are products.
    expect(summary(resnet50({ backend, classes: 1000 }), images).flops / 2e9).toBeCloseTo(4.09, 2);
    expect(summary(mobilenetV2({ backend, classes: 1000 }), images).flops / 2e9).toBeCloseTo(0.301, 3);
  });

  test("biases replace batch norm", () => {
    const names = listNames(resnet20({ backend, normalization: "none" }));
    expect(names.slice(0, 4)).toEqual([
      "conv1.weight",
      "conv1.bias",
      "layer1.0.conv1.weight",
      "layer1.0.conv1.bias",
    ]);
    expect(names.some((name) => name.includes("running_mean") || name.includes("bn"))).toBe(false);
  });

  test("other models are numbered like torchvision's sequences", () => {
    expect(listNames(vgg({ backend, stages: [[8], [8]], normalization: "none" }))).toEqual([
      "features.0.weight",
      "features.0.bias",
      "features.3.weight",
      "features.3.bias",
      "classifier.weight",
      "classifier.bias",
    ]);
    expect(listNames(mlp({ backend, hidden: [5] }))).toEqual([
      "1.weight",
      ...norm.map((name) => `2.${name}`),
      "4.weight",
      "4.bias",
    ]);
  });
});

test.each([10, 8, 29, Number.NaN])(
  "images of size %d are rejected, because they cannot be pooled twice",
  (imageSize) => {
    expect(() => lenet({ backend, imageSize })).toThrow(ArgumentError);
    expect(() => convnet({ backend, imageSize })).toThrow(/expected a multiple of 4/);
  },
);

const any = (options: object) => ({ ...options, backend }) as never;
test.each<[string, () => unknown, string]>([
  ["classes", () => resnet18(any({ classes: 0 })), "resnet18: classes: found 0, expected a positive integer"],
  ["a wrong word", () => resnet20(any({ numClasses: 5 })), 'resnet20: found the option "numClasses"'],
  [
    "a shortcut",
    () => resnet56(any({ shortcut: "A" })),
    'resnet56: shortcut: found "A", expected "padding" or',
  ],
  ["a normalization", () => vgg(any({ normalization: "layer" })), 'vgg: normalization: found "layer"'],
  ["stages", () => vgg(any({ stages: [[8, 0]] })), "vgg: stages: found"],
  ["widths", () => mlp(any({ hidden: [0.5] })), "mlp: hidden: found [0.5]"],
  ["channels", () => lenet(any({ inChannels: -1 })), "lenet: inChannels: found -1"],
  ["a flag", () => resnet50(any({ zeroInit: 1 })), "resnet50: zeroInit: found 1, expected true or false"],
  [
    "a width",
    () => mobilenetV2(any({ width: 0 })),
    "mobilenetV2: width: found 0, expected a finite positive",
  ],
  ["a seed", () => lenet(any({ seed: "one" })), 'seed: found "one"'],
])("%s out of range are rejected with the model's name: %#", (_name, make, message) => {
  expect(make).toThrow(ArgumentError);
  expect(make).toThrow(message);
});

test("undefined counts as absent", () => {
  const absent = { classes: undefined, normalization: undefined, shortcut: undefined, seed: undefined };
  expect(resnet18({ backend, classes: undefined }).stateDict()["fc.weight"]!.shape).toEqual([1000, 512]);
  expect(resnet20({ backend, ...absent }).countParameters()).toBe(269_722);
  expect(lenet({ backend, imageSize: undefined }).countParameters()).toBe(61_932);
});
