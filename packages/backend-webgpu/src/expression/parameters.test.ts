import { expect, test } from "vitest";
import { foldPoints } from "./parameters.ts";

test.each([
  [1, [1, 1, 1]],
  [256, [1, 1, 1]],
  [257, [2, 1, 1]],
  [65_535 * 256, [65_535, 1, 1]],
  [65_535 * 256 + 1, [32_768, 2, 1]],
])("a grid for %i points", (points, grid) => {
  expect(foldPoints(points, 65_535)).toEqual(grid);
});
