import { valueAndGrad } from "@evenkeel/autodiff";
import type { WebgpuBackend } from "@evenkeel/backend-webgpu";
import { BatchNorm2d, Conv2d, crossEntropy, Linear, Module, SGD } from "@evenkeel/nn";
import type { DType, Tensor } from "@evenkeel/tensor";
import {
  cast,
  conv2d,
  countElements,
  fromData,
  globalAveragePool,
  scope,
  setDefaultBackend,
} from "@evenkeel/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectWithin, normal } from "../batchnorm/tools.ts";
import { describeOn } from "../devices.ts";
import { openWebgpu } from "./support.ts";

/** Parameters are f32; images and feature maps have the dtype of the input. */
class Net extends Module<[Tensor]> {
  readonly first = new Conv2d(1, 8, 3, { padding: 1, bias: false, seed: 1 });
  readonly firstNorm = new BatchNorm2d(8);
  readonly second = new Conv2d(8, 8, 3, { padding: 1, bias: false, seed: 2 });
  readonly secondNorm = new BatchNorm2d(8);
  readonly output = new Linear(8, 4, { seed: 3 });

  forward(x: Tensor): Tensor {
    const features = this.firstNorm.forwardWith(convolved(x, this.first), { activation: "relu" });
    const next = convolved(features, this.second);
    const added = this.secondNorm.forwardWith(next, { activation: "relu", residual: features });
    return this.output.forward(globalAveragePool(cast(added, "f32")));
  }
}

/** The weight is cast to the dtype of x for the convolution, and trained in f32. */
const convolved = (x: Tensor, { weight }: Conv2d): Tensor =>
  conv2d(x, cast(weight.value, x.dtype), undefined, { padding: 1 });

describeOn("webgpu", "training with feature maps in f16", () => {
  let backend: WebgpuBackend;
  beforeAll(async () => {
    backend = await openWebgpu();
    setDefaultBackend(backend);
  });
  afterAll(async () => {
    setDefaultBackend(undefined);
    await backend.close();
  });

  /** The losses of some steps on noisy images of four brightness levels and textures, and the running statistics. */
  async function train(
    dtype: DType,
    side: number,
  ): Promise<{ losses: number[]; variance: ArrayLike<number> }> {
    const shape = [16, 1, side, side];
    const noise = normal(countElements(shape), 1);
    const perImage = side * side;
    const pixels = noise.map((value, at) => {
      const label = Math.floor(at / perImage) % 4;
      return value + Math.sin((at % perImage) * (label + 1));
    });
    const x = fromData(pixels, { shape, dtype });
    const labels = fromData(
      Int32Array.from({ length: 16 }, (_, image) => image % 4),
      { shape: [16], dtype: "i32" },
    );
    const model = new Net();
    const optimizer = new SGD(model, { learningRate: 0.1, momentum: 0.9 });
    const differentiate = valueAndGrad(model, (x: Tensor, y: Tensor) => crossEntropy(model.forward(x), y));
    const losses: number[] = [];
    for (let step = 0; step < 12; step++) {
      const [loss, gradients] = scope(() => {
        const [loss, gradients] = differentiate(x, labels);
        optimizer.step(gradients);
        return [loss, gradients] as const;
      });
      losses.push(await loss.item());
      for (const tensor of [loss, ...gradients]) tensor.dispose();
    }
    return { losses, variance: await model.secondNorm.runningVariance!.value.data() };
  }

  // Images with sides of 8 are processed four values at a time, with sides of 7 one value at a time.
  test.each([8, 7])("sides of %i: losses are those of f32", async (side) => {
    const [found, expected] = [await train("f16", side), await train("f32", side)];
    expect(expected.losses.at(-1)!).toBeLessThan(0.7 * expected.losses[0]!);
    // Storage rounds to a relative error of 5e-4; the bound of batch norm in f16.
    expectWithin(found.losses, expected.losses, (step) => 5e-3 * expected.losses[step]!, "loss");
    expectWithin(
      found.variance,
      expected.variance,
      (channel) => 5e-3 * expected.variance[channel]!,
      "variance",
    );
  });
});
