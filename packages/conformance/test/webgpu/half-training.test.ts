import { valueAndGrad } from "@evenkeel/autodiff";
import { Conv2d, crossEntropy, Flatten, Linear, MaxPool2d, ReLU, Sequential, SGD } from "@evenkeel/nn";
import type { Backend, DType, Tensor } from "@evenkeel/tensor";
import { cast, fromData, scope, setDefaultBackend } from "@evenkeel/tensor";
import { afterEach, expect, test } from "vitest";
import { describeOn } from "../devices.ts";
import { noise } from "../nn/synthetic.ts";
import { openDevices } from "./support.ts";

const [images, classes, side, steps] = [8, 4, 12, 6];

const convnet = () =>
  new Sequential(
    new Conv2d(1, 8, 3, { padding: 1, seed: 1 }),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(8, 8, 3, { padding: 1, seed: 2 }),
    new ReLU(),
    new Flatten(),
    new Linear(8 * 6 * 6, classes, { seed: 3 }),
  );

/** The losses of a convnet whose activations are stored in a given dtype and whose parameters are f32. */
async function measureLosses(dtype: DType, backend: Backend): Promise<number[]> {
  setDefaultBackend(backend);
  const model = convnet();
  const pixels = noise(1, 0, images * side * side);
  const x = cast(fromData(pixels, { shape: [images, 1, side, side], dtype: "f32" }), dtype);
  const labels = Int32Array.from({ length: images }, (_, image) => image % classes);
  const y = fromData(labels, { shape: [images], dtype: "i32" });
  const optimizer = new SGD(model, { learningRate: 0.05, momentum: 0.9 });
  const logitTypes: DType[] = [];
  const differentiate = valueAndGrad(model, (x: Tensor, y: Tensor) => {
    const logits = model.forward(x);
    logitTypes.push(logits.dtype);
    return crossEntropy(logits, y);
  });
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const loss = scope(() => {
      const [value, gradients] = differentiate(x, y);
      optimizer.step(gradients);
      return value;
    });
    losses.push(await loss.item());
  }
  expect(new Set(logitTypes)).toEqual(new Set([dtype]));
  return losses;
}

describeOn("webgpu", "training with f16 activations", () => {
  const open = openDevices();
  afterEach(() => setDefaultBackend(undefined));

  test.for(["packed", "native"])("stays within 5e-3 of the losses in f32: %s", async (form, context) => {
    const backend = await open(form === "packed" ? { without: ["shader-f16"] } : {});
    const isNative = backend.limits.features.has("shader-f16");
    if (isNative !== (form === "native")) context.skip("the adapter has no shader-f16");
    const [plain, halves] = [await measureLosses("f32", backend), await measureLosses("f16", backend)];
    expect(plain.at(-1)!).toBeLessThan(plain[0]! - 0.01);
    halves.forEach((loss, step) => {
      expect(Math.abs(loss - plain[step]!)).toBeLessThan(5e-3);
    });
    expect(halves).not.toEqual(plain);
  });
});
