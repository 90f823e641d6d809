import { vjp } from "@evenkeel/autodiff";
import { cpu } from "@evenkeel/backend-cpu";
import type { Backend, Tensor } from "@evenkeel/tensor";
import {
  concatenate,
  flatten,
  gather,
  indexAdd,
  moments,
  normal,
  oneHot,
  slice,
  split,
  squeeze,
  stack,
  sumTo,
  take,
  tensor,
  topK,
  transpose,
  tril,
  triu,
  unsqueeze,
  variance,
} from "@evenkeel/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";

let backend: Backend;
beforeAll(async () => {
  backend = await cpu({ threads: 1 }).open();
});
afterAll(() => backend.close());

const draw = (...shape: number[]): Tensor => normal(shape, { seed: 5, backend });
const readValues = async (x: Tensor): Promise<number[]> => [...(await x.data())];

type Function = (x: Tensor) => Tensor;

// Each round trip returns its input, so the gradient of the input is that of the output.
const roundTrips: readonly (readonly [string, Function])[] = [
  ["split and concatenate", (x) => concatenate(split(x, [2, 0, 3], { axis: 1 }), { axis: 1 })],
  ["split and stack", (x) => flatten(stack(split(x, 4), { axis: 0 }), 0, 1)],
  ["transpose twice", (x) => transpose(transpose(x, [2, 0, 1]), [1, 2, 0])],
  ["unsqueeze and squeeze", (x) => squeeze(unsqueeze(x, -2))],
  ["views of slices", (x) => concatenate([slice(x, { begin: [0], end: [1] }), slice(x, { begin: [1] })])],
];

test.each(roundTrips)("%s gives the input back, and its gradient", async (_, roundTrip) => {
  const [x, dy] = [draw(4, 5, 6), draw(4, 5, 6)];
  const [y, pullback] = vjp(roundTrip, x);
  expect(y.shape).toEqual(x.shape);
  expect(await readValues(y)).toEqual(await readValues(x));
  const [dx] = pullback(dy);
  expect(await readValues(dx!)).toEqual(await readValues(dy));
});

test("stack inserts its axis at the given position", async () => {
  const [a, b] = [tensor([1, 2], { backend }), tensor([3, 4], { backend })];
  expect(await readValues(stack([a, b]))).toEqual([1, 2, 3, 4]);
  expect(await readValues(stack([a, b], { axis: -1 }))).toEqual([1, 3, 2, 4]);
});

test("sumTo undoes a broadcast", async () => {
  const x = tensor(
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    { backend },
  );
  expect(await readValues(sumTo(x, [2, 1]))).toEqual([6, 15]);
  expect(await readValues(sumTo(x, [3]))).toEqual([5, 7, 9]);
  expect(await readValues(sumTo(x, []))).toEqual([21]);
});

test("two triangles make a matrix", async () => {
  const matrix = tensor(
    [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ],
    { backend },
  );
  const [lower, upper] = [await readValues(tril(matrix, -1)), await readValues(triu(matrix))];
  expect(lower.map((value, index) => value + upper[index]!)).toEqual(await readValues(matrix));
  expect(lower.filter((value) => value === 0)).toHaveLength(6);
});

test("an embedding's gradient adds up the slices of a repeated index", async () => {
  const table = draw(5, 3);
  const tokens = tensor([4, 0, 4], { dtype: "i32", backend });
  const [y, pullback] = vjp((x: Tensor) => take(x, tokens), table);
  const [dTable] = pullback(y);
  expect(await readValues(dTable!)).toEqual(await readValues(indexAdd(y, tokens, { size: 5 })));
});

test("topK agrees with gather, and oneHot with its own labels", async () => {
  const x = draw(6, 9);
  const { values, indices } = topK(x, 4);
  expect(await readValues(gather(x, indices))).toEqual(await readValues(values));
  const hot = oneHot(indices, 9);
  expect(await readValues(topK(hot, 1).indices)).toEqual(await readValues(indices));
});

test("the variance equals that of the moments, and has its own gradient", async () => {
  const x = draw(7, 5);
  expect(await readValues(variance(x, { axis: 0 }))).toEqual(
    await readValues(moments(x, { axis: 0 }).variance),
  );
  const [y, pullback] = vjp((one: Tensor) => variance(one, { axis: 0, correction: 1 }), x);
  const [dx] = pullback(y);
  const sums = await readValues(sumTo(dx!, [5]));
  for (const sum of sums) expect(Math.abs(sum)).toBeLessThan(1e-5);
});
