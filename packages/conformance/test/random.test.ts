import { cpu } from "@evenkeel/backend-cpu";
import type { Backend } from "@evenkeel/tensor";
import { drawPermutation, normal, randomBits, randomPermutation, threefry, uniform } from "@evenkeel/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";

let backend: Backend;
beforeAll(async () => {
  backend = await cpu({ threads: 2 }).open();
});
afterAll(() => backend.close());

const key = { seed: 42, stream: 2 ** 32 - 1 };

test("the device generates the same bits as the host, from the first to beyond 65,535", async () => {
  const bits = await randomBits([70_001], { ...key, backend }).data();
  expect([...bits]).toEqual(Array.from(bits, (_, index) => threefry(key.seed, key.stream, index)));
});

test("uniforms in [0, 1) are the top 24 bits, exactly", async () => {
  const values = await uniform([3, 1001], { ...key, backend }).data();
  expect([...values]).toEqual(
    Array.from(values, (_, index) => (threefry(key.seed, key.stream, index) >>> 8) / 2 ** 24),
  );
});

test("a permutation equals that of the host", async () => {
  const order = await randomPermutation(10_007, { ...key, backend }).data();
  expect(order).toEqual(drawPermutation(10_007, key));
});

test("the random values of a tensor do not depend on its shape", async () => {
  const flat = await normal([60], { ...key, backend }).data();
  expect(await normal([3, 4, 5], { ...key, backend }).data()).toEqual(flat);
});
