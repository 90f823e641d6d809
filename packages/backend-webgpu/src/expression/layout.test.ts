import { describe, expect, test } from "vitest";
import { isContiguous, layOutStrides } from "./layout.ts";

const kinds = (shape: number[], ...strides: number[][]): [string, string[]] => {
  const { walk, reads } = layOutStrides(shape, strides);
  return [walk, reads.map(({ kind }) => kind)];
};

describe("computeLayout", () => {
  test("is a line if every input is contiguous or a single element", () => {
    expect(kinds([6], [1], [0])).toEqual(["line", ["linear", "single"]]);
    expect(kinds([2, 3], [3, 1], [0, 0])).toEqual(["line", ["linear", "single"]]);
    expect(kinds([5])).toEqual(["line", []]);
  });

  test("consists of rows if four points never lie in two rows", () => {
    expect(kinds([3, 8], [8, 1], [1, 0], [0, 1])).toEqual(["rows", ["linear", "splat", "quad"]]);
    expect(kinds([2, 3, 4], [0, 4, 1], [5, 0, 1])).toEqual(["rows", ["quad", "run"]]);
  });

  test("consists of points otherwise", () => {
    expect(kinds([2, 3], [3, 1], [1, 0], [0, 1])).toEqual(["points", ["linear", "points", "points"]]);
  });

  test("treats one element as contiguous whatever its strides", () => {
    expect(kinds([1], [0])).toEqual(["line", ["linear"]]);
    expect(isContiguous([1, 4], [7, 1])).toBe(true);
    expect(isContiguous([2, 4], [7, 1])).toBe(false);
  });
});
