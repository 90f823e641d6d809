import { describe, expect, test } from "vitest";
import { countColumns, countInvocations, countRows, cutProduct, stagedDepth } from "./product-tiles.ts";

const shapes = [
  [1, 1, 1, 0],
  [1, 1, 1, 1],
  [1, 7, 5, 3],
  [1, 128, 10, 512],
  [1, 1, 4096, 4096],
  [64, 128, 128, 64],
  [1, 16, 144, 131_072],
  [1, 100_000, 3, 2],
  [3, 515, 1030, 77],
  [1, 4096, 4096, 4096],
] as const;

describe.each(shapes)("a batch of %i products of %i rows, %i columns, depth %i", (batch, m, n, k) => {
  const { tile, rowTiles, columnTiles, slices, sliceDepth } = cutProduct(batch, m, n, k);

  test("is covered by tiles and slices, none of them empty", () => {
    expect(rowTiles * countRows(tile)).toBeGreaterThanOrEqual(m);
    expect((rowTiles - 1) * countRows(tile)).toBeLessThan(m);
    expect(columnTiles * countColumns(tile)).toBeGreaterThanOrEqual(n);
    expect((columnTiles - 1) * countColumns(tile)).toBeLessThan(n);
    expect(slices * sliceDepth).toBeGreaterThanOrEqual(k);
    expect((slices - 1) * sliceDepth).toBeLessThanOrEqual(k);
    expect(sliceDepth % stagedDepth).toBe(0);
  });

  test("stays within the limits of every device", () => {
    expect(countInvocations(tile)).toBeLessThanOrEqual(256);
    expect((countRows(tile) + countColumns(tile)) * stagedDepth * 4).toBeLessThanOrEqual(16_384);
    if (slices > 1) expect(slices * batch * m * n * 4).toBeLessThanOrEqual(2 ** 26);
  });
});

test("a product that fills a GPU has the largest tiles, and one of few rows has tiles with no more rows than needed", () => {
  const large = cutProduct(1, 4096, 4096, 4096);
  expect([countRows(large.tile), countColumns(large.tile), large.slices]).toEqual([128, 128, 1]);
  expect(countRows(cutProduct(1, 1, 4096, 4096).tile)).toBe(16);
  expect(countColumns(cutProduct(1, 100_000, 3, 64).tile)).toBe(16);
});

test("a long depth is divided if there are few tiles", () => {
  expect(cutProduct(1, 128, 512, 512).slices).toBe(1);
  expect(cutProduct(1, 16, 144, 131_072).slices).toBeGreaterThan(100);
});
