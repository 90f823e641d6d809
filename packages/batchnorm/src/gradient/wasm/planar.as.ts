// Both passes over tiles `tile` to `lastTile` of `count` neighbouring channels, in the order of memory.

import { ActivationCodes } from "../../pre-activation/wasm/activation.kernels.as";
import { affine } from "../../pre-activation/wasm/affine.as";
import { accumulate, lanesBefore, madd, sum4, sumLanes } from "../../cpu/lanes.as";
import { applyFour, applyOne } from "./apply.as";
import { computeGradientOfZ, sumOne, write } from "./sum.as";

// A cell holds the state of a channel: two sums in f64; centre, factor, offset, linear term and constant in f32; and
// the sums of the tile in lanes.
const centreAt: usize = 16;
const factorAt: usize = 20;
const offsetAt: usize = 24;
const linearAt: usize = 28;
const constantAt: usize = 32;
const lanesAt: usize = 48;
const cellBytes: usize = 80;

/** Bytes `at` to `end` of a channel's row. */
@inline
function sumRow(
  cell: usize, dy: usize, x: usize, y: usize, dz: usize, dx: usize, at: usize, end: usize, activation: i32, slope: v128,
): void {
  const centre = v128.load32_splat(cell, centreAt), factor = v128.load32_splat(cell, factorAt), offset = v128.load32_splat(cell, offsetAt);
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  let q0 = s0, q1 = s0, q2 = s0, q3 = s0;
  for (const lineEnd = end - (end - at & 63); at < lineEnd; at += 64) {
    const d0 = f32x4.sub(v128.load(x + at), centre);
    const z0 = computeGradientOfZ(activation, y ? v128.load(y + at) : affine(d0, factor, offset), v128.load(dy + at), slope);
    s0 = f32x4.add(s0, z0);
    q0 = madd(q0, z0, d0);
    write(dz ? dz + at : 0, dx ? dx + at : 0, z0, factor);
    const d1 = f32x4.sub(v128.load(x + at, 16), centre);
    const z1 = computeGradientOfZ(activation, y ? v128.load(y + at, 16) : affine(d1, factor, offset), v128.load(dy + at, 16), slope);
    s1 = f32x4.add(s1, z1);
    q1 = madd(q1, z1, d1);
    write(dz ? dz + at + 16 : 0, dx ? dx + at + 16 : 0, z1, factor);
    const d2 = f32x4.sub(v128.load(x + at, 32), centre);
    const z2 = computeGradientOfZ(activation, y ? v128.load(y + at, 32) : affine(d2, factor, offset), v128.load(dy + at, 32), slope);
    s2 = f32x4.add(s2, z2);
    q2 = madd(q2, z2, d2);
    write(dz ? dz + at + 32 : 0, dx ? dx + at + 32 : 0, z2, factor);
    const d3 = f32x4.sub(v128.load(x + at, 48), centre);
    const z3 = computeGradientOfZ(activation, y ? v128.load(y + at, 48) : affine(d3, factor, offset), v128.load(dy + at, 48), slope);
    s3 = f32x4.add(s3, z3);
    q3 = madd(q3, z3, d3);
    write(dz ? dz + at + 48 : 0, dx ? dx + at + 48 : 0, z3, factor);
  }
  accumulate(cell + lanesAt, sum4(s0, s1, s2, s3));
  accumulate(cell + lanesAt + 16, sum4(q0, q1, q2, q3));
  for (; at < end; at += 16) {
    sumOne(
      cell + lanesAt, 16, dy + at, x + at, y ? y + at : 0, dz ? dz + at : 0, dx ? dx + at : 0, lanesBefore(at, end),
      activation, centre, factor, offset, slope,
    );
  }
}

/** Adds the lanes to the sums in f64, and clears them. */
@inline
function endTile(cell: usize): void {
  store<f64>(cell, load<f64>(cell) + sumLanes(v128.load(cell, lanesAt)));
  store<f64>(cell, load<f64>(cell, 8) + sumLanes(v128.load(cell, lanesAt + 16)), 8);
  v128.store(cell, f32x4.splat(0), lanesAt);
  v128.store(cell, f32x4.splat(0), lanesAt + 16);
}

@inline
function sumTiles(
  cells: usize, dy: usize, x: usize, y: usize, dz: usize, dx: usize, count: usize, tile: usize, lastTile: usize,
  channels: usize, rows: usize, columns: usize, tileRows: usize, tileColumns: usize, activation: i32, slope: v128,
): void {
  const perRow = (columns + tileColumns - 1) / tileColumns;
  while (tile < lastTile) {
    const first = tile % perRow, last = min(perRow, first + lastTile - tile);
    let row = tile / perRow * tileRows;
    for (const lastRow = min(row + tileRows, rows); row < lastRow; row++) {
      for (let index: usize = 0; index < count; index++) {
        const from = (row * channels + index) * columns, cell = cells + index * cellBytes;
        for (let place = first; place < last; place++) {
          const start = from + place * tileColumns, end = min(start + tileColumns, from + columns);
          sumRow(cell, dy, x, y, dz, dx, start * 4, end * 4, activation, slope);
          if (perRow > 1) endTile(cell);
        }
      }
    }
    for (let index: usize = 0; index < count; index++) endTile(cells + index * cellBytes);
    tile += last - first;
  }
}

/** Adds to the sums in the cells. The most common cases have loops of their own with fewer branches. */
function planarSums(
  cells: usize, dy: usize, x: usize, y: usize, dz: usize, dx: usize, count: usize, tile: usize, lastTile: usize,
  channels: usize, rows: usize, columns: usize, tileRows: usize, tileColumns: usize, activation: i32, slope: v128,
): void {
  if (!activation && !dz && !dx) {
    sumTiles(cells, dy, x, 0, 0, 0, count, tile, lastTile, channels, rows, columns, tileRows, tileColumns, 0, slope);
  } else if (activation == ActivationCodes.relu && !y && !dz && !dx) {
    sumTiles(cells, dy, x, 0, 0, 0, count, tile, lastTile, channels, rows, columns, tileRows, tileColumns, ActivationCodes.relu, slope);
  } else if (activation == ActivationCodes.relu && y && dz && !dx) {
    sumTiles(cells, dy, x, y, dz, 0, count, tile, lastTile, channels, rows, columns, tileRows, tileColumns, ActivationCodes.relu, slope);
  } else {
    sumTiles(cells, dy, x, y, dz, dx, count, tile, lastTile, channels, rows, columns, tileRows, tileColumns, activation, slope);
  }
}

/** Bytes `at` to `end` of a channel's row. */
@inline
function applyRow(cell: usize, dx: usize, dy: usize, x: usize, at: usize, end: usize, activation: i32, slope: v128): void {
  const centre = v128.load32_splat(cell, centreAt), factor = v128.load32_splat(cell, factorAt), offset = v128.load32_splat(cell, offsetAt);
  const linear = v128.load32_splat(cell, linearAt), constant = v128.load32_splat(cell, constantAt);
  for (const lineEnd = end - (end - at & 63); at < lineEnd; at += 64) {
    applyFour(dx + at, dy + at, x + at, 16, activation, centre, factor, offset, slope, linear, constant);
  }
  for (; at < end; at += 16) {
    applyOne(dx + at, dy + at, x + at, lanesBefore(at, end), activation, centre, factor, offset, slope, linear, constant);
  }
}

/** Writes dx. */
function planarApply(
  cells: usize, dx: usize, dy: usize, x: usize, count: usize, tile: usize, lastTile: usize,
  channels: usize, rows: usize, columns: usize, tileRows: usize, tileColumns: usize, activation: i32, slope: v128,
): void {
  const perRow = (columns + tileColumns - 1) / tileColumns;
  while (tile < lastTile) {
    const first = tile % perRow, taken = min(perRow - first, lastTile - tile);
    const start = first * tileColumns, end = min(columns, start + taken * tileColumns);
    let row = tile / perRow * tileRows;
    for (const lastRow = min(row + tileRows, rows); row < lastRow; row++) {
      for (let index: usize = 0; index < count; index++) {
        const from = (row * channels + index) * columns;
        applyRow(cells + index * cellBytes, dx, dy, x, (from + start) * 4, (from + end) * 4, activation, slope);
      }
    }
    tile += taken;
  }
}

export { centreAt, factorAt, offsetAt, linearAt, constantAt, cellBytes, planarSums, planarApply };
