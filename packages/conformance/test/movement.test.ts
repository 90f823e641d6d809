import { vjp } from "@evenkeel/autodiff";
import { cpu } from "@evenkeel/backend-cpu";
import type { Backend, Tensor } from "@evenkeel/tensor";
import {
  chunk,
  concatenate,
  flatten,
  gather,
  indexAdd,
  moments,
  moveAxis,
  normal,
  oneHot,
  repeatInterleave,
  roll,
  slice,
  split,
  squeeze,
  stack,
  sumTo,
  swapAxes,
  take,
  tensor,
  tile,
  topK,
  transpose,
  tril,
  triu,
  unbind,
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
  ["unbind and stack", (x) => stack(unbind(x, { axis: 1 }), { axis: 1 })],
  ["chunk and concatenate", (x) => concatenate(chunk(x, 4, { axis: 1 }), { axis: 1 })],
  ["backwards twice", (x) => slice(slice(x, { step: [-1, 1, -1] }), { step: [-1, 1, -1] })],
  ["roll there and back", (x) => roll(roll(x, [3, -8], { axis: [1, 2] }), [8, -3], { axis: [2, 1] })],
  ["roll as a vector", (x) => roll(roll(x, 50), -50)],
  ["moved axes", (x) => moveAxis(moveAxis(x, [0, 2], [1, 0]), [1, 0], [0, 2])],
  ["exchanged axes", (x) => swapAxes(swapAxes(x, 0, -1), 2, 0)],
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

test("chunk cuts as PyTorch does, and repeats count from one", async () => {
  const x = tensor([1, 2, 3, 4, 5], { backend });
  expect(chunk(x, 3).map(({ shape }) => shape[0])).toEqual([2, 2, 1]);
  expect(chunk(x, 4).map(({ shape }) => shape[0])).toEqual([2, 2, 1]);
  expect(chunk(x, 9).map(({ shape }) => shape[0])).toEqual([1, 1, 1, 1, 1]);
  expect(chunk(slice(x, { end: [0] }), 2).map(({ shape }) => shape[0])).toEqual([0, 0]);
  expect(await readValues(repeatInterleave(x, [0, 2, 0, 1, 1]))).toEqual([2, 2, 4, 5]);
  expect(await readValues(tile(x, []))).toEqual([1, 2, 3, 4, 5]);
  expect(tile(x, [2, 0, 3]).shape).toEqual([2, 0, 15]);
});

test("negative indices count from the end, and have the gradient of what they select", async () => {
  const x = tensor([1, 2, 3, 4], { backend });
  const indices = tensor([-1, 0, -4, -1], { dtype: "i32", backend });
  for (const select of [take, gather]) {
    const [y, pullback] = vjp((one: Tensor) => select(one, indices), x);
    expect(await readValues(y)).toEqual([4, 1, 1, 4]);
    const [dx] = pullback(tensor([1, 10, 100, 1000], { backend }));
    expect(await readValues(dx!)).toEqual([110, 0, 0, 1001]);
  }
});

test("negative indices may be out of range instead", async () => {
  const x = tensor([1, 2, 3], { backend });
  const indices = tensor([-1, 2], { dtype: "i32", backend });
  const options = { negative: "outOfRange", outOfRange: "zero" } as const;
  expect(await readValues(take(x, indices, options))).toEqual([0, 3]);
  expect(
    await readValues(indexAdd(x, tensor([-1, 2, 0], { dtype: "i32", backend }), { size: 3, ...options })),
  ).toEqual([3, 0, 2]);
});
