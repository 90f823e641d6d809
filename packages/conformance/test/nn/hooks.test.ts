import { valueAndGrad } from "@evenkeel/autodiff";
import {
  BatchNorm1d,
  Linear,
  Module,
  mse,
  onBackward,
  onForward,
  ReLU,
  Sequential,
  SGD,
  summary,
} from "@evenkeel/nn";
import { keep, mean, mul, relu, scope, setDefaultBackend, type Tensor, tensor } from "@evenkeel/tensor";
import { RecordingBackend } from "@evenkeel/tensor/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";

const device = onCpu();

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];

const makeNet = (): Sequential =>
  new Sequential(new Linear(3, 4, { seed: 1 }), new ReLU(), new Linear(4, 2, { seed: 2 }));

let x: Tensor;
let targets: Tensor;

beforeEach(() => {
  x = tensor([
    [1, -2, 3],
    [-1, 0.5, 2],
  ]);
  targets = tensor([
    [0, 1],
    [1, 0],
  ]);
});

describe("onForward", () => {
  test("gives the output of a layer alone, although it is fused with the next one otherwise", async () => {
    const net = makeNet();
    const plain = await values(net.forward(x));
    const heard: Tensor[] = [];
    const remove = onForward(net, (y) => void heard.push(keep(mul(y, 1))), { paths: ["0", "1"] });
    expect(await values(net.forward(x))).toEqual(plain);
    const [linear, activated] = heard as [Tensor, Tensor];
    expect((await values(linear)).some((value) => value < 0)).toBe(true);
    expect(await values(activated)).toEqual(await values(relu(linear)));
    remove();
    net.forward(x);
    expect(heard).toHaveLength(2);
  });

  test("costs no launch before it is set and after it is removed", () => {
    const recording = new RecordingBackend(device());
    setDefaultBackend(recording);
    const net = makeNet();
    const input = tensor([[1, 2, 3]]);
    const count = (): number => {
      recording.reset();
      scope(() => void net.forward(input));
      return recording.traffic().launches.length;
    };
    const before = count();
    const remove = onForward(net, () => {}, { paths: ["0"] });
    const heard = count();
    remove();
    expect([heard, count()]).toEqual([before + 1, before]);
    expect(Object.keys(net.modules[0]!)).not.toContain("forward");
    setDefaultBackend(device());
  });

  test("names the module and its path, and calls listeners in the order in which they were set", () => {
    const net = makeNet();
    const calls: string[] = [];
    const first = onForward(net, (_, { path, module }) => calls.push(`a ${path} ${module.describe()}`), {
      paths: ["2"],
    });
    const second = onForward(net, (_, { path }) => calls.push(`b ${path}`), { paths: ["2", ""] });
    net.forward(x);
    expect(calls).toEqual(["a 2 Linear 4 -> 2", "b 2", "b "]);
    first();
    first();
    net.forward(x);
    expect(calls.slice(3)).toEqual(["b 2", "b "]);
    second();
  });

  test("keeps a forward that an object had of its own", async () => {
    const net = makeNet();
    const own = (input: Tensor): Tensor => mul(input, 2);
    Object.assign(net.modules[2]!, { forward: own });
    const remove = onForward(net, () => {}, { paths: ["2"] });
    const [hidden] = [relu((net.modules[0] as Linear).forward(x))];
    expect(await values(net.forward(x))).toEqual(await values(mul(hidden, 2)));
    remove();
    expect(net.modules[2]!.forward).toBe(own);
  });

  test("is not part of the gradient, and lasts through steps of training", async () => {
    const [net, other] = [makeNet(), makeNet()];
    const means: Tensor[] = [];
    onForward(net, (y) => void means.push(keep(mean(y))), { paths: ["0"] });
    for (const model of [net, other]) {
      const optimizer = new SGD(model, { learningRate: 0.1 });
      for (let step = 0; step < 3; step++) {
        scope(() => {
          const [, gradients] = valueAndGrad(model, () => mse(model.forward(x), targets))();
          optimizer.step(gradients);
        });
      }
    }
    expect(means).toHaveLength(3);
    const [a, b] = [net, other].map((model) => (model.modules[0] as Linear).weight.value);
    expect(await values(a!)).toEqual(await values(b!));
  });

  test("reads batch norm apart from its convolution or activation", async () => {
    const net = new Sequential(new Linear(3, 4, { seed: 1 }), new BatchNorm1d(4), new ReLU());
    const heard: Tensor[] = [];
    onForward(net, (y) => void heard.push(keep(mul(y, 1))), { paths: ["1"] });
    const y = net.forward(x);
    expect(await values(relu(heard[0]!))).toEqual(await values(y));
  });
});

test("listeners do not hear runs that compute nothing but shapes, and a path counts once", () => {
  const net = makeNet();
  let calls = 0;
  onForward(net, () => void calls++, { paths: ["0", "0"] });
  summary(net, [2, 3]);
  expect(calls).toBe(0);
  net.forward(x);
  expect(calls).toBe(1);
});

describe("onBackward", () => {
  test("gives the gradient of the loss with respect to the output of a layer", async () => {
    const net = makeNet();
    const plain = valueAndGrad(net, () => mse(net.forward(x), targets))()[1];
    const heard = new Map<string, Tensor>();
    const remove = onBackward(net, (dy, { path }) => void heard.set(path, keep(mul(dy, 1))), {
      paths: ["0", "2"],
    });
    const [, gradients] = valueAndGrad(net, () => mse(net.forward(x), targets))();
    for (const [index, gradient] of gradients.entries()) {
      const expected = await values(plain[index]!);
      for (const [place, value] of (await values(gradient)).entries()) {
        expect(value).toBeCloseTo(expected[place]!, 6);
      }
    }
    // The gradient of a bias is the sum of that of the output over the batch.
    for (const [path, index] of [
      ["0", 1],
      ["2", 3],
    ] as const) {
      const dy = await values(heard.get(path)!);
      const bias = await values(gradients[index]!);
      const width = bias.length;
      for (const [place, value] of bias.entries()) {
        expect(dy[place]! + dy[place + width]!).toBeCloseTo(value, 6);
      }
    }
    remove();
    valueAndGrad(net, () => mse(net.forward(x), targets))();
    expect(heard.size).toBe(2);
  });

  test("is not called where the loss does not depend on the output, nor without a gradient", () => {
    const net = makeNet();
    let calls = 0;
    onBackward(net, () => void calls++, { paths: ["2"] });
    net.forward(x);
    valueAndGrad(net, () => {
      net.forward(x);
      return mse(
        (net.modules[0] as Linear).forward(x),
        tensor([
          [0, 0, 0, 0],
          [0, 0, 0, 0],
        ]),
      );
    })();
    expect(calls).toBe(0);
  });
});

describe("wrong arguments", () => {
  class Pair extends Module<[x: Tensor], readonly Tensor[]> {
    forward(input: Tensor): readonly Tensor[] {
      return [input, input];
    }
  }

  test.each<[string, () => void, RegExp]>([
    ["no module", () => onForward({} as Module, () => {}), /onForward: module: found .*, expected a module/],
    ["no function", () => onForward(makeNet(), 1 as never), /onForward: listener: found 1/],
    [
      "an unknown path",
      () => onBackward(makeNet(), () => {}, { paths: ["3"] }),
      /onBackward: paths: found "3", expected the path of an inner module: 0, 1, 2/,
    ],
    [
      "an output that is not a tensor",
      () => {
        const pair = new Pair();
        onForward(pair, () => {});
        pair.forward(x);
      },
      /Pair: onForward: found the output .*, expected a tensor/,
    ],
    [
      "a promise",
      () => {
        const net = makeNet();
        onForward(net, async () => {});
        net.forward(x);
      },
      /onForward: found a function that returns a promise/,
    ],
  ])("are refused: %s", (_, call, message) => {
    expect(call).toThrow(message);
  });
});
