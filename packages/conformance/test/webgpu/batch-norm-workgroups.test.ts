import { vjp } from "@evenkeel/autodiff";
import { batchNorm } from "@evenkeel/batchnorm";
import type { Backend, NumericArray, Shape, Tensor } from "@evenkeel/tensor";
import { countElements, fromData } from "@evenkeel/tensor";

import { makeBackendWith } from "@evenkeel/tensor/testing";

import { test } from "vitest";
import { expectSameBits, normal } from "../batchnorm/tools.ts";
import { describeOn } from "../devices.ts";
import { openDevices } from "./support.ts";

/** The same device, whose plans may use only this many workgroups per dimension. */
const limitedTo = (maxWorkgroups: number, backend: Backend): Backend =>
  makeBackendWith(backend, { limits: { ...backend.limits, maxWorkgroups } });

/** y and the gradients of x, scale and shift. */
async function trained(backend: Backend, shape: Shape, axis: number): Promise<NumericArray[]> {
  const place = (seed: number, shape: Shape): Tensor =>
    fromData(normal(countElements(shape), seed, 1), { shape, dtype: "f32" }, { backend });
  const channels = [shape[axis]!];
  const [y, pullback] = vjp(
    (x: Tensor, scale: Tensor, shift: Tensor) =>
      batchNorm(x, { axis, scale, shift, training: true, activation: "relu" }).y,
    place(1, shape),
    place(2, channels),
    place(3, channels),
  );
  return Promise.all([y, ...pullback(place(4, shape))].map((tensor) => tensor.data()));
}

describeOn("webgpu", "webgpu", () => {
  const open = openDevices();

  /** A workgroup for each channel, channels in parts, columns in parts. */
  test.each([
    [1, [3, 20, 130]],
    [1, [4, 2, 20_000]],
    [2, [100, 65, 40]],
  ] as const)("more workgroups than a dimension holds: axis %i of %j", async (axis, shape) => {
    const backend = await open();
    const expected = await trained(backend, shape, axis);
    const found = await trained(limitedTo(3, backend), shape, axis);
    for (const [index, values] of found.entries()) {
      expectSameBits(values, expected[index]!, `result ${index}`);
    }
  });
});
