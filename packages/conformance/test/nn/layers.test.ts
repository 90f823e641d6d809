import { grad } from "@evenkeel/autodiff";
import {
  AvgPool2d,
  BasicBlock,
  BatchNorm2d,
  Conv1d,
  Conv2d,
  Conv3d,
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  Dropout,
  ELU,
  Embedding,
  Flatten,
  GELU,
  GlobalAveragePool,
  LeakyReLU,
  Linear,
  MaxPool2d,
  type Module,
  ReLU,
  Sequential,
  Sigmoid,
  SiLU,
  Softplus,
  Tanh,
} from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  add,
  cast,
  DTypeError,
  normal,
  ones,
  RandomSource,
  relu,
  sum,
  tensor,
} from "@evenkeel/tensor";
import { RecordingBackend } from "@evenkeel/tensor/testing";
import { describe, expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";

const device = onCpu();

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];

async function expectSame(found: Tensor, expected: Tensor, digits = 5): Promise<void> {
  expect(found.shape).toEqual(expected.shape);
  const wanted = await values(expected);
  (await values(found)).forEach((value, index) => {
    expect(value).toBeCloseTo(wanted[index]!, digits);
  });
}

const oneByOne = (modules: readonly Module[], x: Tensor): Tensor =>
  modules.reduce((y, module) => module.forward(y), x);

describe("a sequence", () => {
  test.each<[string, () => Module[], number[]]>([
    [
      "convolution, batch norm, ReLU",
      () => [new Conv2d(2, 3, 3, { bias: false }), new BatchNorm2d(3), new ReLU()],
      [2, 2, 5, 5],
    ],
    [
      "convolution, LeakyReLU",
      () => [new Conv2d(2, 3, 3), new LeakyReLU({ negativeSlope: 0.2 })],
      [2, 2, 5, 5],
    ],
    ["convolution of sequences, ReLU", () => [new Conv1d(2, 3, 3, { padding: 1 }), new ReLU()], [2, 2, 6]],
    [
      "convolution of volumes, ReLU",
      () => [new Conv3d(2, 3, 2, { padding: 1 }), new ReLU()],
      [1, 2, 3, 4, 3],
    ],
    [
      "transposed convolution of volumes, LeakyReLU",
      () => [new ConvTranspose3d(2, 3, 2, { stride: 2 }), new LeakyReLU({ negativeSlope: 0.2 })],
      [1, 2, 2, 3, 2],
    ],
    [
      "transposed convolution of sequences, ReLU",
      () => [new ConvTranspose1d(2, 3, 4, { stride: 2, padding: "same" }), new ReLU()],
      [2, 2, 6],
    ],
    [
      "transposed convolution, ReLU",
      () => [new ConvTranspose2d(2, 3, 2, { stride: 2 }), new ReLU()],
      [2, 2, 3, 3],
    ],
    ["linear, ReLU, linear", () => [new Linear(4, 3), new ReLU(), new Linear(3, 2)], [5, 4]],
    ["two activations", () => [new Linear(4, 3), new ReLU(), new LeakyReLU(), new Tanh()], [5, 4]],
  ])("of %s is what its modules are one by one", async (_name, make, shape) => {
    const modules = make();
    const x = normal(shape, { seed: 1 });
    await expectSame(new Sequential(...modules).forward(x), oneByOne(modules, x));
  });

  test("applies an activation in the launch of the layer before it", () => {
    const recording = new RecordingBackend(device());
    const options = { backend: recording };
    const modules = [
      new Conv2d(2, 3, 3, options),
      new ReLU(),
      new BatchNorm2d(3, options),
      new LeakyReLU(),
      new Flatten(),
      new Linear(27, 4, options),
      new ReLU(),
    ];
    const x = normal([2, 2, 5, 5], { seed: 1, ...options });
    const launches = (run: () => Tensor): number => {
      recording.reset();
      run();
      return recording.traffic().launches.length;
    };
    const apart = launches(() => oneByOne(modules, x));
    expect(launches(() => new Sequential(...modules).forward(x))).toBe(apart - 3);
  });

  test("names its layers by position", () => {
    const model = new Sequential(new Linear(1, 1), new ReLU(), new Sequential(new Linear(1, 1)));
    expect([...model.namedParameters()].map(([name]) => name)).toEqual([
      "0.weight",
      "0.bias",
      "2.0.weight",
      "2.0.bias",
    ]);
  });
});

describe("a residual block", () => {
  test.each(["batch", "none"] as const)(
    "with normalization %s adds before the last ReLU",
    async (normalization) => {
      const block = new BasicBlock(2, 4, { stride: 2, normalization, seed: 3 });
      const x = normal([2, 2, 6, 6], { seed: 1 });
      const parts = [block.conv1, block.bn1, new ReLU(), block.conv2, block.bn2];
      const inner = oneByOne(
        parts.filter((module) => module !== undefined),
        x,
      );
      await expectSame(block.forward(x), relu(add(inner, block.downsample!.forward(x))));
    },
  );

  test("without a projection takes every second pixel and adds zeros for new channels", async () => {
    const block = new BasicBlock(1, 2, { stride: 2, shortcut: "padding", normalization: "none" });
    for (const { weight, bias } of [block.conv1, block.conv2]) {
      weight.value = tensor(new Float32Array(weight.value.size), { shape: weight.value.shape });
      bias!.value = tensor(new Float32Array(2));
    }
    const y = block.forward(
      tensor([
        [
          [
            [1, 2],
            [3, 4],
          ],
        ],
      ]),
    );
    expect(await values(y)).toEqual([1, 0]);
    expect(block.downsample).toBeUndefined();
    expect(() => new BasicBlock(2, 1, { shortcut: "padding" })).toThrow(ArgumentError);
  });

  test("that keeps the shape has the identity as shortcut", () => {
    expect(new BasicBlock(2, 2).downsample).toBeUndefined();
  });
});

describe("dropout", () => {
  test("keeps the expected share, scaled so that the mean does not change", async () => {
    const kept = (await values(new Dropout(0.25, { seed: 1 }).forward(ones([100, 100])))).filter(
      (y) => y !== 0,
    );
    // The fraction of 10,000 samples has a standard deviation of 0.0043; the tolerance is six of them.
    expect(Math.abs(kept.length / 10_000 - 0.75)).toBeLessThan(0.026);
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / 0.75)]));
  });

  test("draws a new mask in every call, and the same masks from the same seed", async () => {
    const [a, b] = [new Dropout(0.5, { seed: 7 }), new Dropout(0.5, { seed: 7 })];
    const x = ones([64]);
    const first = await values(a.forward(x));
    expect(await values(a.forward(x))).not.toEqual(first);
    expect(await values(b.forward(x))).toEqual(first);
  });

  test("uses the mask of the forward pass in its gradient", async () => {
    const layer = new Dropout(0.5, { seed: 1 });
    const replay = new Dropout(0.5, { seed: 1 });
    const x = ones([32]);
    const gradient = grad((input: Tensor) => sum(layer.forward(input)))(x);
    expect(await values(gradient)).toEqual(await values(replay.forward(x)));
  });

  test("is the identity at inference and with probability 0, and zero with probability 1", async () => {
    const x = tensor([1, 2]);
    expect(new Dropout(0.5).eval().forward(x)).toBe(x);
    expect(() => new Dropout(0.5).forward(cast(x, "i32"))).toThrow(DTypeError);
    expect(new Dropout(0).forward(x)).toBe(x);
    expect(await values(new Dropout(1).forward(x))).toEqual([0, 0]);
    expect(() => new Dropout(1.5)).toThrow("probability: found 1.5");
  });

  test("layers that share a source draw different masks", () => {
    const seed = new RandomSource(1);
    const [a, b] = [new Dropout(0.5, { seed }), new Dropout(0.5, { seed })];
    expect(a.random.state.seed).not.toBe(b.random.state.seed);
  });
});

describe("other layers", () => {
  test("linear is x W^T + b on the last dimension", async () => {
    const layer = new Linear(2, 1);
    layer.weight.value = tensor([[2, 3]]);
    layer.bias!.value = tensor([10]);
    expect(await values(layer.forward(tensor([[[1, 1]], [[0, 2]]])))).toEqual([15, 16]);
  });

  test("an embedding looks up vectors", async () => {
    const layer = new Embedding(3, 2, { seed: 1 });
    const table = await values(layer.weight.value);
    const found = layer.forward(tensor([[2, 0]], { dtype: "i32" }));
    expect(found.shape).toEqual([1, 2, 2]);
    expect(await values(found)).toEqual([...table.slice(4, 6), ...table.slice(0, 2)]);
  });

  test("pooling and flattening", async () => {
    const x = tensor([
      [
        [
          [1, 2],
          [3, 6],
        ],
      ],
    ]);
    expect(await values(new MaxPool2d(2).forward(x))).toEqual([6]);
    expect(await values(new AvgPool2d(2).forward(x))).toEqual([3]);
    expect(new GlobalAveragePool().forward(x).shape).toEqual([1, 1]);
    expect(new Flatten().forward(x).shape).toEqual([1, 4]);
    expect(new Flatten({ startAxis: 2 }).forward(x).shape).toEqual([1, 1, 4]);
    expect(() => new Flatten().forward(tensor([1]))).toThrow(ArgumentError);
  });

  test.each<[Module, number]>([
    [new ReLU(), 0],
    [new LeakyReLU(), -0.01],
    [new GELU(), -0.15865526],
    [new GELU({ approximate: "tanh" }), -0.15880801],
    [new SiLU(), -0.26894142],
    [new Sigmoid(), 0.26894142],
    [new Tanh(), -0.76159416],
    [new ELU({ alpha: 2 }), -1.26424112],
    [new Softplus(), 0.31326169],
  ])("activation %# at -1", async (layer, expected) => {
    expect((await values(layer.forward(tensor([-1]))))[0]).toBeCloseTo(expected, 6);
  });

  test("groups must divide the channels", () => {
    expect(new Conv2d(4, 6, 3, { groups: 2 }).weight.value.shape).toEqual([6, 2, 3, 3]);
    expect(new ConvTranspose2d(4, 6, 3, { groups: 2 }).weight.value.shape).toEqual([4, 3, 3, 3]);
    expect(new Conv3d(4, 6, [1, 2, 3], { groups: 2 }).weight.value.shape).toEqual([6, 2, 1, 2, 3]);
    expect(new ConvTranspose1d(4, 6, 3, { groups: 2 }).weight.value.shape).toEqual([4, 3, 3]);
    expect(() => new Conv2d(3, 6, 3, { groups: 2 })).toThrow("groups: found 2 for 3 channels");
  });

  test("weights are the same with and without a bias", async () => {
    const [a, b] = [new Linear(3, 2, { seed: 5 }), new Linear(3, 2, { seed: 5, bias: false })];
    expect(await values(a.weight.value)).toEqual(await values(b.weight.value));
    expect(b.bias).toBeUndefined();
  });

  test("biases and batch norm have no weight decay, weights have", () => {
    const model = new Sequential(new Conv2d(1, 2, 3), new BatchNorm2d(2), new Linear(2, 2));
    const decayed = [...model.namedParameters()].filter(([, { isDecayed }]) => isDecayed);
    expect(decayed.map(([name]) => name)).toEqual(["0.weight", "2.weight"]);
  });
});

test("convolution sizes that are not positive are named in the error", () => {
  expect(() => new Conv2d(1, 2, 0)).toThrow("kernel: found 0, expected a positive integer");
  expect(() => new Conv2d(1, 2, [3, 1.5])).toThrow(
    "kernel: found [3, 1.5], expected a positive integer, or an array of 2 elements, each a positive integer",
  );
  expect(() => new Conv2d(0, 2, 3)).toThrow(ArgumentError);
});
