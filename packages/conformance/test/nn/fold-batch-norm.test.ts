import { convnet, resnet20, vgg } from "@evenkeel/models";
import {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  Conv1d,
  Conv2d,
  Conv3d,
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  Flatten,
  foldBatchNorm,
  Identity,
  init,
  LeakyReLU,
  Linear,
  Module,
  ReLU,
  Sequential,
  StandardizedConv2d,
} from "@evenkeel/nn";
import { add, normal, type Shape, type Tensor, tensor, uniform } from "@evenkeel/tensor";
import { RecordingBackend } from "@evenkeel/tensor/testing";
import { describe, expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";

const device = onCpu();

/** Running statistics, scales and shifts as after training. */
function train<Model extends Module>(model: Model): Model {
  let stream = 0;
  const drawn = (shape: Shape) => uniform(shape, { low: 0.5, high: 1.5, seed: 3, stream: stream++ });
  const { backend } = [...model.parameters()][0]!.value;
  for (const [path, buffer] of model.namedBuffers()) {
    const [shape, stamp] = [buffer.value.shape, { seed: 4, stream: stream++, backend }];
    buffer.value = path.endsWith("var")
      ? uniform(shape, { low: 0.5, high: 1.5, ...stamp })
      : normal(shape, stamp);
  }
  for (const [, module] of model.namedModules()) {
    if (module instanceof BatchNorm2d || module instanceof BatchNorm1d) {
      if (module.scale && backend === device()) module.scale.value = drawn(module.scale.value.shape);
      if (module.shift && backend === device()) module.shift.value = drawn(module.shift.value.shape);
    }
  }
  return model.eval();
}

/** The largest difference relative to the largest value. */
async function measureDistance(found: Tensor, wanted: Tensor): Promise<number> {
  expect(found.shape).toEqual(wanted.shape);
  const [a, b] = [await found.data(), await wanted.data()];
  let [worst, largest] = [0, 0];
  for (const [index, value] of b.entries()) {
    worst = Math.max(worst, Math.abs(a[index]! - value));
    largest = Math.max(largest, Math.abs(value));
  }
  return worst / largest;
}

const options = { seed: 1 };

const foldable: readonly (readonly [name: string, build: () => Module[], shape: number[]])[] = [
  [
    "a convolution without bias",
    () => [new Conv2d(3, 8, 3, { padding: 1, bias: false, ...options }), new BatchNorm2d(8)],
    [2, 3, 7, 6],
  ],
  [
    "a convolution with bias, ReLU",
    () => [new Conv2d(3, 8, 3, options), new BatchNorm2d(8), new ReLU()],
    [2, 3, 7, 6],
  ],
  [
    "a grouped convolution",
    () => [new Conv2d(4, 8, 3, { groups: 2, ...options }), new BatchNorm2d(8)],
    [2, 4, 7, 6],
  ],
  [
    "a norm without scale and shift",
    () => [new Conv2d(3, 8, 3, options), new BatchNorm2d(8, { affine: false })],
    [2, 3, 7, 6],
  ],
  ["a convolution of sequences", () => [new Conv1d(3, 8, 3, options), new BatchNorm1d(8)], [2, 3, 9]],
  [
    "a transposed convolution",
    () => [new ConvTranspose2d(3, 8, 3, { stride: 2, padding: 1, ...options }), new BatchNorm2d(8)],
    [2, 3, 5, 4],
  ],
  [
    "a convolution of volumes",
    () => [new Conv3d(3, 8, 3, { padding: 1, ...options }), new BatchNorm3d(8)],
    [2, 3, 3, 4, 5],
  ],
  [
    "a transposed convolution of volumes",
    () => [new ConvTranspose3d(3, 8, 2, { stride: 2, ...options }), new BatchNorm3d(8)],
    [2, 3, 2, 3, 2],
  ],
  [
    "a transposed convolution of sequences",
    () => [new ConvTranspose1d(3, 8, 3, { stride: 2, ...options }), new BatchNorm1d(8)],
    [2, 3, 5],
  ],
  [
    "a grouped transposed convolution",
    () => [
      new ConvTranspose2d(6, 8, 3, { groups: 2, stride: 2, bias: false, ...options }),
      new BatchNorm2d(8),
    ],
    [2, 6, 5, 4],
  ],
  ["a linear layer", () => [new Linear(5, 8, options), new BatchNorm1d(8), new LeakyReLU()], [6, 5]],
  [
    "a norm before a convolution",
    () => [new BatchNorm2d(4), new Conv2d(4, 8, 3, { groups: 2, ...options })],
    [2, 4, 7, 6],
  ],
  [
    "a norm before a convolution with mirrored padding",
    () => [new BatchNorm2d(4), new Conv2d(4, 8, 3, { padding: 1, paddingMode: "reflect", ...options })],
    [2, 4, 5, 6],
  ],
  [
    "a norm before a convolution of points without bias",
    () => [new BatchNorm2d(4), new Conv2d(4, 8, 1, { padding: "same", bias: false, ...options })],
    [2, 4, 7, 6],
  ],
  [
    "a norm before a transposed convolution of points",
    () => [new BatchNorm2d(4), new ConvTranspose2d(4, 8, 1, { groups: 2, ...options })],
    [2, 4, 7, 6],
  ],
  ["a norm before a linear layer", () => [new BatchNorm1d(5), new Linear(5, 8, options)], [6, 5]],
  ["norms on both sides", () => [new BatchNorm1d(5), new Linear(5, 8, options), new BatchNorm1d(8)], [6, 5]],
];

describe("foldBatchNorm", () => {
  test.each(foldable)("%s: the same outputs without the norm", async (_, build, shape) => {
    const model = train(new Sequential(...build()));
    const x = normal(shape, { seed: 2 });
    const wanted = model.forward(x);
    const names = [...model.namedParameters()].map(([name]) => name);
    const { folded, left } = foldBatchNorm(model, { inputShape: shape });
    expect(left).toEqual([]);
    expect(folded.length).toBeGreaterThan(0);
    expect([...model.namedBuffers()]).toEqual([]);
    // A batch norm whose factors cancel large terms loses a few more bits than the layer alone.
    expect(await measureDistance(model.forward(x), wanted)).toBeLessThan(2e-6);
    const after = [...model.namedParameters()].map(([name]) => name);
    expect(
      names
        .filter((name) => !after.includes(name))
        .every((name) => folded.some(({ path }) => name.startsWith(path))),
    ).toBe(true);
  });

  test.each([
    ["convnet", () => convnet({ seed: 1 }), [2, 1, 28, 28], 3],
    ["resnet20", () => resnet20({ seed: 1, shortcut: "projection" }), [2, 3, 32, 32], 21],
    ["vgg", () => vgg({ seed: 1 }), [2, 3, 32, 32], undefined],
  ] as const)(
    "every norm of %s is folded, without the shape of an input those of linear layers are left",
    async (_, build, shape, count) => {
      const x = normal(shape, { seed: 2 });
      for (const inputShape of [undefined, shape]) {
        const model = train(build());
        const wanted = model.forward(x);
        const { folded, left } = foldBatchNorm(model, { inputShape });
        expect(left.filter(({ reason }) => !/give `inputShape`$/.test(reason))).toEqual([]);
        if (inputShape !== undefined) expect(left).toEqual([]);
        if (count !== undefined) expect(folded.length + left.length).toBe(count);
        expect(await measureDistance(model.forward(x), wanted)).toBeLessThan(2e-5);
      }
    },
  );

  test("what depends on the rank, or on a forward of its own, is left where no run shows it", async () => {
    const sequences = train(new Sequential(new Linear(6, 8, options), new BatchNorm1d(8)));
    expect(foldBatchNorm(sequences).folded).toEqual([]);
    expect(foldBatchNorm(sequences, { inputShape: [4, 8, 6] }).folded).toEqual([]);
    class Both extends Sequential {
      override forward(x: Tensor): Tensor {
        const y = this.modules[0]!.forward(x);
        return add(this.modules[1]!.forward(y), y);
      }
    }
    const both = train(new Both(new Conv2d(3, 8, 3, options), new BatchNorm2d(8)));
    expect(foldBatchNorm(both).folded).toEqual([]);
  });

  test("a folded network runs a third fewer launches, activations fused as before", () => {
    const backend = new RecordingBackend(device());
    const model = train(resnet20({ seed: 1, backend, shortcut: "projection" }));
    const x = normal([2, 3, 32, 32], { seed: 2, backend });
    const count = (): number => {
      backend.reset();
      model.forward(x);
      return backend.traffic().launches.length;
    };
    const before = count();
    foldBatchNorm(model);
    expect(count()).toBeLessThan(0.67 * before);
  });

  /** A network that its properties do not describe. */
  class Custom extends Module {
    readonly norm = new BatchNorm2d(4);
    readonly first = new Conv2d(3, 4, 3, { padding: 1, seed: 1 });
    readonly second = new Conv2d(4, 4, 3, { padding: 1, seed: 2 });
    readonly secondNorm = new BatchNorm2d(4);
    readonly skipped = new Conv2d(4, 4, 1, { seed: 3 });
    readonly skippedNorm = new BatchNorm2d(4);
    forward(x: Tensor): Tensor {
      const y = this.norm.forward(this.first.forward(x));
      const z = this.secondNorm.forward(this.second.forward(y));
      const side = this.skipped.forward(z);
      return add(add(z, side), this.skippedNorm.forward(side));
    }
  }

  test("the shape of an input finds layers in any class, and a layer that others read too is left", async () => {
    const model = train(new Custom());
    const x = normal([2, 3, 6, 6], { seed: 2 });
    const wanted = model.forward(x);
    expect(foldBatchNorm(model).folded).toEqual([]);
    expect(foldBatchNorm(model, { inputShape: x.shape })).toEqual({
      folded: [
        { path: "norm", into: "first" },
        { path: "secondNorm", into: "second" },
      ],
      left: [
        {
          path: "skippedNorm",
          reason: "no convolution or linear layer was found directly before or after it",
        },
      ],
    });
    expect(model.norm).toBeInstanceOf(Identity);
    expect(await measureDistance(model.forward(x), wanted)).toBeLessThan(2e-6);
  });

  test.each<[string, () => Module[], string]>([
    ["padding", () => [new BatchNorm2d(3), new Conv2d(3, 8, 3, { padding: 1, ...options })], "reads padding"],
    [
      "an activation between",
      () => [new Linear(5, 8, options), new ReLU(), new BatchNorm1d(8), new ReLU()],
      "no convolution or linear layer",
    ],
    [
      "statistics of the batch",
      () => [new Linear(5, 8, options), new BatchNorm1d(8, { trackRunningStats: false })],
      "no running statistics",
    ],
    [
      "a computation of its own",
      () => [new StandardizedConv2d(3, 8, 3, options), new BatchNorm2d(8)],
      "no convolution or linear layer",
    ],
    [
      "other channels",
      () => [new Conv2d(3, 8, 3, options), new Flatten(), new BatchNorm1d(8)],
      "no convolution or linear layer",
    ],
  ])("%s: the norm stays, and the report says why", (_, build, reason) => {
    const { folded, left } = foldBatchNorm(new Sequential(...build()).eval());
    expect(folded).toEqual([]);
    expect(left[0]!.reason).toContain(reason);
  });

  test("a layer that has two places, and one whose weight another has too, are left", () => {
    const layer = new Linear(8, 8, options);
    const twice = new Sequential(layer, new BatchNorm1d(8), layer, new BatchNorm1d(8)).eval();
    expect(foldBatchNorm(twice).folded).toEqual([]);
    const tied = new Linear(8, 8, options);
    (tied as { weight: unknown }).weight = layer.weight;
    const both = new Sequential(layer, new BatchNorm1d(8), tied).eval();
    expect(foldBatchNorm(both, { inputShape: [4, 8] }).folded).toEqual([]);
  });

  test("a channel without variance and epsilon gives the shift", async () => {
    const norm = new BatchNorm1d(1, { epsilon: 0 });
    norm.runningVariance!.value = tensor([0]);
    norm.shift!.value = tensor([3]);
    const model = new Sequential(new Linear(2, 1, { weightInit: init.ones }), norm).eval();
    foldBatchNorm(model);
    expect([...(await model.forward(tensor([[1, 2]])).data())]).toEqual([3]);
  });

  test("a model in training mode is rejected", () => {
    expect(() => foldBatchNorm(new Sequential(new Linear(2, 2), new BatchNorm1d(2)))).toThrow(
      "foldBatchNorm: model: found true, expected a model in evaluation mode: call eval() first",
    );
  });
});
