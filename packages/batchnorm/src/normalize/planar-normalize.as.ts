import { relu } from "../kernels/activation.as";
import { applyFour, applyOne } from "./apply.as";

@inline
function normalizeRow(
  y: usize, x: usize, residual: usize, columns: usize, activation: i32, centre: v128, factor: v128, offset: v128, slope: v128,
): void {
  let at: usize = 0;
  for (const stop = (columns * 4) & ~63; at < stop; at += 64) {
    applyFour(y + at, x + at, residual ? residual + at : 0, 16, activation, centre, factor, offset, slope);
  }
  for (const stop = columns * 4; at < stop; at += 16) {
    const lanes = stop - at < 16 ? columns & 3 : 0;
    applyOne(y + at, x + at, residual ? residual + at : 0, lanes, activation, centre, factor, offset, slope);
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
    const firstRow = endTile / perRow * tileRows;
    const column = endTile % perRow * tileColumns;
    for (let row = min(firstRow + tileRows, rows); row > firstRow; row--) {
      const at = (row - 1) * stride + column * 4;
      normalizeRow(y + at, x + at, residual ? residual + at : 0, min(tileColumns, columns - column), activation, centre, factor, offset, slope);
    }
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
