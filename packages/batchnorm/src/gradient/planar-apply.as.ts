// The second pass over a part of a channel, whose sums are known.

import { relu } from "../kernels/activation.as";
import { lanesBefore, loadLanes, storeLanes } from "../kernels/lanes.as";
import { gradientOfX } from "./gradient-of-x.as";
import { gradientOfZ } from "./gradient-of-z.as";

@inline
function applyTile(
  dx: usize, dy: usize, x: usize, rows: usize, columns: usize, stride: usize,
  activation: i32, centre: v128, factor: v128, offset: v128, slope: v128, linear: v128, constant: v128,
): void {
  const height = rows * stride;
  const end = columns * 4;
  let column: usize = 0;
  for (; column < (end & ~31); column += 32) {
    for (let at = column; at < column + height; at += stride) {
      const x0 = v128.load(x + at), x1 = v128.load(x + at, 16);
      const z0 = gradientOfZ(dy + at, x0, 0, 0, activation, centre, factor, offset, slope);
      const z1 = gradientOfZ(dy + at + 16, x1, 0, 0, activation, centre, factor, offset, slope);
      v128.store(dx + at, gradientOfX(z0, x0, centre, factor, linear, constant));
      v128.store(dx + at, gradientOfX(z1, x1, centre, factor, linear, constant), 16);
    }
  }
  for (; column < end; column += 16) {
    const lanes = lanesBefore(column, end);
    for (let at = column; at < column + height; at += stride) {
      const value = loadLanes(x + at, lanes);
      const z = gradientOfZ(dy + at, value, 0, lanes, activation, centre, factor, offset, slope);
      storeLanes(dx + at, gradientOfX(z, value, centre, factor, linear, constant), lanes);
    }
  }
}

@inline
function applyTiles(
  dx: usize, dy: usize, x: usize, tile: usize, endTile: usize,
  channels: usize, rows: usize, columns: usize, tileRows: usize, tileColumns: usize,
  activation: i32, centre: v128, factor: v128, offset: v128, slope: v128, linear: v128, constant: v128,
): void {
  const stride = channels * columns * 4;
  const perRow = (columns + tileColumns - 1) / tileColumns;
  while (endTile > tile) {
    endTile--;
    const row = endTile / perRow * tileRows;
    const column = endTile % perRow * tileColumns;
    const at = row * stride + column * 4;
    applyTile(
      dx + at, dy + at, x + at, min(tileRows, rows - row), min(tileColumns, columns - column), stride,
      activation, centre, factor, offset, slope, linear, constant,
    );
  }
}

/** Writes tiles `tile` to `endTile` of dx, from the last to the first: what was summed last is still in the cache. */
function planarApply(
  dx: usize, dy: usize, x: usize, tile: usize, endTile: usize,
  channels: usize, rows: usize, columns: usize, tileRows: usize, tileColumns: usize,
  activation: i32, centre: v128, factor: v128, offset: v128, slope: v128, linear: v128, constant: v128,
): void {
  if (!activation) {
    applyTiles(dx, dy, x, tile, endTile, channels, rows, columns, tileRows, tileColumns, 0, centre, factor, offset, slope, linear, constant);
  } else if (activation == relu) {
    applyTiles(dx, dy, x, tile, endTile, channels, rows, columns, tileRows, tileColumns, relu, centre, factor, offset, slope, linear, constant);
  } else {
    applyTiles(dx, dy, x, tile, endTile, channels, rows, columns, tileRows, tileColumns, activation, centre, factor, offset, slope, linear, constant);
  }
}

export { planarApply };
