import { grad } from "@evenkeel/autodiff";
import {
  BatchNorm1d,
  Bilinear,
  CosineSimilarity,
  Linear,
  Module,
  ModuleDict,
  ModuleList,
  PairwiseDistance,
  Parameter,
  ParameterList,
  ReLU,
  readStateArrays,
  replaceNormalization,
  Sequential,
  SGD,
  summary,
  trainStep,
  Unflatten,
} from "@evenkeel/nn";
import { ArgumentError, mean, normal, ones, ShapeError, square, type Tensor, tensor } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";

onCpu();

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];
const names = (module: Module<never, unknown>): string[] =>
  [...module.namedParameters()].map(([name]) => name);

class Net extends Module {
  readonly layers = new ModuleList([new Linear(3, 3, { seed: 1 }), new Linear(3, 3, { seed: 2 })]);
  readonly heads = new ModuleDict([
    ["b", new Linear(3, 1, { seed: 3 })],
    ["10", new Linear(3, 2, { seed: 4 })],
  ]);
  readonly scales = new ParameterList([new Parameter(ones([3]))]);
  forward(x: Tensor): Tensor {
    let y = x;
    for (const layer of this.layers) y = layer.forward(y);
    return this.heads.get("b").forward(y);
  }
}

describe("containers", () => {
  test("name their modules as PyTorch does, in the order in which they were added", () => {
    expect(names(new Net())).toEqual([
      ...["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"],
      ...["heads.b.weight", "heads.b.bias", "heads.10.weight", "heads.10.bias"],
      "scales.0",
    ]);
  });

  test("are trained, saved and loaded with the model", async () => {
    const net = new Net();
    const before = await values(net.layers.at(0).weight.value);
    const loss = (y: Tensor) => mean(square(y));
    trainStep(net, loss, new SGD(net, { learningRate: 0.1 }))(normal([4, 3], { seed: 5 }), ones([4, 1]));
    expect(await values(net.layers.at(0).weight.value)).not.toEqual(before);
    const other = new Net();
    other.loadStateDict(await readStateArrays(net));
    const x = normal([2, 3], { seed: 6 });
    expect(await values(other.forward(x))).toEqual(await values(net.forward(x)));
  });

  test("take part in modes, replacements and summaries", () => {
    class Normed extends Net {
      readonly norms = new ModuleList<Module>([new BatchNorm1d(3)]);
      readonly named = new ModuleDict<Module>({ norm: new BatchNorm1d(3) });
    }
    const net = new Normed().eval();
    expect([net.norms.at(0).isTraining, net.named.get("norm").isTraining]).toEqual([false, false]);
    replaceNormalization(net, () => new ReLU());
    expect(net.norms.at(0)).toBeInstanceOf(ReLU);
    expect(net.named.get("norm")).toBeInstanceOf(ReLU);
    expect(`${net}`).toContain("heads: ModuleDict of 2");
    expect(`${summary(new Net(), [2, 3])}`).toContain("layers.0");
  });

  test("are not called", () => {
    expect(() => new ModuleList().forward()).toThrow("ModuleList: found a call of forward");
    expect(() => new ModuleDict().forward()).toThrow("ModuleDict: found a call of forward");
  });
});

describe("a list of modules", () => {
  const [a, b, c] = [new ReLU(), new ReLU(), new ReLU()];

  test("is changed in place", () => {
    const list = new ModuleList([a]).append(c).insert(1, b);
    expect([...list]).toEqual([a, b, c]);
    expect([list.length, list.at(-1), list.pop()]).toEqual([3, c, c]);
    expect([...list.set(0, c).extend([a])]).toEqual([c, b, a]);
    expect(list.pop(0)).toBe(c);
    expect([...new ModuleList(list).insert(2, c)]).toEqual([b, a, c]);
  });

  test("refuses other values and positions", () => {
    const list = new ModuleList([a]);
    expect(() => list.append({} as never)).toThrow("ModuleList: found an object, expected a module");
    expect(() => new ModuleList(a as never)).toThrow("ModuleList: found a ReLU, expected an array");
    expect(() => new ParameterList([ones([2])] as never)).toThrow(
      "ParameterList: found a Tensor, expected a parameter",
    );
    expect(() => list.at(1)).toThrow("ModuleList: found position 1, expected an integer in [-1, 1)");
    expect(() => list.set(0.5, a)).toThrow(ArgumentError);
    expect(() => list.insert(3, a)).toThrow(ArgumentError);
    expect(() => new ModuleList().pop()).toThrow(ArgumentError);
  });
});

describe("a dictionary of modules", () => {
  const [a, b] = [new ReLU(), new ReLU()];

  test("is changed in place and keeps its order", () => {
    const dict = new ModuleDict({ z: a }).set("2", b).set("z", b);
    expect([...dict]).toEqual([
      ["z", b],
      ["2", b],
    ]);
    expect([dict.size, dict.has("z"), dict.has("y")]).toEqual([2, true, false]);
    expect(dict.pop("z")).toBe(b);
    dict.update([["y", a]]).update(new ModuleDict({ x: a }));
    expect([[...dict.keys()], [...dict.values()]]).toEqual([
      ["2", "y", "x"],
      [b, a, a],
    ]);
  });

  test("refuses other values and names", () => {
    const dict = new ModuleDict({ a });
    expect(() => dict.get("b")).toThrow('ModuleDict: found "b", expected one of: a');
    expect(() => dict.set("b.c", b)).toThrow('found the name "b.c", expected a string without dots');
    expect(() => dict.set("", b)).toThrow(ArgumentError);
    expect(() => dict.set("b", 3 as never)).toThrow("ModuleDict: b: found 3, expected a module");
    expect(() => new ModuleDict(null as never)).toThrow("ModuleDict: found null");
  });
});

test("a sequence takes more layers", () => {
  const [a, b, c] = [new Linear(2, 2), new ReLU(), new Linear(2, 1)];
  const model = new Sequential(c).insert(0, a).insert(-1, b);
  expect(model.modules).toEqual([a, b, c]);
  expect(model.append(new ReLU()).forward(ones([3, 2])).shape).toEqual([3, 1]);
  expect(names(model)).toEqual(["0.weight", "0.bias", "2.weight", "2.bias"]);
  expect(() => model.append([a] as never)).toThrow("Sequential: module 0: found [a Linear]");
  expect(() => model.insert("1" as never, a)).toThrow('Sequential: position: found "1", expected an integer');
});

describe("unflattening", () => {
  test("cuts a dimension", () => {
    const x = normal([2, 12, 3]);
    expect(new Unflatten(1, [3, 4]).forward(x).shape).toEqual([2, 3, 4, 3]);
    expect(new Unflatten(-2, [2, -1, 3]).forward(x).shape).toEqual([2, 2, 2, 3, 3]);
    expect(new Unflatten(1, [-1]).forward(x).shape).toEqual([2, 12, 3]);
  });

  test("refuses sizes that do not fit", () => {
    expect(() => new Unflatten(1, [5, -1]).forward(normal([2, 12]))).toThrow(ShapeError);
    expect(() => new Unflatten(1, [5, 2]).forward(normal([2, 12]))).toThrow(
      "found a dimension of 12, expected the product of [5, 2]",
    );
    expect(() => new Unflatten(2, [1]).forward(normal([2, 12]))).toThrow(ArgumentError);
    expect(() => new Unflatten(0, [])).toThrow(ArgumentError);
    expect(() => new Unflatten(0, [-1, -1])).toThrow("at most one of them -1");
    expect(() => new Unflatten(0, [-2])).toThrow(ArgumentError);
  });
});

describe("layers of two inputs", () => {
  test("a bilinear layer has PyTorch's parameters and refuses other inputs", () => {
    const layer = new Bilinear(2, 3, 4, { seed: 1 });
    expect(Object.entries(layer.stateDict()).map(([name, { shape }]) => [name, shape])).toEqual([
      ["weight", [4, 2, 3]],
      ["bias", [4]],
    ]);
    expect(new Bilinear(2, 3, 4, { bias: false }).bias).toBeUndefined();
    expect(layer.forward(normal([5, 6, 2]), normal([5, 6, 3])).shape).toEqual([5, 6, 4]);
    expect(() => layer.forward(normal([5, 2]), normal([4, 3]))).toThrow(
      "Bilinear 2, 3 -> 4: found [5, 2] and [4, 3], expected [..., 2] and [..., 3]",
    );
    expect(() => new Bilinear(2, 0, 4)).toThrow("Bilinear: secondInputs: found 0");
  });

  test("initial values of a bilinear layer are within 1 / sqrt(firstInputs)", async () => {
    const { weight, bias } = new Bilinear(16, 3, 40, { seed: 1 });
    for (const { value } of [weight, bias!]) {
      const largest = Math.max(...(await values(value)).map(Math.abs));
      expect(largest).toBeLessThanOrEqual(0.25);
      expect(largest).toBeGreaterThan(0.2);
    }
  });

  test("similarity and distance", async () => {
    const [a, b] = [tensor([[3, 4]]), tensor([[4, 3]])];
    expect((await values(new CosineSimilarity().forward(a, b)))[0]).toBeCloseTo(0.96, 6);
    expect((await values(new PairwiseDistance({ p: 1 }).forward(a, b)))[0]).toBeCloseTo(2, 5);
    expect((await values(new PairwiseDistance({ p: Infinity, epsilon: 0 }).forward(a, b)))[0]).toBe(1);
    expect(new PairwiseDistance({ keepDims: true }).forward(a, b).shape).toEqual([1, 1]);
    expect(() => new PairwiseDistance({ p: 0 })).toThrow(
      "PairwiseDistance: p: found 0, expected a number of at",
    );
    expect(() => new CosineSimilarity({ epsilon: -1 })).toThrow("CosineSimilarity: epsilon: found -1");
  });

  test("the distance of equal vectors has a slope", async () => {
    const x = tensor([[1, 2]]);
    const slope = grad((a: Tensor) => mean(new PairwiseDistance().forward(a, x)))(x);
    for (const value of await values(slope)) expect(value).toBeCloseTo(Math.SQRT1_2, 5);
  });
});
