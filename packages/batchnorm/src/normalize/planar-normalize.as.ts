import { relu } from "../kernels/activation.as";
import { lanesBefore, staggerOf } from "../kernels/lanes.as";
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
  y: usize, x: usize, residual: usize, tile: usize, endTile: usize,
  channels: usize, rows: usize, columns: usize, tileRows: usize, tileColumns: usize,
  activation: i32, centre: v128, factor: v128, offset: v128, slope: v128,
): void {
  const stride = channels * columns * 4;
  const perRow = (columns + tileColumns - 1) / tileColumns;
  while (endTile > tile) {
    endTile--;
    const row = endTile / perRow * tileRows;
    const column = endTile % perRow * tileColumns;
    const at = row * stride + column * 4;
    normalizeTile(
      y + at, x + at, residual ? residual + at : 0, min(tileRows, rows - row), min(tileColumns, columns - column), stride,
      activation, centre, factor, offset, slope,
    );
  }
}

/**
 * Writes tiles `tile` to `endTile` of a channel, from the last to the first: what the statistics read last is still in the
 * cache. The commonest forms have loops of their own, without branches.
 */
function planarNormalize(
  y: usize, x: usize, residual: usize, tile: usize, endTile: usize,
  channels: usize, rows: usize, columns: usize, tileRows: usize, tileColumns: usize,
  activation: i32, centre: v128, factor: v128, offset: v128, slope: v128,
): void {
  if (!residual && !activation) {
    normalizeTiles(y, x, 0, tile, endTile, channels, rows, columns, tileRows, tileColumns, 0, centre, factor, offset, slope);
  } else if (!residual && activation == relu) {
    normalizeTiles(y, x, 0, tile, endTile, channels, rows, columns, tileRows, tileColumns, relu, centre, factor, offset, slope);
  } else {
    normalizeTiles(y, x, residual, tile, endTile, channels, rows, columns, tileRows, tileColumns, activation, centre, factor, offset, slope);
  }
}

export { planarNormalize };
