import type { WebgpuBackend } from "@evenkeel/backend-webgpu";
import {
  bernoulli,
  drawPermutation,
  normal,
  randomBits,
  randomPermutation,
  threefry,
  uniform,
} from "@evenkeel/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOn } from "../devices.ts";
import { openWebgpu } from "./support.ts";

const key = { seed: 42, stream: 2 ** 32 - 1 };
const host = (index: number): number => threefry(key.seed, key.stream, index);

describeOn("webgpu", "webgpu generates the same bits as the host", () => {
  let backend: WebgpuBackend;
  beforeAll(async () => {
    backend = await openWebgpu();
  });
  afterAll(() => backend.close());

  test("as words, from the first to beyond 65,535", async () => {
    const bits = await randomBits([70_001], { ...key, backend }).data();
    expect(bits).toEqual(Uint32Array.from(bits, (_, index) => host(index)));
  });

  test("as uniforms in [0, 1)", async () => {
    const values = await uniform([3, 1001], { ...key, backend }).data();
    expect(values).toEqual(Float32Array.from(values, (_, index) => (host(index) >>> 8) / 2 ** 24));
  });

  test("as masks", async () => {
    const mask = await bernoulli([1003], 0.3, { ...key, backend }).data();
    const threshold = Math.ceil(0.3 * 2 ** 24);
    expect(mask).toEqual(Uint8Array.from(mask, (_, index) => Number(host(index) >>> 8 < threshold)));
  });

  test("as permutations", async () => {
    const order = await randomPermutation(10_007, { ...key, backend }).data();
    expect(order).toEqual(drawPermutation(10_007, key));
  });

  test("and normals that do not depend on the shape", async () => {
    const flat = await normal([60], { ...key, backend }).data();
    expect(await normal([3, 4, 5], { ...key, backend }).data()).toEqual(flat);
  });
});
