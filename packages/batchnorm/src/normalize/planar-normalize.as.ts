import { floorOf, relu } from "../kernels/activation.as";
import { lanesBefore, staggerOf } from "../kernels/lanes.as";
import { cellBytes } from "../statistics/planar-moments.as";
import { applyFour, applyOne } from "./apply.as";

/** Rows advance together, like those of the statistics. */
@inline
function normalizeTile(
  y: usize, x: usize, residual: usize, rows: usize, columns: usize, stride: usize,
  activation: i32, centre: v128, factor: v128, offset: v128, slope: v128,
): void {
  const height = rows * stride;
  const end = columns * 4;
  const wide = end & ~63, shift = staggerOf(wide, rows);
  for (let line: usize = 0; line < wide; line += 64) {
    let column = line;
    for (let row: usize = 0; row < height; row += stride) {
      const at = row + column;
      applyFour(y + at, x + at, residual ? residual + at : 0, 16, activation, centre, factor, offset, slope);
      column += shift;
      if (column >= wide) column -= wide;
    }
  }
  for (let column = wide; column < end; column += 16) {
    const lanes = lanesBefore(column, end);
    for (let at = column; at < column + height; at += stride) {
      applyOne(y + at, x + at, residual ? residual + at : 0, lanes, activation, centre, factor, offset, slope);
    }
  }
}

@inline
function normalizeTiles(
  y: usize, x: usize, residual: usize, cells: usize, count: usize, tile: usize, endTile: usize,
  channels: usize, rows: usize, columns: usize, tileRows: usize, tileColumns: usize,
  activation: i32, slope: v128,
): void {
  const stride = channels * columns * 4;
  const perRow = (columns + tileColumns - 1) / tileColumns;
  while (endTile > tile) {
    const row = (endTile - 1) / perRow;
    const start = max(tile, row * perRow);
    const first = (start - row * perRow) * tileColumns, last = min(columns, (endTile - row * perRow) * tileColumns);
    for (let index: usize = 0; index < count; index++) {
      const at = row * tileRows * stride + (index * columns + first) * 4, cell = cells + index * cellBytes;
      normalizeTile(
        y + at, x + at, residual ? residual + at : 0, min(tileRows, rows - row * tileRows), last - first, stride,
        activation, v128.load32_splat(cell), v128.load32_splat(cell, 4), v128.load32_splat(cell, 8), slope,
      );
    }
    endTile = start;
  }
}

/**
 * Writes tiles `tile` to `endTile` of `count` channels, whose cells hold centre, factor and offset. The last rows come first: what the
 * statistics read last is still in the cache. The commonest form has a loop of its own, without branches.
 */
function planarNormalize(
  y: usize, x: usize, residual: usize, cells: usize, count: usize, tile: usize, endTile: usize,
  channels: usize, rows: usize, columns: usize, tileRows: usize, tileColumns: usize,
  activation: i32, slope: v128,
): void {
  if (!residual && activation <= relu) {
    normalizeTiles(y, x, 0, cells, count, tile, endTile, channels, rows, columns, tileRows, tileColumns, relu, floorOf(activation));
  } else {
    normalizeTiles(y, x, residual, cells, count, tile, endTile, channels, rows, columns, tileRows, tileColumns, activation, slope);
  }
}

export { planarNormalize };
