import type { Tensor } from "../src/index.ts";
import {
  argmax,
  drawPermutation,
  flip,
  normal,
  RandomSource,
  softmax,
  squeeze,
  sum,
  uniform,
  unsqueeze,
} from "../src/index.ts";

// These functions are not called: the compiler checks them.

export const axes: (x: Tensor) => Tensor[] = (x) => [
  sum(x),
  sum(x, { axis: -1 }),
  sum(x, { axis: [0, 2] }),
  softmax(x, { axis: [1, 2] }),
  flip(x, { axis: [0, 1] }),
  squeeze(x, { axis: undefined }),
  unsqueeze(x, [0, 2]),
  // @ts-expect-error a name that the option does not have
  sum(x, { axes: 0 }),
  // @ts-expect-error an axis that is no number
  softmax(x, { axis: "last" }),
  // @ts-expect-error the position of one maximum along several axes
  argmax(x, { axis: [0, 1] }),
  // @ts-expect-error an axis outside of the options
  flip(x, 1),
  // @ts-expect-error the axis must be given
  unsqueeze(x),
];

export const draws: () => unknown[] = () => [
  uniform([2]),
  normal([2], { seed: 1, stream: 2 }),
  normal([2], { seed: new RandomSource(1), deviation: 2 }),
  drawPermutation(5, { seed: undefined }),
  // @ts-expect-error an option that is misspelt
  uniform([2], { sed: 1 }),
  // @ts-expect-error a seed that is no number
  drawPermutation(5, { seed: "1" }),
];
