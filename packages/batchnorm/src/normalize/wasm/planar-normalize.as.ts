import { getFloor } from "../../pre-activation/wasm/activation.as";
import { ActivationCodes } from "../../pre-activation/wasm/activation.kernels.as";
import { lanesBefore } from "../../cpu/lanes.as";
import { cellBytes } from "../../statistics/wasm/planar-moments.as";
import { applyFour, applyOne } from "./apply.as";

/** Bytes `at` to `end` of a channel's row. */
@inline
function normalizeRow(
  y: usize, x: usize, residual: usize, at: usize, end: usize,
  activation: i32, centre: v128, factor: v128, offset: v128, slope: v128,
): void {
  for (const lineEnd = end - (end - at & 63); at < lineEnd; at += 64) {
    applyFour(y + at, x + at, residual ? residual + at : 0, 16, activation, centre, factor, offset, slope);
  }
  for (; at < end; at += 16) {
    applyOne(y + at, x + at, residual ? residual + at : 0, lanesBefore(at, end), activation, centre, factor, offset, slope);
  }
}

@inline
function normalizeTiles(
  y: usize, x: usize, residual: usize, cells: usize, count: usize, tile: usize, lastTile: usize,
  channels: usize, rows: usize, columns: usize, tileRows: usize, tileColumns: usize,
  activation: i32, slope: v128,
): void {
  const perRow = (columns + tileColumns - 1) / tileColumns;
  while (tile < lastTile) {
    const first = tile % perRow, taken = min(perRow - first, lastTile - tile);
    const start = first * tileColumns, end = min(columns, start + taken * tileColumns);
    let row = tile / perRow * tileRows;
    for (const lastRow = min(row + tileRows, rows); row < lastRow; row++) {
      for (let index: usize = 0; index < count; index++) {
        const from = (row * channels + index) * columns, cell = cells + index * cellBytes;
        normalizeRow(
          y, x, residual, (from + start) * 4, (from + end) * 4,
          activation, v128.load32_splat(cell), v128.load32_splat(cell, 4), v128.load32_splat(cell, 8), slope,
        );
      }
    }
    tile += taken;
  }
}

/**
 * Writes tiles `tile` to `lastTile` of `count` channels, whose cells hold centre, factor and offset, in the order of
 * memory. The most common case has a loop of its own without branches.
 */
function planarNormalize(
  y: usize, x: usize, residual: usize, cells: usize, count: usize, tile: usize, lastTile: usize,
  channels: usize, rows: usize, columns: usize, tileRows: usize, tileColumns: usize,
  activation: i32, slope: v128,
): void {
  if (!residual && activation <= ActivationCodes.relu) {
    normalizeTiles(y, x, 0, cells, count, tile, lastTile, channels, rows, columns, tileRows, tileColumns, ActivationCodes.relu, getFloor(activation));
  } else {
    normalizeTiles(y, x, residual, cells, count, tile, lastTile, channels, rows, columns, tileRows, tileColumns, activation, slope);
  }
}

export { planarNormalize };
