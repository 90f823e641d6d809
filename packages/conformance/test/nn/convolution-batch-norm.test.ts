import { valueAndGrad } from "@evenkeel/autodiff";
import { cpu } from "@evenkeel/backend-cpu";
import { conv2dBatchNormOp } from "@evenkeel/batchnorm/ops";
import { resnet20 } from "@evenkeel/models";
import type { Epilogue, FusibleConv2d, Module } from "@evenkeel/nn";
import {
  BatchNorm1d,
  BatchNorm2d,
  Conv1d,
  Conv2d,
  crossEntropy,
  FusingModule,
  ReLU,
  Sequential,
  SGD,
} from "@evenkeel/nn";
import type { AnyOp, Executor, OpCall, Tensor } from "@evenkeel/tensor";
import {
  conv2d,
  getCurrentExecutor,
  keep,
  mul,
  normal,
  ones,
  runComposition,
  scope,
  sum,
  tensor,
  withExecutor,
  zeros,
} from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";

onCpu(2);

/** Passes every convolution with batch norm to `run`, together with the normal way to run it. */
function intercepting(run: (call: OpCall, inner: Executor) => ReturnType<Executor["execute"]>): Executor {
  const inner = getCurrentExecutor();
  const isFused = (op: AnyOp): boolean => op === (conv2dBatchNormOp as unknown as AnyOp);
  return { execute: (call) => (isFused(call.op) ? run(call, inner) : inner.execute(call)) };
}

function countFused(body: () => void): number {
  let count = 0;
  const counting = intercepting((call, inner) => {
    count++;
    return inner.execute(call);
  });
  withExecutor(counting, body);
  return count;
}

describe("a convolution followed by a batch norm", () => {
  const make = (): Module[] => [
    new Conv2d(3, 4, 3, { padding: 1, stride: 2, seed: 1 }),
    new BatchNorm2d(4),
    new ReLU(),
  ];

  test("is one operation in training, but not when running statistics normalize", () => {
    const model = new Sequential(...make());
    const x = normal([2, 3, 8, 8], { seed: 1 });
    expect(countFused(() => model.forward(x))).toBe(1);
    model.eval();
    expect(countFused(() => model.forward(x))).toBe(0);
  });

  test("is two operations if the convolution does more than its class, or has other channels", () => {
    class Doubling extends Conv2d {
      override forward(input: Tensor): Tensor {
        return mul(super.forward(input), 2);
      }
    }
    const x = normal([2, 3, 8, 8], { seed: 1 });
    expect(countFused(() => new Sequential(new Doubling(3, 4, 3), new BatchNorm2d(4)).forward(x))).toBe(0);
    expect(() => new Sequential(new Conv2d(3, 5, 3), new BatchNorm2d(4)).forward(x)).toThrow(
      /expected 4 channels/,
    );
  });

  test("is one operation if a layer of any class says that it computes a convolution", async () => {
    class Blur extends FusingModule {
      readonly kernel = mul(ones([3, 3, 2, 2]), 0.25);

      forwardWith(x: Tensor, { activation }: Epilogue): Tensor {
        return conv2d(x, this.kernel, undefined, { activation });
      }

      override asFusible(): FusibleConv2d {
        return {
          kind: "conv2d",
          weight: this.kernel,
          bias: undefined,
          geometry: {},
          checkInput: () => undefined,
        };
      }
    }
    const [x, blur] = [normal([2, 3, 8, 8], { seed: 1 }), new Blur()];
    const expected = new BatchNorm2d(3).forward(blur.forward(x));
    const model = new Sequential(blur, new BatchNorm2d(3));
    let y = x;
    expect(
      countFused(() => {
        y = model.forward(x);
      }),
    ).toBe(1);
    const wanted = await expected.data();
    (await y.data()).forEach((value, at) => {
      expect(value).toBeCloseTo(wanted[at]!, 5);
    });
  });

  test.each([
    {},
    { padding: 2, stride: 2, bias: false },
    { padding: [[3, 1]], dilation: 2 },
    { padding: "sameLower", groups: 2 },
  ] as const)("is one operation of sequences too: %j", async (options) => {
    const layers = [new Conv1d(4, 6, 3, { ...options, seed: 1 }), new BatchNorm1d(6), new ReLU()] as const;
    const [x, weights] = [normal([2, 4, 9], { seed: 1 }), normal([6, 1], { seed: 2 })];
    const model = new Sequential(...layers);
    const measureWith = async (run: () => Tensor): Promise<number[][]> => {
      layers[1].runningMean!.value = zeros([6]);
      const [value, gradients] = valueAndGrad(model, () => sum(mul(run(), weights)))();
      const results = [value, ...gradients, layers[1].runningMean!.value];
      return Promise.all(results.map(async (one) => [...(await one.data())]));
    };
    const separate = await measureWith(() => layers.reduce<Tensor>((y, layer) => layer.forward(y), x));
    const joined = await measureWith(() => model.forward(x));
    expect(countFused(() => model.forward(x))).toBe(1);
    for (const [index, values] of joined.entries()) {
      expect(values.length).toBe(separate[index]!.length);
      for (const [at, value] of values.entries()) expect(value).toBeCloseTo(separate[index]![at]!, 4);
    }
    const mirrored = new Conv1d(4, 6, 3, { padding: 1, paddingMode: "reflect", seed: 1 });
    expect(countFused(() => new Sequential(mirrored, layers[1]).forward(x))).toBe(0);
  });

  test("updates the running statistics like the separate layers", async () => {
    const [together, apart] = [make(), make()];
    for (const seed of [1, 2]) {
      const x = normal([4, 3, 8, 8], { seed });
      const y = new Sequential(...together).forward(x);
      const expected = apart.reduce((value, module) => module.forward(value), x);
      const wanted = await expected.data();
      (await y.data()).forEach((value, at) => {
        expect(value).toBeCloseTo(wanted[at]!, 5);
      });
    }
    const [norm, other] = [together[1] as BatchNorm2d, apart[1] as BatchNorm2d];
    expect(norm.numBatchesTracked!.value).toBe(2);
    for (const name of ["runningMean", "runningVariance"] as const) {
      const wanted = await other[name]!.value.data();
      (await norm[name]!.value.data()).forEach((value, at) => {
        expect(value).toBeCloseTo(wanted[at]!, 6);
      });
    }
  });
});

describe("ResNet-20", () => {
  /** The losses of three steps, and the peak memory. */
  async function train(separately: boolean): Promise<{ losses: number[]; peak: number }> {
    const own = await cpu({ threads: 2 }).open();
    try {
      using model = resnet20({ seed: 1, backend: own });
      const x = normal([72, 3, 32, 32], { seed: 2, backend: own });
      const labels = tensor(
        Int32Array.from({ length: 72 }, (_, image) => image % 10),
        { backend: own },
      );
      const optimizer = new SGD(model, { learningRate: 0.01, momentum: 0.9 });
      const differentiate = valueAndGrad(model, () => crossEntropy(model.forward(x), labels));
      const losses: number[] = [];
      for (let step = 0; step < 3; step++) {
        const executor = separately
          ? intercepting((call) => runComposition(call, (input) => input))
          : getCurrentExecutor();
        const loss = scope(() => {
          const [loss, gradients] = withExecutor(executor, differentiate);
          optimizer.step(gradients);
          return keep(loss);
        });
        losses.push(await loss.item());
        loss.dispose();
      }
      optimizer.dispose();
      return { losses, peak: own.memory().peak };
    } finally {
      await own.close();
    }
  }

  test("gives the same losses in the same memory if convolutions compute the statistics", async () => {
    const [fused, separate] = [await train(false), await train(true)];
    for (const [step, loss] of separate.losses.entries()) {
      // The statistics differ by rounding errors, which grow from step to step as far as the benchmarks allow.
      expect(Math.abs(fused.losses[step]! / loss - 1)).toBeLessThan(step === 0 ? 1e-5 : 1e-3);
    }
    expect(fused.losses[2]).toBeLessThan(fused.losses[0]!);
    expect(fused.peak).toBeLessThanOrEqual(separate.peak);
  });
});
