import type { DataSource, Measure, PassMetric } from "@evenkeel/nn";
import {
  accuracy,
  crossEntropy,
  Embedding,
  evaluate,
  fit,
  Linear,
  mse,
  NonFiniteLossError,
  nll,
  readStateArrays,
  Sequential,
  SGD,
  weighted,
} from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  add,
  argmax,
  cast,
  concatenate,
  equal,
  logSoftmax,
  mean,
  mul,
  reshape,
  square,
  sub,
  sum,
  tensor,
} from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";

onCpu();

const examples = 8;
const points = Float32Array.from({ length: 2 * examples }, (_, index) => Math.sin(3 * index));
const labels = Int32Array.of(0, 1, 2, 0, 1, -100, -100, -100);

interface Part {
  readonly inputs: { readonly data: Float32Array; readonly shape: readonly number[] };
  readonly labels: Int32Array;
}

/** The same eight samples in batches of the given sizes; the labels of some batches may all be ignored. */
const cut =
  (size: number, all = labels) =>
  (): Part[] =>
    Array.from({ length: examples / size }, (_, batch) => ({
      inputs: { data: points.subarray(2 * size * batch, 2 * size * (batch + 1)), shape: [size, 2] },
      labels: all.subarray(size * batch, size * (batch + 1)),
    }));

/** Batches that the user has already uploaded, so that the host does not know their labels. */
const uploaded = (size: number) => () =>
  cut(size)().map(({ inputs, labels }) => ({
    inputs: tensor(inputs.data, { shape: inputs.shape }),
    labels: tensor(labels),
  }));

const linear = (): Linear => new Linear(2, 3, { seed: 1 });
const sizes = [8, 4, 2, 1];

describe.each<[string, (size: number) => DataSource]>([
  ["host arrays", cut],
  ["tensors", uploaded],
])("a pass over %s is one number, however it is cut:", (_name, source) => {
  test("the loss and the accuracy of labels that count", async () => {
    for (const size of sizes) {
      const data = source(size);
      const measures = { data, loss: crossEntropy, metrics: { accuracy } };
      const found = await evaluate(linear(), measures);
      expect(found.loss).toBeCloseTo(1.114889, 5);
      expect(found.metrics.accuracy).toBeCloseTo(0.4, 6);
      const model = linear();
      const optimizer = new SGD(model, { learningRate: 0 });
      const { epochs } = await fit(model, { ...measures, optimizer, epochs: 1, validation: data });
      expect(epochs[0]!.loss).toBeCloseTo(1.114889, 5);
      expect(epochs[0]!.metrics.accuracy).toBeCloseTo(0.4, 6);
      expect(epochs[0]!.validation!.loss).toBeCloseTo(1.114889, 5);
    }
  });

  test("nll, a loss that is computed from one, sums, and metrics of the whole pass", async () => {
    const hits: PassMetric<Tensor, Tensor> = {
      counts: (logits, labels) => {
        const right = cast(equal(argmax(logits, { axis: 1 }), labels), "f32");
        return concatenate([reshape(sum(right), [1]), reshape(sum(square(logits)), [1])]);
      },
      of: ([right, squares]) => right! / squares!,
    };
    const metrics = {
      nll: (logits: Tensor, labels: Tensor) => nll(logSoftmax(logits), labels),
      half: (logits: Tensor, labels: Tensor) => mul(crossEntropy(logits, labels), 0.5),
      total: (logits: Tensor, labels: Tensor) => crossEntropy(logits, labels, { reduction: "sum" }),
      two: (logits: Tensor, labels: Tensor) =>
        add(crossEntropy(logits, labels), mul(crossEntropy(mul(logits, 2), labels), 0.4)),
      hits,
    };
    const found = await Promise.all(
      sizes.map((size) => evaluate(linear(), { data: source(size), loss: crossEntropy, metrics })),
    );
    for (const { metrics: values } of found) {
      expect(values.nll).toBeCloseTo(1.114889, 5);
      expect(values.half).toBeCloseTo(1.114889 / 2, 5);
      expect(values.total).toBeCloseTo(5 * 1.114889, 4);
      expect(values.two).toBeCloseTo(found[0]!.metrics.two, 5);
      expect(values.hits).toBeCloseTo(found[0]!.metrics.hits, 5);
    }
  });
});

describe("a custom measure", () => {
  /** Only the first of each pair of outputs counts, and in the second half none does. */
  const masked: Measure<Tensor, Tensor> = (outputs, labels) => {
    const mask = reshape(cast(equal(labels, 0), "f32"), [labels.size, 1]);
    return weighted(sum(mul(mask, square(outputs))), sum(mask));
  };

  test("is weighted by its weight, and trains nothing if the weight is 0", async () => {
    const all = await evaluate(linear(), { data: cut(8), loss: masked });
    for (const size of [4, 2, 1]) {
      const { loss } = await evaluate(linear(), { data: cut(size), loss: masked });
      expect(loss).toBeCloseTo(all.loss, 5);
    }
    const model = linear();
    const optimizer = new SGD(model, { learningRate: 0.1 });
    const before = await readStateArrays(model);
    const empty = cut(8, new Int32Array(examples).fill(5));
    const { epochs } = await fit(model, { data: empty, loss: masked, optimizer, epochs: 1 });
    expect(epochs[0]!.loss).toBeNaN();
    expect(await readStateArrays(model)).toEqual(before);
  });

  test.each<[string, Measure<Tensor, Tensor> | PassMetric<Tensor, Tensor>]>([
    ["counts", { counts: (outputs, labels) => accuracy(outputs, labels), of: ([hits]) => hits! }],
    ["a weighted mean", (outputs, labels) => weighted(mul(accuracy(outputs, labels), 2), tensor([2]))],
  ])("is weighted by examples, whatever %s before it was divided by", async (_what, before) => {
    const own = (outputs: Tensor) => mean(square(outputs));
    const found = await Promise.all(
      sizes.map((size) =>
        evaluate(linear(), { data: cut(size), loss: crossEntropy, metrics: { before, own } }),
      ),
    );
    for (const { metrics } of found) expect(metrics.own).toBeCloseTo(found[0]!.metrics.own, 5);
  });

  test("is a mean over elements where batches differ in length", async () => {
    const data = () => [
      { inputs: { data: points.subarray(0, 4), shape: [2, 2] }, labels: Float32Array.of(1, 2, 3, 4) },
      { inputs: { data: points.subarray(4, 6), shape: [1, 2] }, labels: Float32Array.of(5, 6) },
    ];
    const loss = (outputs: Tensor, targets: Tensor): Tensor =>
      mse(
        reshape(mul(outputs, 0), [outputs.size]),
        concatenate([targets, sub(targets.size === 4 ? tensor([9, 9]) : tensor([9]), 9)]),
      );
    const { loss: found } = await evaluate(linear(), { data, loss });
    expect(found).toBeCloseTo((1 + 4 + 9 + 16 + 25 + 36) / 9, 5);
  });

  test.each<[string, unknown]>([
    ["a number", () => 3],
    ["nothing", () => undefined],
    ["a promise", async () => tensor(1)],
    ["more than one element", (outputs: Tensor) => outputs],
    ["counts that are none", { counts: () => 3, of: () => 3 }],
    ["a weight that is a number", (outputs: Tensor) => ({ sum: mean(outputs), weight: 3 })],
  ])("that gives %s is refused by name", async (_what, wrong) => {
    const metrics = { wrong: wrong as Measure<Tensor, Tensor> };
    const model = linear();
    const optimizer = new SGD(model, { learningRate: 0.1 });
    const before = await readStateArrays(model);
    const common = { data: cut(4), loss: crossEntropy };
    await expect(evaluate(model, { ...common, metrics })).rejects.toThrow(
      /^evaluate: batch 0: metrics.wrong: .*expected/,
    );
    await expect(fit(model, { ...common, optimizer, epochs: 1, metrics })).rejects.toThrow(
      /^fit: epoch 0, batch 0 \(step 0\): metrics.wrong: /,
    );
    if (typeof wrong !== "function") return;
    const asLoss = fit(model, { ...common, loss: metrics.wrong, optimizer, epochs: 1 });
    await expect(asLoss).rejects.toThrow(/^fit: epoch 0, batch 0 \(step 0\): loss: /);
    expect(await readStateArrays(model)).toEqual(before);
  });
});

describe("accuracy", () => {
  const logits = () =>
    tensor([
      [2, 1],
      [0, 3],
      [5, 4],
      [1, 2],
    ]);
  test.each([
    [undefined, [0, 1, 1, -100], 2 / 3],
    [0, [0, 1, 1, 0], 1 / 2],
    [-1, [-1, -1, -1, 1], 1],
  ])("leaves out ignoreIndex %s", async (ignoreIndex, all, expected) => {
    const found = accuracy(logits(), tensor(Int32Array.from(all)), { ignoreIndex });
    expect(await found.item()).toBeCloseTo(expected, 6);
  });

  test("counts the positions of sequences", async () => {
    const found = accuracy(
      reshape(logits(), [2, 2, 2]),
      tensor(
        [
          [0, 1],
          [1, -100],
        ],
        { dtype: "i32" },
      ),
    );
    expect(await found.item()).toBeCloseTo(2 / 3, 6);
  });
});

describe("labels of host arrays", () => {
  const wrong = Int32Array.of(0, 1, 2, 0, 1, 3, -100, 0);
  const expected =
    "found 3 at position 1, expected an integer in [0, 3), or -100 for one that does not count";

  test.each([
    ["crossEntropy", crossEntropy],
    ["nll", (y: Tensor, labels: Tensor) => nll(logSoftmax(y), labels)],
    ["accuracy", (y: Tensor, labels: Tensor) => add(mul(accuracy(y, labels), 0), mean(y))],
  ] as const)("that are no class are refused by %s before anything changes", async (name, loss) => {
    const model = linear();
    const optimizer = new SGD(model, { learningRate: 0.1 });
    const options = { data: cut(4, wrong), loss, optimizer, epochs: 1 };
    const run = fit(model, options);
    await expect(run).rejects.toThrow(ArgumentError);
    await expect(run).rejects.toThrow(`fit: epoch 0, batch 1 (step 1): ${name}: labels: ${expected}`);
    await expect(evaluate(model, { data: cut(4, wrong), loss })).rejects.toThrow(
      `evaluate: batch 1: ${name}: labels: ${expected}`,
    );
    // The step before it is done, and the run goes on from there in memory.
    const { batches } = await fit(model, { ...options, data: cut(4), resumed: true });
    expect(batches.map(({ step }) => step)).toEqual([0, 1]);
  });
});

test("an embedding rejects host indices out of range, and the error names it", async () => {
  const model = new Sequential(new Embedding(4, 3, { seed: 1 }), new Linear(3, 3, { seed: 2 }));
  const optimizer = new SGD(model, { learningRate: 0.1 });
  const data = () => [{ inputs: Int32Array.of(0, 3, -1), labels: Int32Array.of(0, 1, 2) }];
  const message = "0 (Embedding 4 x 3): indices: found -1 at position 2, expected an integer in [0, 4)";
  await expect(evaluate(model, { data, loss: crossEntropy })).rejects.toThrow(message);
  await expect(fit(model, { data, loss: crossEntropy, optimizer, epochs: 1 })).rejects.toThrow(
    `fit: epoch 0, batch 0 (step 0): ${message}`,
  );
});

describe("a loss that is not finite", () => {
  const spoiled = (): Part[] => {
    const parts = cut(2)();
    parts[2]!.inputs.data.set([Number.NaN], 0);
    return parts;
  };
  const copy = points.slice();
  const options = (model: Linear) => ({
    data: () => {
      points.set(copy);
      return spoiled();
    },
    loss: crossEntropy,
    optimizer: new SGD(model, { learningRate: 0.1 }),
    epochs: 1,
    readEvery: 1,
  });

  test("ends the run and reports the position", async () => {
    const model = linear();
    const seen: number[] = [];
    const callbacks = [{ onBatch: ({ step }: { step: number }) => void seen.push(step) }];
    const common = options(model);
    const error = await fit(model, { ...common, callbacks }).catch((reason) => reason);
    expect(error).toBeInstanceOf(NonFiniteLossError);
    expect(error.message).toMatch(
      /^fit: loss: found NaN at epoch 0, batch 2 \(step 2\), expected a finite number/,
    );
    expect(error.record).toMatchObject({ epoch: 0, batch: 2, step: 2, examples: 2 });
    expect(seen).toEqual([0, 1, 2]);
    await expect(fit(model, { ...common, resumed: true })).rejects.toThrow(
      /^fit: resumed: found a run in memory that cannot be continued \(fit: loss: found NaN .*expected a checkpoint$/,
    );
  });

  test("stops the run or not, as configured", async () => {
    const [stopped, continued] = [linear(), linear()];
    const first = await fit(stopped, { ...options(stopped), onNonFinite: "stop" });
    expect(first.epochs).toEqual([]);
    expect(first.batches.at(-1)).toMatchObject({ step: 2, loss: Number.NaN });
    const second = await fit(continued, { ...options(continued), onNonFinite: "continue" });
    expect(second.epochs).toHaveLength(1);
    await expect(fit(stopped, { ...options(stopped), onNonFinite: "never" as never })).rejects.toThrow(
      ArgumentError,
    );
  });
});
