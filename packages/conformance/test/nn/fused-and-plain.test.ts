import { valueAndGrad } from "@evenkeel/autodiff";
import { convnet, lenet, mlp, resnet18, resnet20, vgg } from "@evenkeel/models";
import {
  AvgPool2d,
  BasicBlock,
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  Counter,
  ELU,
  GELU,
  LeakyReLU,
  Linear,
  MaxPool2d,
  type Module,
  type PaddingMode,
  ReLU,
  Sequential,
  SiLU,
  Tanh,
} from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import { abs, add, clamp, mul, normal, relu, scope, sum } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";

onCpu();

class ReLU6 extends ReLU {
  override forward(x: Tensor): Tensor {
    return clamp(x, { min: 0, max: 6 });
  }
}

class ScaledConv extends Conv2d {
  override forward(x: Tensor): Tensor {
    return mul(super.forward(x), 0.5);
  }
}

/** Overrides a method that fusing calls, so that fusing is still possible. */
class CentredConv extends Conv2d {
  override forwardWith(x: Tensor, epilogue: Parameters<Conv2d["forwardWith"]>[1]): Tensor {
    return super.forwardWith(add(x, 1), epilogue);
  }
}

class NoNorm extends BatchNorm2d {
  override forward(x: Tensor): Tensor {
    return x;
  }
}

class DoubledNorm extends BatchNorm2d {
  override forwardWith(x: Tensor, epilogue: Parameters<BatchNorm2d["forwardWith"]>[1]): Tensor {
    return super.forwardWith(mul(x, x), epilogue);
  }
}

/** Replaces one object's `forward` by a function that counts calls and may change the result. */
function replaceForward(module: Module, change = (y: Tensor): Tensor => y): { calls: number } {
  const seen = { calls: 0 };
  const own = module.forward.bind(module);
  module.forward = (x) => {
    seen.calls++;
    return change(own(x));
  };
  return seen;
}

const oneByOne = (modules: readonly Module[], x: Tensor): Tensor =>
  modules.reduce((y, module) => module.forward(y), x);

type Pick = <Item>(...items: Item[]) => Item;

/** Random choices that depend only on the seed. */
function choices(seed: number): Pick {
  let state = seed;
  return (...items) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return items[Math.floor((state / 2 ** 32) * items.length)]!;
  };
}

function randomConvolution(pick: Pick, channels: number, seed: number): { layer: Conv2d; outputs: number } {
  const outputs = pick(2, 4, 5, 8);
  const kernel = pick(1, 3, 3, 3, 5);
  const padding = pick<number | "same">(kernel >> 1, "same");
  const stride = kernel === 1 ? pick(1, 2) : pick(1, 1, 2);
  const groups = channels % 2 === 0 && outputs % 2 === 0 ? pick(1, 2) : 1;
  const Kind = pick(Conv2d, Conv2d, Conv2d, ScaledConv, CentredConv);
  const paddingMode = pick<PaddingMode>("zeros", "zeros", "zeros", "replicate");
  const options = { padding, stride, groups, bias: pick(true, false), seed, paddingMode };
  return { layer: new Kind(channels, outputs, kernel, options), outputs };
}

function randomNorm(pick: Pick, channels: number): BatchNorm2d {
  const Kind = pick(BatchNorm2d, BatchNorm2d, BatchNorm2d, NoNorm, DoubledNorm);
  return new Kind(channels, {
    epsilon: pick(1e-5, 1e-3),
    momentum: pick(0.1, null, 1, 0),
    affine: pick(true, true, false),
    trackRunningStats: pick(true, true, true, false),
  });
}

const randomActivation = (pick: Pick): Module =>
  pick(
    () => new ReLU(),
    () => new ReLU(),
    () => new ReLU6(),
    () => new LeakyReLU({ negativeSlope: 0.2 }),
    () => new LeakyReLU({ negativeSlope: -0.5 }),
    () => new LeakyReLU({ negativeSlope: -1 }),
    () => new GELU(),
    () => new SiLU(),
    () => new Tanh(),
    () => new ELU(),
  )();

/**
 * Two to seven layers for images of three channels; sometimes a norm is repeated, or the forward of a layer is
 * replaced.
 */
function randomStack(pick: Pick): Module[] {
  const layers: Module[] = [];
  let channels = 3;
  for (let left = pick(2, 3, 4, 5, 6, 7); left > 0; left--) {
    const kind = pick("convolution", "convolution", "norm", "norm", "activation", "activation", "pool");
    if (kind === "convolution") {
      const { layer, outputs } = randomConvolution(pick, channels, layers.length);
      layers.push(layer);
      channels = outputs;
    } else if (kind === "norm") {
      const norm = randomNorm(pick, channels);
      layers.push(norm, ...pick([], [], [], [norm]));
    } else if (kind === "activation") layers.push(randomActivation(pick));
    else layers.push(pick<Module>(new MaxPool2d(2, { stride: 1 }), new AvgPool2d(2, { stride: 1 })));
    if (pick(true, false, false, false, false, false)) replaceForward(layers.at(-1)!, (y) => add(y, 0.25));
  }
  return layers;
}

interface Measured {
  readonly arrays: { readonly [name: string]: ArrayLike<number> };
  readonly counts: readonly number[];
}

/** Values, gradients of parameters and input, running statistics and counters after two passes. */
async function measure(modules: readonly Module[], run: (x: Tensor) => Tensor, x: Tensor): Promise<Measured> {
  const model = new Sequential(...modules);
  const weighted = (input: Tensor): [Tensor, Tensor] => {
    const y = run(input);
    return [sum(mul(y, normal(y.shape, { seed: 9 }))), y];
  };
  const [, gradients, y] = valueAndGrad(model, () => weighted(x))();
  const [, ofInput] = valueAndGrad((input: Tensor) => weighted(input))(x);
  const arrays: { [name: string]: ArrayLike<number> } = { y: await y.data(), ofInput: await ofInput.data() };
  for (const [index, gradient] of gradients.entries()) arrays[`gradient ${index}`] = await gradient.data();
  for (const [name, { value }] of model.namedBuffers()) arrays[name] = await value.data();
  const members = [...model.namedMembers()];
  return { arrays, counts: members.flatMap(([, m]) => (m instanceof Counter ? [m.value] : [])) };
}

/** The distance of two arrays, in units of the largest value. */
function measureDistance(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  const wanted = Array.from(expected);
  const scale = Math.max(1, ...wanted.map(Math.abs));
  expect(found).toHaveLength(wanted.length);
  return Math.max(0, ...wanted.map((value, index) => Math.abs(found[index]! - value) / scale));
}

describe("random stacks give the same results fused and layer by layer", () => {
  test.each(Array.from({ length: 40 }, (_, round) => round))("number %i", async (round) => {
    const pick = choices(round + 1);
    const [fused, plain] = [randomStack(choices(round + 101)), randomStack(choices(round + 101))];
    const x = normal([pick(2, 3, 4), 3, pick(9, 12, 17), pick(10, 16)], { seed: 7, stream: round });
    const mode = pick("training", "training", "use", "frozen");
    for (const layer of [...fused, ...plain]) {
      if (mode === "use") layer.eval();
      if (mode === "frozen" && layer instanceof BatchNorm2d) layer.freeze();
    }
    const sequence = new Sequential(...fused);
    const found = await measure(fused, (input) => sequence.forward(input), x);
    const expected = await measure(plain, (input) => oneByOne(plain, input), x);
    expect(found.counts).toEqual(expected.counts);
    for (const [name, array] of Object.entries(expected.arrays)) {
      expect(measureDistance(found.arrays[name]!, array), name).toBeLessThan(3e-4);
    }
  });
});

describe("an overridden forward is called", () => {
  const image = () => normal([2, 3, 6, 6], { seed: 1 });
  const rows = () => normal([4, 2], { seed: 1 });
  class ScaledLinear extends Linear {
    override forward(x: Tensor): Tensor {
      return mul(super.forward(x), 10);
    }
  }
  class Identity1d extends BatchNorm1d {
    override forward(x: Tensor): Tensor {
      return x;
    }
  }
  test.each<[string, () => Module[], () => Tensor]>([
    ["of an activation behind a linear layer", () => [new Linear(2, 3, { seed: 1 }), new ReLU6()], rows],
    ["of a linear layer alone", () => [new ScaledLinear(2, 3, { seed: 1 })], rows],
    ["of a linear layer before ReLU", () => [new ScaledLinear(2, 3, { seed: 1 }), new ReLU()], rows],
    ["of a convolution before ReLU", () => [new ScaledConv(3, 4, 3, { seed: 1 }), new ReLU()], image],
    [
      "of a convolution before a norm",
      () => [new ScaledConv(3, 4, 3, { seed: 1 }), new BatchNorm2d(4)],
      image,
    ],
    ["of a norm", () => [new Linear(2, 3, { seed: 1 }), new Identity1d(3), new ReLU()], rows],
    ["of a norm behind a convolution", () => [new Conv2d(3, 4, 3, { seed: 1 }), new NoNorm(4)], image],
  ])("%s", async (_name, make, input) => {
    const found = await new Sequential(...make()).forward(input()).data();
    expect(found).toEqual(await oneByOne(make(), input()).data());
  });

  test("of a single object, at any position", () => {
    for (const place of [0, 1, 2]) {
      const layers = [new Conv2d(3, 4, 3, { seed: 1 }), new BatchNorm2d(4), new ReLU()];
      const seen = replaceForward(layers[place]!);
      new Sequential(...layers).forward(image());
      expect(seen.calls, `layer ${place}`).toBe(1);
    }
  });
});

describe("LeakyReLU of any slope works behind every layer", () => {
  const image = () => normal([4, 3, 5, 5], { seed: 1 });
  test.each<[string, () => Module, () => Tensor]>([
    ["Linear", () => new Linear(3, 2, { seed: 1 }), () => normal([4, 3], { seed: 1 })],
    ["Conv2d", () => new Conv2d(3, 2, 3, { seed: 1 }), image],
    ["BatchNorm2d", () => new BatchNorm2d(3), image],
    ["BatchNorm2d in use", () => new BatchNorm2d(3).eval(), image],
  ])("%s", async (_name, make, input) => {
    const layer = make();
    const run = new Sequential(layer, new LeakyReLU({ negativeSlope: -1 }));
    expect(await run.forward(input()).data()).toEqual(await abs(layer.forward(input())).data());
  });
});

describe("blocks and models", () => {
  test.each<[string, () => Module, number[]]>([
    ["resnet20", () => resnet20({ seed: 1 }), [2, 3, 32, 32]],
    ["resnet20 without batch norm", () => resnet20({ seed: 1, normalization: "none" }), [2, 3, 32, 32]],
    ["resnet18", () => resnet18({ seed: 1, classes: 3 }), [1, 3, 64, 64]],
    ["vgg", () => vgg({ stages: [[4], [8]], seed: 1 }), [2, 3, 8, 8]],
    ["convnet", () => convnet({ seed: 1 }), [2, 1, 28, 28]],
    ["lenet", () => lenet({ seed: 1 }), [2, 1, 28, 28]],
    ["mlp", () => mlp({ seed: 1 }), [2, 784]],
  ])("%s calls every inner forward that is replaced, and gives the same", async (_name, make, shape) => {
    const x = normal(shape, { seed: 1 });
    const model = make();
    const fused = await scope(() => model.forward(x)).data();
    const hooked = make();
    const inner = [...hooked.namedModules()].slice(1);
    const seen = inner.map(([path, module]) => [path, replaceForward(module)] as const);
    const plain = await scope(() => hooked.forward(x)).data();
    expect(seen.filter(([, { calls }]) => calls !== 1).map(([path]) => path)).toEqual([]);
    expect(measureDistance(fused, plain)).toBeLessThan(1e-4);
  });

  test.each(["batch", "none"] as const)(
    "a block with normalization %s keeps what its layers were told",
    async (normalization) => {
      const block = new BasicBlock(3, 4, { stride: 2, normalization, seed: 1 });
      const x = normal([2, 3, 6, 6], { seed: 1 });
      for (const layer of [block.conv1, block.bn1, block.conv2, block.bn2]) {
        if (layer) replaceForward(layer, (y) => add(mul(y, 2), 0.5));
      }
      const parts = [block.conv1, block.bn1, new ReLU(), block.conv2, block.bn2];
      const inner = oneByOne(
        parts.filter((part) => part !== undefined),
        x,
      );
      const expected = relu(add(inner, block.downsample!.forward(x)));
      expect(measureDistance(await block.forward(x).data(), await expected.data())).toBeLessThan(1e-4);
    },
  );

  test("a norm in a block that cannot apply the ReLU is followed by one", async () => {
    let calls = 0;
    class Apart extends BatchNorm2d {
      override takes(): boolean {
        return false;
      }

      override forwardWith(x: Tensor, epilogue: Parameters<BatchNorm2d["forwardWith"]>[1]): Tensor {
        calls++;
        expect(epilogue).toEqual({});
        return super.forwardWith(x, epilogue);
      }
    }
    const [block, plain] = [1, 1].map((seed) => new BasicBlock(3, 3, { seed })) as [BasicBlock, BasicBlock];
    Object.assign(block, { bn1: new Apart(3), bn2: new Apart(3) });
    const x = normal([2, 3, 5, 5], { seed: 4 });
    const [found, expected] = [await block.forward(x).data(), await plain.forward(x).data()];
    found.forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index]!, 4);
    });
    expect(calls).toBe(2);
  });

  test("a last layer for other classes can replace the original one", () => {
    const model = resnet20({ seed: 1 });
    model.fc = new Linear(64, 3, { seed: 1 });
    expect(model.forward(normal([1, 3, 32, 32], { seed: 1 })).shape).toEqual([1, 3]);
    expect(model.stateDict()["fc.weight"]!.shape).toEqual([3, 64]);
  });
});
