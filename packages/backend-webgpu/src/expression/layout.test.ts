import { describe, expect, test } from "vitest";
import { isContiguous, layOutStrides } from "./layout.ts";

const kinds = (shape: number[], ...strides: number[][]): [string, string[]] => {
  const { walk, reads } = layOutStrides(shape, strides);
  return [walk, reads.map(({ kind }) => kind)];
};

describe("layoutOf", () => {
  test("walks a line where every input is contiguous or a single element", () => {
    expect(kinds([6], [1], [0])).toEqual(["line", ["linear", "single"]]);
    expect(kinds([2, 3], [3, 1], [0, 0])).toEqual(["line", ["linear", "single"]]);
    expect(kinds([5])).toEqual(["line", []]);
  });

  test("walks rows where four points never lie in two of them", () => {
    expect(kinds([3, 8], [8, 1], [1, 0], [0, 1])).toEqual(["rows", ["linear", "splat", "quad"]]);
    expect(kinds([2, 3, 4], [0, 4, 1], [5, 0, 1])).toEqual(["rows", ["quad", "run"]]);
  });

  test("walks points else", () => {
    expect(kinds([2, 3], [3, 1], [1, 0], [0, 1])).toEqual(["points", ["linear", "points", "points"]]);
  });

  test("takes one element for contiguous whatever its strides", () => {
    expect(kinds([1], [0])).toEqual(["line", ["linear"]]);
    expect(isContiguous([1, 4], [7, 1])).toBe(true);
    expect(isContiguous([2, 4], [7, 1])).toBe(false);
  });
});
