import { checkGradients, valueAndGrad } from "@evenkeel/autodiff";
import {
  Adam,
  GRU,
  GRUCell,
  Linear,
  LSTM,
  LSTMCell,
  Module,
  mse,
  RNN,
  RNNCell,
  summary,
  trainStep,
} from "@evenkeel/nn";
import {
  ArgumentError,
  DTypeError,
  normal,
  ones,
  reshape,
  ShapeError,
  scope,
  slice,
  sum,
  type Tensor,
  tensor,
  withExecutor,
} from "@evenkeel/tensor";
import { RecordingBackend } from "@evenkeel/tensor/testing";
import { describe, expect, test } from "vitest";
import { referenceBackend, referenceExecutor } from "../../src/reference.ts";
import { expectNoLeak } from "../expect-no-leak.ts";
import { onCpu } from "../on-cpu.ts";

const device = onCpu();
const read = async (x: Tensor): Promise<number[]> => [...(await x.data())];
const draw = (shape: readonly number[], stream = 0): Tensor => normal(shape, { seed: 6, stream });

describe("state", () => {
  test.each<[string, () => Module<never, unknown>, string[]]>([
    ["RNN 3 -> 4", () => new RNN(3, 4), ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]],
    [
      "LSTM 3 -> 4 -> 2, bidirectional",
      () => new LSTM(3, 4, { bidirectional: true, bias: false, projSize: 2 }),
      [
        "weight_ih_l0",
        "weight_hh_l0",
        "weight_hr_l0",
        "weight_ih_l0_reverse",
        "weight_hh_l0_reverse",
        "weight_hr_l0_reverse",
      ],
    ],
    [
      "GRU 3 -> 4, 2 layers",
      () => new GRU(3, 4, { numLayers: 2, bias: false }),
      ["weight_ih_l0", "weight_hh_l0", "weight_ih_l1", "weight_hh_l1"],
    ],
    ["LSTMCell 3 -> 4", () => new LSTMCell(3, 4), ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]],
  ])("%s has PyTorch's names", (words, make, names) => {
    const layer = make();
    expect(layer.describe()).toBe(words);
    expect(Object.keys(layer.stateDict())).toEqual(names);
  });

  test("weights are within 1 / sqrt(size), and biases do not decay", async () => {
    const layer = new GRU(3, 100, { seed: 1 });
    for (const [name, parameter] of layer.namedParameters()) {
      const largest = Math.max(...(await read(parameter.value)).map(Math.abs));
      expect(largest).toBeLessThanOrEqual(0.1);
      expect(largest).toBeGreaterThan(0.09);
      expect(parameter.isDecayed).toBe(name.startsWith("weight"));
    }
  });
});

describe("ragged batches", () => {
  const make = {
    RNN: () => new RNN(2, 3, { seed: 1, numLayers: 2, bidirectional: true, batchFirst: true }),
    GRU: () => new GRU(2, 3, { seed: 1, numLayers: 2, bidirectional: true, batchFirst: true }),
    LSTM: () => new LSTM(2, 3, { seed: 1, numLayers: 2, bidirectional: true, batchFirst: true }),
  };

  test.each(["RNN", "GRU", "LSTM"] as const)(
    "%s: each sequence has the results that it has alone",
    async (kind) => {
      const layer = make[kind]();
      const x = draw([3, 5, 2]);
      const lengths = [5, 1, 3];
      const run = (input: Tensor, options = {}): readonly [Tensor, Tensor] => {
        const [output, state] = layer.forward(input, undefined, options) as readonly [
          Tensor,
          Tensor | Tensor[],
        ];
        return [output, [state].flat()[0]!];
      };
      const [output, state] = run(x, { lengths });
      for (const [n, length] of lengths.entries()) {
        const alone = slice(x, { begin: [n], end: [n + 1, length] });
        const [own, last] = run(alone);
        const found = await read(slice(output, { begin: [n], end: [n + 1] }));
        const wanted = [...(await read(own)), ...new Array<number>((5 - length) * 6).fill(0)];
        for (const [index, value] of wanted.entries()) expect(found[index]).toBeCloseTo(value, 5);
        const ofState = await read(slice(state, { begin: [0, n], end: [4, n + 1] }));
        for (const [index, value] of (await read(last)).entries())
          expect(ofState[index]).toBeCloseTo(value, 5);
      }
      const bits = [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0];
      const mask = tensor(Uint8Array.from(bits), { shape: [3, 5], dtype: "bool" });
      expect(await read(run(x, { mask })[0])).toEqual(await read(output));
      const onDevice = tensor(lengths, { dtype: "i32" });
      expect(await read(run(x, { lengths: onDevice })[0])).toEqual(await read(output));
    },
  );

  test("values of padding, even NaN, have no influence and no gradient", async () => {
    const layer = new LSTM(2, 3, { seed: 1, bidirectional: true });
    const values = await read(draw([4, 2, 2]));
    // The second sequence has two positions.
    const isPadding = (index: number): boolean => index >= 8 && index % 4 >= 2;
    const strange = tensor(
      values.map((value, index) => (isPadding(index) ? Number.NaN : value)),
      { shape: [4, 2, 2] },
    );
    const run = (x: Tensor): Tensor => sum(layer.forward(x, undefined, { lengths: [4, 2] })[0]);
    expect(await run(strange).item()).toBe(await run(tensor(values, { shape: [4, 2, 2] })).item());
    const [, slopes] = valueAndGrad(run)(strange);
    for (const [index, slope] of (await read(slopes)).entries()) expect(slope === 0).toBe(isPadding(index));
  });

  test("a sequence of no positions keeps its first state", async () => {
    const layer = new GRU(2, 3, { seed: 1 });
    const h0 = draw([1, 2, 3]);
    const [output, state] = layer.forward(draw([4, 2, 2]), h0, { lengths: [0, 4] });
    expect((await read(state)).slice(0, 3)).toEqual((await read(h0)).slice(0, 3));
    expect(await read(slice(output, { begin: [0, 0], end: [4, 1] }))).toEqual(new Array(12).fill(0));
  });
});

test("a layer is its cell, step by step", async () => {
  const layer = new LSTM(3, 4, { seed: 1 });
  const cell = new LSTMCell(3, 4);
  cell.loadStateDict(
    Object.fromEntries(
      Object.entries(layer.stateDict()).map(([name, value]) => [name.replace("_l0", ""), value]),
    ),
  );
  const x = draw([5, 2, 3]);
  let state: readonly [Tensor, Tensor] | undefined;
  for (let at = 0; at < 5; at++) {
    state = cell.forward(reshape(slice(x, { begin: [at], end: [at + 1] }), [2, 3]), state);
  }
  const [, [h, c]] = layer.forward(x);
  expect(await read(h)).toEqual(await read(state![0]));
  expect(await read(c)).toEqual(await read(state![1]));
});

test.each([
  ["LSTM", () => new LSTM(2, 3, { seed: 1, projSize: 2, bidirectional: true, backend: referenceBackend })],
  ["GRU", () => new GRU(2, 2, { seed: 1, backend: referenceBackend })],
  ["RNN", () => new RNN(2, 2, { seed: 1, backend: referenceBackend })],
] as const)("%s: derivatives of both orders are those of differences", async (_, make) => {
  await withExecutor(referenceExecutor, () => {
    const layer = make();
    const run = (x: Tensor): Tensor => layer.forward(x, undefined, { lengths: [3, 2] })[0];
    return checkGradients(run, [normal([3, 2, 2], { seed: 1, backend: referenceBackend })], { order: 2 });
  });
});

test("a step is two launches forward and two back", () => {
  const recorder = new RecordingBackend(device());
  const layer = new LSTM(8, 8, { seed: 1, backend: recorder });
  const count = (length: number, run: (x: Tensor) => unknown): number => {
    const x = normal([length, 4, 8], { seed: 1, backend: recorder });
    scope(() => void run(x));
    recorder.reset();
    scope(() => void run(x));
    return recorder.launches.length;
  };
  const forward = (x: Tensor): Tensor => layer.forward(x)[0];
  const back = (x: Tensor) => valueAndGrad(layer, () => sum(forward(x)))();
  // Each position is also copied into the outputs, the gradients of the gates twice, and the states that the weights read.
  expect(count(9, forward) - count(8, forward)).toBe(2 + 1);
  expect(count(9, back) - count(8, back)).toBe(2 + 1 + 2 + 3);
});

test("summary counts the products of all steps", () => {
  const layer = new LSTM(4, 8, { numLayers: 2 });
  class Classifier extends Module {
    readonly lstm = layer;
    forward(x: Tensor): Tensor {
      return this.lstm.forward(x)[0];
    }
  }
  const { modules } = summary(new Classifier(), [5, 3, 4]);
  expect(modules.find(({ path }) => path === "lstm")).toMatchObject({
    description: "LSTM 4 -> 8, 2 layers",
    flops: 2 * 5 * 3 * 32 * (4 + 8 + 8 + 8),
    parameters: 32 * (4 + 8 + 2 + 8 + 8 + 2),
  });
});

test("training lowers the loss and leaks nothing", async () => {
  class Tagger extends Module {
    readonly lstm = new LSTM(3, 8, { seed: 1, numLayers: 2, dropout: 0.1, bidirectional: true });
    readonly output = new Linear(16, 1, { seed: 2 });
    forward(x: Tensor): Tensor {
      return this.output.forward(this.lstm.forward(x, undefined, { lengths: [6, 4, 2, 6] })[0]);
    }
  }
  const model = new Tagger();
  const step = trainStep(model, mse, new Adam(model, { learningRate: 0.02 }));
  const [x, y] = [draw([6, 4, 3]), draw([6, 4, 1], 1)];
  const losses: number[] = [];
  let live = 0;
  for (let count = 0; count < 10; count++) {
    const loss = step(x, y);
    losses.push(await loss.item());
    loss.dispose();
    if (count === 1) live = device().memory().live;
  }
  expectNoLeak(device(), live);
  expect(losses.at(-1)).toBeLessThan(0.95 * losses[0]!);
});

test("dropout is between layers, in training alone", async () => {
  const layer = new GRU(2, 4, { seed: 1, numLayers: 2, dropout: 0.5 });
  const x = draw([3, 2, 2]);
  expect(await read(layer.forward(x)[0])).not.toEqual(await read(layer.forward(x)[0]));
  layer.eval();
  expect(await read(layer.forward(x)[0])).toEqual(await read(layer.forward(x)[0]));
  const single = new GRU(2, 4, { seed: 1, dropout: 0.5 });
  expect(await read(single.forward(x)[0])).toEqual(await read(single.forward(x)[0]));
});

test.each<[string, () => unknown, new (...args: never[]) => Error, string]>([
  ["a size", () => new RNN(0, 2), ArgumentError, "RNN: inputSize: found 0, expected a positive integer"],
  [
    "a projection",
    () => new LSTM(2, 2, { projSize: 2 }),
    ArgumentError,
    "LSTM: projSize: found 2, expected less than hiddenSize, 2",
  ],
  [
    "a mask in place of lengths",
    () => new GRU(2, 3).forward(ones([2, 2, 2]), undefined, { lengths: tensor([true, false]) }),
    DTypeError,
    "GRU 2 -> 3: lengths: found bool [2], expected i32: booleans are a mask",
  ],
  [
    "a projection of a GRU",
    () => new GRU(2, 2, { projSize: 1 } as never),
    ArgumentError,
    'GRU: found the option "projSize"',
  ],
  [
    "a width",
    () => new GRU(2, 3).forward(ones([4, 1, 3])),
    ShapeError,
    "GRU 2 -> 3: found [4, 1, 3], expected [length, n, 2]",
  ],
  [
    "no positions",
    () => new GRU(2, 3).forward(ones([0, 1, 2])),
    ShapeError,
    "GRU 2 -> 3: found [0, 1, 2], expected at least one position",
  ],
  [
    "a state",
    () => new GRU(2, 3).forward(ones([4, 1, 2]), ones([1, 3])),
    ShapeError,
    "GRU 2 -> 3: state h: found [1, 3], expected [1, 1, 3]",
  ],
  [
    "a state of an LSTM",
    () => new LSTM(2, 3).forward(ones([4, 1, 2]), ones([1, 1, 3]) as never),
    ArgumentError,
    "LSTM: state: found",
  ],
  [
    "a length",
    () => new RNN(2, 3).forward(ones([4, 2, 2]), undefined, { lengths: [4, 5] }),
    ArgumentError,
    "RNN 2 -> 3: lengths: found 5 at position 1, expected an integer in [0, 4]",
  ],
  [
    "a number of lengths",
    () => new RNN(2, 3).forward(ones([4, 2, 2]), undefined, { lengths: [4] }),
    ShapeError,
    "RNN 2 -> 3: lengths: found [1], expected [2]",
  ],
  [
    "a mask",
    () => new RNN(2, 3).forward(ones([4, 2, 2]), undefined, { mask: ones([2, 4], { dtype: "bool" }) }),
    ShapeError,
    "RNN 2 -> 3: mask: found [2, 4], expected [4, 2]",
  ],
  [
    "a cell's state",
    () => new RNNCell(2, 3).forward(ones([4, 2]), ones([3])),
    ShapeError,
    "RNNCell 2 -> 3: state: found [3], expected [4, 3]",
  ],
  [
    "a cell's width",
    () => new GRUCell(2, 3).forward(ones([3])),
    ShapeError,
    "GRUCell 2 -> 3: found [3], expected [2]",
  ],
])("%s that does not fit is refused", (_, run, kind, message) => {
  expect(run).toThrow(kind);
  expect(run).toThrow(message);
});
