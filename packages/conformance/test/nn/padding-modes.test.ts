import { Conv1d, Conv2d, Conv3d, StandardizedConv2d } from "@evenkeel/nn";
import { conv2d, mul, normal, ones, pad, ShapeError, sub, sum, type Tensor, tensor } from "@evenkeel/tensor";
import { expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";

onCpu();

const modes = [
  ["reflect", "reflect", [3, 2, 1, 2, 3, 2]],
  ["replicate", "edge", [1, 1, 1, 2, 3, 3]],
  ["circular", "wrap", [2, 3, 1, 2, 3, 1]],
] as const;

test.each(modes)("%s padding is what surrounds a sequence", async (paddingMode, _, expected) => {
  const layer = new Conv1d(1, 1, 1, { padding: [[2, 1]], paddingMode, bias: false });
  layer.weight.value = tensor([[[1]]]);
  expect([...(await layer.forward(tensor([[[1, 2, 3]]])).data())]).toEqual(expected);
});

const difference = async (found: Tensor, expected: Tensor): Promise<number> => {
  expect(found.shape).toEqual(expected.shape);
  const error = sub(found, expected);
  return Math.max(...(await error.data()).map(Math.abs));
};

test.each(modes)(
  "%s padding of images, with the numbers that the other options need",
  async (paddingMode, mode) => {
    const x = normal([2, 3, 6, 7], { seed: 1 });
    const layer = new Conv2d(3, 4, [3, 2], { padding: "same", stride: 2, paddingMode, seed: 2 });
    const surrounded = pad(
      x,
      [
        [0, 0],
        [0, 0],
        [0, 1],
        [0, 1],
      ],
      { mode },
    );
    const expected = conv2d(surrounded, layer.weight.value, layer.bias!.value, { stride: 2 });
    expect(await difference(layer.forward(x), expected)).toBeLessThan(1e-6);
    const dilated = new Conv2d(3, 4, 3, { padding: 2, dilation: 2, paddingMode, seed: 2 });
    const around = pad(
      x,
      [
        [0, 0],
        [0, 0],
        [2, 2],
        [2, 2],
      ],
      { mode },
    );
    const wanted = conv2d(around, dilated.weight.value, dilated.bias!.value, { dilation: 2 });
    expect(await difference(dilated.forward(x), wanted)).toBeLessThan(1e-6);
  },
);

test("volumes that go round, and a standardized convolution", async () => {
  // With all taps 1, the sum of all outputs is that of the inputs, once for each tap.
  const layer = new Conv3d(1, 1, 3, { padding: 1, paddingMode: "circular", bias: false });
  layer.weight.value = ones([1, 1, 3, 3, 3]);
  const x = normal([1, 1, 3, 4, 5], { seed: 2 });
  expect(await sum(layer.forward(x)).item()).toBeCloseTo(27 * (await sum(x).item()), 3);
  const standardized = new StandardizedConv2d(1, 2, 3, { padding: 1, paddingMode: "replicate", bias: false });
  // Of a constant, a filter of mean 0 sees nothing, not even at the edge.
  const constant = standardized.forward(mul(ones([1, 1, 5, 5]), 2));
  expect(Math.max(...(await constant.data()).map(Math.abs))).toBeLessThan(1e-5);
});

test("an image that is too small to be mirrored is an error that names the layer", () => {
  const layer = new Conv2d(1, 1, 7, { padding: 3, paddingMode: "reflect" });
  expect(() => layer.forward(normal([1, 1, 3, 5], { seed: 1 }))).toThrow(ShapeError);
});
