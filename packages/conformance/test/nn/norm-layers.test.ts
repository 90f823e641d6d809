import { valueAndGrad } from "@evenkeel/autodiff";
import { resnet20 } from "@evenkeel/models";
import type { Module } from "@evenkeel/nn";
import {
  BatchNorm1d,
  BatchNorm2d,
  BatchRenorm1d,
  BatchRenorm2d,
  Dropout,
  GhostBatches,
  GroupNorm,
  Identity,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  LayerNorm,
  Linear,
  MaskedBatchNorm,
  preciseBatchNorm,
  ReLU,
  RMSNorm,
  replaceNormalization,
  Sequential,
  StandardizedConv2d,
} from "@evenkeel/nn";
import {
  ArgumentError,
  moments,
  normal,
  ones,
  ShapeError,
  scope,
  slice,
  sum,
  type Tensor,
  withoutStateChanges,
  zeros,
} from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { expectNoLeak } from "../expect-no-leak.ts";
import { onCpu } from "../on-cpu.ts";

const device = onCpu();
const read = async (x: Tensor): Promise<number[]> => [...(await x.data())];

test.each<[string, () => Module, string[]]>([
  ["LayerNorm 4", () => new LayerNorm(4), ["weight", "bias"]],
  ["LayerNorm 2x4", () => new LayerNorm([2, 4], { bias: false }), ["weight"]],
  ["LayerNorm 4", () => new LayerNorm(4, { elementwiseAffine: false }), []],
  ["RMSNorm 4", () => new RMSNorm(4), ["weight"]],
  ["RMSNorm 4", () => new RMSNorm([4], { elementwiseAffine: false }), []],
  ["GroupNorm 6 in 3 groups", () => new GroupNorm(3, 6), ["weight", "bias"]],
  ["GroupNorm 6 in 3 groups", () => new GroupNorm(3, 6, { affine: false }), []],
  ["InstanceNorm1d 4", () => new InstanceNorm1d(4), []],
  ["InstanceNorm2d 4", () => new InstanceNorm2d(4, { affine: true }), ["weight", "bias"]],
  [
    "InstanceNorm3d 4",
    () => new InstanceNorm3d(4, { trackRunningStats: true }),
    ["running_mean", "running_var", "num_batches_tracked"],
  ],
  [
    "BatchNorm2d 4, ghost batches of 8",
    () => new BatchNorm2d(4, { ghosts: new GhostBatches(8), affine: false, trackRunningStats: false }),
    [],
  ],
  ["MaskedBatchNorm 4", () => new MaskedBatchNorm(4, { trackRunningStats: false }), ["weight", "bias"]],
  [
    "BatchRenorm2d 4, rMax 3, dMax 5",
    () => new BatchRenorm2d(4),
    ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"],
  ],
  ["StandardizedConv2d 3 -> 4, 3x3", () => new StandardizedConv2d(3, 4, 3), ["weight", "bias"]],
  ["Identity", () => new Identity(), []],
])("%s: the names of its state are PyTorch's", (words, make, names) => {
  const layer = make();
  expect(layer.describe()).toBe(words);
  expect(Object.keys(layer.stateDict())).toEqual(names);
});

test.each<[string, () => unknown, new (...args: never[]) => Error, string]>([
  ["a size", () => new LayerNorm(0), ArgumentError, "LayerNorm: normalizedShape: found 0"],
  ["groups", () => new GroupNorm(4, 6), ArgumentError, "GroupNorm: groups: found 4 for 6 channels"],
  [
    "another width",
    () => new LayerNorm(4).forward(ones([2, 5])),
    ShapeError,
    "LayerNorm 4: layerNorm: x: found shape [2, 5], expected [..., 4]",
  ],
  [
    "other channels",
    () => new GroupNorm(3, 6).forward(ones([2, 5, 2])),
    ShapeError,
    "GroupNorm 6 in 3 groups: found [2, 5, 2], expected [n, 6, ...]",
  ],
  [
    "one value",
    () => new InstanceNorm1d(4).forward(ones([2, 4, 1])),
    ShapeError,
    "expected more than 1 value in each channel of a sample",
  ],
  [
    "a rank",
    () => new InstanceNorm2d(4).forward(ones([2, 4, 3])),
    ShapeError,
    "found [2, 4, 3], expected 4 channels",
  ],
  ["a ratio", () => new BatchRenorm1d(4, { rMax: 0.5 }), ArgumentError, "BatchRenorm: rMax: found 0.5"],
  [
    "a ghost batch",
    () => new BatchNorm1d(4, { ghosts: new GhostBatches(0) }),
    ArgumentError,
    "GhostBatches: size: found 0",
  ],
  [
    "a norm alone",
    () => replaceNormalization(new LayerNorm(4), () => undefined),
    ArgumentError,
    "expected a module that contains the norms",
  ],
])("%s out of range is rejected", (_, run, kind, message) => {
  expect(run).toThrow(kind);
  expect(run).toThrow(message);
});

test("a row that is divided into parts has mean 0 and variance 1", async () => {
  const y = new LayerNorm(65_600).forward(normal([2, 65_600], { seed: 1, mean: 3 }));
  const { mean, variance } = moments(y, { axis: 1 });
  for (const value of await read(mean)) expect(value).toBeCloseTo(0, 5);
  for (const value of await read(variance)) expect(value).toBeCloseTo(1, 4);
});

test("norms of samples are the same in training and evaluation mode, for a batch of any size", async () => {
  const x = normal([3, 6, 5], { seed: 1 });
  const alone = slice(x, { begin: [1], end: [2] });
  for (const layer of [new LayerNorm([6, 5]), new RMSNorm(5), new GroupNorm(2, 6), new InstanceNorm1d(6)]) {
    const wanted = await read(slice(layer.forward(x), { begin: [1], end: [2] }));
    expect(await read(layer.eval().forward(alone)), layer.describe()).toEqual(wanted);
  }
});

describe("batch renormalization", () => {
  test("with rMax 1 and dMax 0 is batch norm, bit for bit, and updates the same statistics", async () => {
    const x = normal([16, 4], { seed: 1 });
    const [renorm, plain] = [new BatchRenorm1d(4, { rMax: 1, dMax: 0 }), new BatchNorm1d(4)];
    expect(await read(renorm.forward(x))).toEqual(await read(plain.forward(x)));
    expect(await read(renorm.runningMean!.value)).toEqual(await read(plain.runningMean!.value));
    expect(await read(renorm.runningVariance!.value)).toEqual(await read(plain.runningVariance!.value));
    renorm.dMax = 2;
    expect(await read(renorm.forward(x))).not.toEqual(await read(plain.forward(x)));
    expect(await read(renorm.eval().forward(x))).toEqual(await read(plain.eval().forward(x)));
  });

  test("without limits is normalization by the running statistics", async () => {
    const x = normal([16, 4], { seed: 1, mean: 1 });
    const layer = new BatchRenorm1d(4, { rMax: 1000, dMax: 1000 });
    const found = await read(withoutStateChanges(() => layer.forward(x)));
    const wanted = await read(layer.eval().forward(x));
    for (const [index, value] of found.entries()) expect(value).toBeCloseTo(wanted[index]!, 5);
  });
});

describe("running statistics of instance norm", () => {
  test("change once, when the differentiated call returns, and its memory is freed", async () => {
    const layer = new InstanceNorm1d(2, { trackRunningStats: true, affine: true });
    const x = normal([3, 2, 5], { seed: 1 });
    const step = () =>
      scope(() => {
        valueAndGrad(layer, () => sum(layer.forward(x)))();
      });
    withoutStateChanges(step);
    expect(await read(layer.runningMean!.value)).toEqual([0, 0]);
    const { live } = device().memory();
    step();
    expect(await read(layer.runningMean!.value)).not.toEqual([0, 0]);
    expectNoLeak(device(), live);
  });

  test("do not change for an empty batch", async () => {
    const layer = new InstanceNorm1d(2, { trackRunningStats: true });
    expect(layer.forward(zeros([0, 2, 5])).shape).toEqual([0, 2, 5]);
    expect(await read(layer.runningVariance!.value)).toEqual([1, 1]);
  });
});

describe("replaceNormalization", () => {
  test("replaces the norms of blocks and sequences, in their modes, and keeps the others", async () => {
    const model = resnet20({ seed: 1, shortcut: "projection" });
    const first = model.bn1!;
    first.eval();
    const paths = replaceNormalization(model, (norm, path) =>
      norm.normalizes === "batch" && path !== "layer3.2.bn2" ? new GroupNorm(4, norm.channels) : undefined,
    );
    expect(paths).toContain("layer1.0.bn1");
    expect(paths).toContain("layer2.0.downsample.1");
    expect(paths).toHaveLength(20);
    expect(model.bn1).toBeInstanceOf(GroupNorm);
    expect(model.bn1!.isTraining).toBe(false);
    expect(first.scale!.value.isDisposed).toBe(true);
    expect([...model.namedBuffers()].map(([name]) => name)).toEqual([
      "layer3.2.bn2.running_mean",
      "layer3.2.bn2.running_var",
    ]);
    const x = normal([2, 3, 16, 16], { seed: 2 });
    const y = await read(model.forward(x));
    expect(y.every(Number.isFinite)).toBe(true);
  });

  test("Identity removes a norm", async () => {
    const [layer, x] = [new Linear(3, 4, { seed: 1 }), normal([2, 3], { seed: 2 })];
    const model = new Sequential(layer, new LayerNorm(4), new ReLU());
    replaceNormalization(model, () => new Identity());
    const bare = new Sequential(layer, new ReLU());
    expect(await read(model.forward(x))).toEqual(await read(bare.forward(x)));
  });
});

describe("preciseBatchNorm", () => {
  const data = () => [{ inputs: Float32Array.of(1, 2, 3) }, { inputs: Float32Array.of(5) }];
  const shaped = () => data().map(({ inputs }) => ({ inputs: { data: inputs, shape: [inputs.length, 1] } }));

  test("changes nothing where a batch fails, and leaves modes and frozen norms alone", async () => {
    const frozen = new BatchNorm1d(1).freeze();
    const norm = new BatchNorm1d(1);
    const model = new Sequential(new Dropout(0.5), norm, frozen).eval();
    const { live } = device().memory();
    await expect(preciseBatchNorm(model, shaped)).rejects.toThrow(
      "preciseBatchNorm: batch 1: 1 (BatchNorm1d 1): batchNormTraining: x: found [1, 1]",
    );
    expect(await read(norm.runningMean!.value)).toEqual([0]);
    expectNoLeak(device(), live);
    await preciseBatchNorm(model, shaped, { batches: 1 });
    expect(await read(norm.runningMean!.value)).toEqual([2]);
    expect(await read(norm.runningVariance!.value)).toEqual([1]);
    expect(norm.numBatchesTracked!.value).toBe(1);
    expect(await read(frozen.runningMean!.value)).toEqual([0]);
    expect(norm.isTraining).toBe(false);
  });

  test("rejects models without norms, and data without batches", async () => {
    const none = "preciseBatchNorm: model: found no batch norm with running statistics";
    await expect(preciseBatchNorm(new Linear(1, 1), shaped)).rejects.toThrow(none);
    await expect(preciseBatchNorm(new Sequential(new BatchNorm1d(1)), () => [])).rejects.toThrow(
      "preciseBatchNorm: data: found no batches, expected at least one",
    );
  });

  test("an aborted pass changes nothing", async () => {
    const norm = new BatchNorm1d(1);
    const signal = AbortSignal.abort(new Error("stop"));
    await expect(preciseBatchNorm(new Sequential(norm), shaped, { signal })).rejects.toThrow("stop");
    expect(await read(norm.runningMean!.value)).toEqual([0]);
  });
});
