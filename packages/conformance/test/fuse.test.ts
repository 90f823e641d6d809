import { vjp } from "@evenkeel/autodiff";
import { cpu } from "@evenkeel/backend-cpu";
import type { Backend, Tensor } from "@evenkeel/tensor";
import {
  add,
  bernoulli,
  clamp,
  exp,
  fuse,
  greater,
  mul,
  neg,
  normal,
  silu,
  square,
  sub,
  tanh,
  tensor,
  where,
} from "@evenkeel/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";

let backend: Backend;
beforeAll(async () => {
  backend = await cpu({ threads: 1 }).open();
});
afterAll(() => backend.close());

type Chain = (x: Tensor, row: Tensor, column: Tensor) => Tensor;

const chains: readonly (readonly [string, Chain])[] = [
  ["affine and activation", (x, row, column) => silu(add(mul(x, row), column))],
  ["a Gaussian of a distance", (x, row) => exp(neg(square(sub(x, row))))],
  ["a choice", (x, row, column) => where(greater(x, row), mul(x, column), 0.25)],
  ["one input in many places", (x) => mul(add(x, x), tanh(clamp(x, { min: -1, max: 0.5 })))],
];

const draw = (shape: readonly number[], stream: number): Tensor =>
  normal(shape, { seed: 1, stream, backend });

/** The value and the gradients of all inputs, concatenated. */
async function valueAndGradients(chain: Chain): Promise<number[]> {
  const [y, pullback] = vjp(chain, draw([4, 5, 6], 0), draw([6], 1), draw([5, 1], 2));
  const gradients = pullback(draw([4, 5, 6], 3));
  const arrays = await Promise.all([y, ...gradients].map((one) => one.data()));
  return arrays.flatMap((array) => [...array]);
}

test.each(chains)("%s: the same values and gradients, fused or not", async (_, chain) => {
  const expected = await valueAndGradients(chain);
  const found = await valueAndGradients(fuse(chain));
  expect(found).toHaveLength(2 * 4 * 5 * 6 + 6 + 5);
  const largest = Math.max(...found.map((value, index) => Math.abs(value - expected[index]!)));
  expect(largest).toBeLessThan(1e-5);
});

test("the gradient uses the same random mask as the chain", async () => {
  const dropout = fuse((x: Tensor) => where(bernoulli(x.shape, 0.5, { seed: 3 }), mul(x, 2), 0));
  const x = tensor(new Float32Array(100).fill(1), { backend });
  const [y, pullback] = vjp(dropout, x);
  const [dx] = pullback(x);
  const kept = await y.data();
  expect(new Set(kept)).toEqual(new Set([0, 2]));
  expect(await dx.data()).toEqual(kept);
});
