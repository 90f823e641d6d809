import { add, setDefaultBackend, type Tensor } from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ReLU } from "../layers/activations.ts";
import { BasicBlock } from "../layers/basic-block.ts";
import { BatchNorm2d } from "../layers/batch-norm.ts";
import { Conv1d, Conv2d, Conv3d } from "../layers/convolution.ts";
import { Dropout } from "../layers/dropout.ts";
import { Flatten } from "../layers/flatten.ts";
import { Linear } from "../layers/linear.ts";
import { Sequential } from "../layers/sequential.ts";
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from "../layers/transposed-convolution.ts";
import { Module } from "../module/module.ts";
import { summary } from "./summary.ts";

let backend: MemoryBackend;

beforeEach(() => {
  backend = new MemoryBackend();
  setDefaultBackend(backend);
});
afterEach(() => setDefaultBackend(undefined));

const makeNet = (): Sequential =>
  new Sequential(
    new Conv2d(3, 8, 3, { padding: 1, bias: false }),
    new BatchNorm2d(8),
    new ReLU(),
    new Flatten(),
    new Dropout(0.5, { seed: 4 }),
    new Linear(8 * 6 * 6, 10),
  );

describe("summary", () => {
  test("lists shapes, parameters, operations, and what is fused, by layer", () => {
    const { modules, ...totals } = summary(makeNet(), [4, 3, 6, 6]);
    const convolution = 2 * 4 * 8 * 6 * 6 * 27;
    const product = 2 * 4 * 10 * 288;
    expect(
      modules.map(({ path, outputShapes, parameters, flops }) => [path, outputShapes, parameters, flops]),
    ).toEqual([
      ["", [[4, 10]], 216 + 16 + 2890, convolution + product],
      ["0", [[4, 8, 6, 6]], 216, convolution],
      ["1", [[4, 8, 6, 6]], 16, 0],
      ["2", [[4, 8, 6, 6]], 0, 0],
      ["3", [[4, 288]], 0, 0],
      ["4", [[4, 288]], 0, 0],
      ["5", [[4, 10]], 2890, product],
    ]);
    expect(modules.map(({ fusedInto }) => fusedInto)).toEqual([
      undefined,
      undefined,
      "0",
      "0",
      undefined,
      undefined,
      undefined,
    ]);
    expect(totals).toMatchObject({
      parameters: 3122,
      trainableParameters: 3122,
      flops: convolution + product,
    });
    // The convolution, batch norm with ReLU and its statistics, dropout, and the scores.
    expect(totals.activationBytes).toBeGreaterThan(4 * (3 * 4 * 288 + 40));
    expect(totals.activationBytes).toBeLessThan(4 * (4 * 4 * 288 + 500));
  });

  test("computes nothing, and changes no state", () => {
    const net = makeNet();
    net.eval();
    const before = [...net.namedRandomSources()].map(([, source]) => source.state);
    const { live } = backend.memory();
    summary(net, [4, 3, 6, 6]);
    expect([...net.namedRandomSources()].map(([, source]) => source.state)).toEqual(before);
    expect(backend.memory().live).toBe(live);
    expect([...net.namedModules()].some(([, { isTraining }]) => isTraining)).toBe(false);
    expect((net.modules[1] as BatchNorm2d).numBatchesTracked!.value).toBe(0);
    expect(Object.hasOwn(net, "forward")).toBe(false);
  });

  test("does not depend on the size of the input in memory", () => {
    const { live } = backend.memory();
    const wide = summary(new Conv2d(1, 1, 3, { bias: false }), [1_000_000, 1, 64, 64]);
    expect(wide.modules[0]!.outputShapes).toEqual([[1_000_000, 1, 62, 62]]);
    expect(backend.memory().live - live).toBeLessThan(1000);
  });

  test("counts transposed and one-dimensional convolutions, and groups", () => {
    const flopsOf = (layer: Module, shape: number[]): number => summary(layer, shape).flops;
    expect(flopsOf(new ConvTranspose2d(4, 6, 2, { stride: 2 }), [1, 4, 5, 5])).toBe(2 * 100 * 6 * 4);
    expect(flopsOf(new Conv1d(4, 6, 3), [2, 4, 10])).toBe(2 * 2 * 6 * 8 * 12);
    expect(flopsOf(new Conv3d(4, 6, 3, { padding: 1 }), [1, 4, 5, 6, 7])).toBe(2 * 5 * 6 * 7 * 6 * 4 * 27);
    expect(flopsOf(new Conv3d(4, 6, [3, 1, 1], { groups: 2 }), [1, 4, 5, 6, 7])).toBe(
      2 * 3 * 6 * 7 * 6 * 2 * 3,
    );
    expect(flopsOf(new ConvTranspose3d(4, 6, 3, { stride: 2 }), [1, 4, 2, 3, 4])).toBe(2 * 24 * 4 * 6 * 27);
    expect(flopsOf(new ConvTranspose1d(4, 6, 3), [1, 4, 9])).toBe(2 * 9 * 4 * 6 * 3);
    expect(flopsOf(new Conv2d(8, 8, 3, { groups: 8 }), [1, 8, 5, 5])).toBe(2 * 8 * 9 * 9);
  });

  test("counts a module that runs twice twice, and its parameters once", () => {
    class Twice extends Module {
      readonly layer: Linear = new Linear(5, 5);

      forward(x: Tensor): Tensor {
        return add(this.layer.forward(x), this.layer.forward(x));
      }
    }
    const { modules, parameters } = summary(new Twice(), [3, 5]);
    expect(modules[1]).toMatchObject({
      outputShapes: [
        [3, 5],
        [3, 5],
      ],
      flops: 2 * 2 * 3 * 25,
    });
    expect(parameters).toBe(30);
  });

  test("knows what residual blocks fuse", () => {
    const { modules } = summary(new BasicBlock(4, 8, { stride: 2 }), [1, 4, 8, 8]);
    const fused = modules.filter(({ fusedInto }) => fusedInto !== undefined);
    expect(fused.map(({ path, fusedInto }) => [path, fusedInto])).toEqual([
      ["bn1", "conv1"],
      ["bn2", "conv2"],
      ["downsample.1", "downsample.0"],
    ]);
  });

  test("is a table for people", () => {
    expect(`${summary(new Sequential(new Linear(3, 4), new ReLU()), [2, 3])}`).toBe(
      [
        "module              output  parameters  FLOPs  runs",
        "Sequential          [2, 4]          16     48",
        "  0: Linear 3 -> 4  [2, 4]          16     48",
        "  1: ReLU           [2, 4]                     in 0",
        "16 parameters, 16 of them trainable",
        "48 floating-point operations in products and convolutions of a forward pass",
        "32 B of results in a forward pass",
      ].join("\n"),
    );
  });

  test("says what is wrong with its arguments", () => {
    expect(() => summary({} as Module, [1])).toThrow(/summary: model: found .*, expected a module/);
    expect(() => summary(makeNet(), [0, 3, 6, 6])).toThrow(/summary: inputShape/);
    expect(() => summary(makeNet(), [4, 2, 6, 6])).toThrow(
      /0 \(Conv2d 3 -> 8, .*\): found \[4, 2, 6, 6\], expected \[n, 3, h, w\]/,
    );
    expect(() => summary(makeNet(), [1, 3, 6, 6], { dtype: "f64" as "f32" })).toThrow(/summary: dtype/);
  });
});
