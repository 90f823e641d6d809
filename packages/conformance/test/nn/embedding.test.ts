import { grad } from "@evenkeel/autodiff";
import { Adam, Embedding, EmbeddingBag, trainStep } from "@evenkeel/nn";
import { ArgumentError, mul, ones, ShapeError, scope, sum, type Tensor, tensor } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { expectNoLeak } from "../expect-no-leak.ts";
import { onCpu } from "../on-cpu.ts";

const device = onCpu();
const read = async (x: Tensor): Promise<number[]> => [...(await x.data())];
const indices = (values: number[][]): Tensor => tensor(values, { dtype: "i32" });

describe("Embedding", () => {
  test.each([1, -2])("the vector of padding %i is zero, and stays so in training", async (paddingIdx) => {
    const layer = new Embedding(3, 2, { paddingIdx, seed: 1 });
    expect(layer.describe()).toBe("Embedding 3 x 2, padding 1");
    const before = await read(layer.weight.value);
    expect(before.map((value) => value === 0)).toEqual([false, false, true, true, false, false]);
    const loss = (y: Tensor): Tensor => sum(mul(y, y));
    const step = trainStep(layer, loss, new Adam(layer, { learningRate: 0.1 }));
    for (let count = 0; count < 3; count++) step(indices([[1, 0, 1, 0]]), ones([1])).dispose();
    const after = await read(layer.weight.value);
    expect(after.slice(2)).toEqual(before.slice(2));
    expect(after.slice(0, 2)).not.toEqual(before.slice(0, 2));
  });

  test("the second derivative leaves padding out too", async () => {
    const layer = new Embedding(3, 1, { paddingIdx: 1, seed: 1 });
    const found = indices([[1, 0, 0, 2]]);
    const slope = (x: Tensor): Tensor => {
      layer.weight.value = x;
      const y = layer.forward(found);
      return sum(mul(mul(y, y), y));
    };
    const curvature = grad((x: Tensor) => sum(grad(slope)(x)));
    expect(await read(curvature(tensor([[1], [2], [3]])))).toEqual([12, 0, 18]);
  });

  test("a table that exists is frozen unless the caller says otherwise, and keeps its vector of padding", async () => {
    const table = tensor([
      [1, 2],
      [3, 4],
    ]);
    const layer = Embedding.fromPretrained(table, { paddingIdx: 0 });
    table.dispose();
    expect(layer.weight.trainable).toBe(false);
    expect(await read(layer.forward(indices([[0, 1]])))).toEqual([1, 2, 3, 4]);
    expect(Embedding.fromPretrained(ones([2, 2]), { frozen: false }).weight.trainable).toBe(true);
  });

  test.each<[string, () => unknown, new (...args: never[]) => Error, string]>([
    [
      "an index of padding",
      () => new Embedding(3, 2, { paddingIdx: 3 }),
      ArgumentError,
      "Embedding: paddingIdx: found 3, expected an integer in [-3, 3)",
    ],
    [
      "a vector",
      () => Embedding.fromPretrained(ones([3])),
      ShapeError,
      "Embedding.fromPretrained: weight: found [3], expected [count, size]",
    ],
    [
      "a mode",
      () => new EmbeddingBag(3, 2, { mode: "min" as "max" }),
      ArgumentError,
      'EmbeddingBag: mode: found "min"',
    ],
    [
      "weights of a mean",
      () => new EmbeddingBag(3, 2).forward(indices([[0]]), ones([1, 1])),
      ArgumentError,
      "EmbeddingBag of mean, 3 x 2: perSampleWeights: found weights, expected none in mode mean",
    ],
    [
      "weights of another shape",
      () => new EmbeddingBag(3, 2, { mode: "sum" }).forward(indices([[0]]), ones([2])),
      ShapeError,
      "EmbeddingBag of sum, 3 x 2: perSampleWeights: found [2], expected the shape of the indices, [1, 1]",
    ],
  ])("%s that does not fit is rejected", (_, run, kind, message) => {
    expect(run).toThrow(kind);
    expect(run).toThrow(message);
  });
});

describe("EmbeddingBag", () => {
  test.each([
    ["sum", [6, 8, 1, 2, 0, 0]],
    ["mean", [3, 4, 1, 2, 0, 0]],
    ["max", [5, 6, 1, 2, 0, 0]],
  ] as const)("the %s of vectors, without padding", async (mode, wanted) => {
    const bag = new EmbeddingBag(3, 2, { mode, paddingIdx: 1 });
    bag.weight.value = tensor([
      [1, 2],
      [-3, 9],
      [5, 6],
    ]);
    const bags = indices([
      [0, 2],
      [0, 1],
      [1, 1],
    ]);
    expect(await read(bag.forward(bags))).toEqual(wanted);
    const { live } = device().memory();
    scope(() => void bag.forward(bags));
    expectNoLeak(device(), live);
  });
});
