// Moments of neighbouring channels whose values lie in rows of `columns` values a channel, `stride` bytes apart. Sums run over a tile of
// each channel, as sums of x - pivot: the mean of a few values. A tile whose mean turns out far from the pivot is summed again around its
// own mean, which is the pivot from then on.

import { accumulate, laneMask, lanesBefore, loadLanes, madd, sum4, sumLanes } from "../../cpu/lanes.as";
import { clearMoments, readCount, isCentred, mergeTile, momentsBytes } from "./moments.as";

// A cell holds what is known of a channel: its moments, the pivot, and the sum and the sum of squares of x - pivot in lanes.
const pivotAt: usize = momentsBytes;
const sumAt: usize = 32;
const squaresAt: usize = 48;
const cellBytes: usize = 64;

/** The first pivot: the mean of a few values, which is exact where all are equal. */
@inline
function sampledMean(x: usize, rows: usize, columns: usize, stride: usize): f32 {
  if (columns < 4) return load<f32>(x);
  const sampled = min(rows, 4);
  let sum: f64 = 0;
  for (let row: usize = 0; row < sampled; row++) sum += sumLanes(v128.load(x + row * stride));
  return f32(sum / f64(4 * sampled));
}

@inline
function clearSums(cell: usize): void {
  v128.store(cell, f32x4.splat(0), sumAt);
  v128.store(cell, f32x4.splat(0), squaresAt);
}

function addRow(cell: usize, x: usize, columns: usize): void {
  const p = v128.load32_splat(cell, pivotAt);
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  let q0 = s0, q1 = s0, q2 = s0, q3 = s0;
  const end = x + columns * 4;
  for (const lineEnd = end - (columns * 4 & 63); x < lineEnd; x += 64) {
    const d0 = f32x4.sub(v128.load(x), p);
    const d1 = f32x4.sub(v128.load(x, 16), p);
    const d2 = f32x4.sub(v128.load(x, 32), p);
    const d3 = f32x4.sub(v128.load(x, 48), p);
    s0 = f32x4.add(s0, d0);
    s1 = f32x4.add(s1, d1);
    s2 = f32x4.add(s2, d2);
    s3 = f32x4.add(s3, d3);
    q0 = madd(q0, d0, d0);
    q1 = madd(q1, d1, d1);
    q2 = madd(q2, d2, d2);
    q3 = madd(q3, d3, d3);
  }
  for (; x < end; x += 16) {
    const lanes = lanesBefore(x, end);
    const d = v128.and(f32x4.sub(loadLanes(x, lanes), p), laneMask(lanes));
    s0 = f32x4.add(s0, d);
    q0 = f32x4.add(q0, f32x4.mul(d, d));
  }
  accumulate(cell + sumAt, sum4(s0, s1, s2, s3));
  accumulate(cell + squaresAt, sum4(q0, q1, q2, q3));
}

/** Merges the tile into the moments, once it is summed around a pivot that is near its mean. */
@inline
function endTile(cell: usize, x: usize, rows: usize, columns: usize, stride: usize): void {
  const count = f64(rows * columns);
  for (let pass = 0; pass < 2; pass++) {
    const sum = sumLanes(v128.load(cell, sumAt));
    if (v128.any_true(isCentred(count, f64x2.splat(sum), f64x2.splat(sumLanes(v128.load(cell, squaresAt)))))) break;
    store<f32>(cell, f32(f64(load<f32>(cell, pivotAt)) + sum / count), pivotAt);
    clearSums(cell);
    for (let row: usize = 0; row < rows; row++) addRow(cell, x + row * stride, columns);
  }
  const sum = sumLanes(v128.load(cell, sumAt)), squares = sumLanes(v128.load(cell, squaresAt));
  mergeTile(cell, 0, count, f64x2.splat(f64(load<f32>(cell, pivotAt))), f64x2.splat(sum), f64x2.splat(squares));
}

/** A tile of each of `count` channels that lie `gap` bytes apart: their rows are read in the order of memory. */
function addTiles(cells: usize, x: usize, count: usize, gap: usize, rows: usize, columns: usize, stride: usize): void {
  for (let index: usize = 0; index < count; index++) {
    const cell = cells + index * cellBytes;
    if (readCount(cell) == 0) store<f32>(cell, sampledMean(x + index * gap, rows, columns, stride), pivotAt);
    clearSums(cell);
  }
  for (let row: usize = 0; row < rows; row++) {
    for (let index: usize = 0; index < count; index++) addRow(cells + index * cellBytes, x + row * stride + index * gap, columns);
  }
  for (let index: usize = 0; index < count; index++) endTile(cells + index * cellBytes, x + index * gap, rows, columns, stride);
}

/**
 * Moments over tiles `tile` to `lastTile` of `count` neighbouring channels that start at `x`, in cells one after the other. A tile is
 * `tileRows` whole rows, or, where that is 1, `tileColumns` of a row.
 */
function planarMoments(
  cells: usize, x: usize, count: usize, tile: usize, lastTile: usize,
  channels: usize, rows: usize, columns: usize, tileRows: usize, tileColumns: usize,
): void {
  const gap = columns * 4, stride = channels * gap;
  const perRow = (columns + tileColumns - 1) / tileColumns;
  for (let index: usize = 0; index < count; index++) clearMoments(cells + index * cellBytes);
  while (tile < lastTile) {
    const row = tile / perRow * tileRows;
    const first = tile % perRow, last = min(perRow, first + lastTile - tile);
    const from = x + row * stride;
    if (perRow == 1) {
      addTiles(cells, from, count, gap, min(tileRows, rows - row), columns, stride);
    } else {
      for (let index: usize = 0; index < count; index++) {
        for (let place = first; place < last; place++) {
          const column = place * tileColumns;
          addTiles(cells + index * cellBytes, from + index * gap + column * 4, 1, gap, 1, min(tileColumns, columns - column), stride);
        }
      }
    }
    tile += last - first;
  }
}

export { cellBytes, planarMoments };
