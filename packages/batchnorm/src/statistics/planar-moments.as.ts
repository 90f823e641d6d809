// Moments of a channel whose values lie in rows of `columns` values, `stride` bytes apart. Sums run over tiles that stay in
// the L1 cache, as sums of x - pivot: the mean of a few values, then the mean so far. A tile whose mean turns out far
// from the pivot is summed again around its own mean, which costs no read from memory.

import { laneMask, lanesBefore, loadLanes, sum4, sumLanes } from "../kernels/lanes.as";
import { clearMoments, countOf, isCentred, meanOf, mergeTile, momentsBytes } from "../kernels/moments.as";

/**
 * Sum and sum of squares of x - pivot over a tile, as two f64 at `to`. Rows advance together, a cache line at a time: several
 * streams from memory are fetched ahead, one is not.
 */
function sumTile(to: usize, x: usize, rows: usize, columns: usize, stride: usize, pivot: f32): void {
  const p = f32x4.splat(pivot);
  const height = rows * stride;
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  let q0 = s0, q1 = s0, q2 = s0, q3 = s0;
  const lineEnd = x + ((columns * 4) & ~63);
  const end = x + columns * 4;
  for (; x < lineEnd; x += 64) {
    for (let at = x; at < x + height; at += stride) {
      const d0 = f32x4.sub(v128.load(at), p);
      const d1 = f32x4.sub(v128.load(at, 16), p);
      const d2 = f32x4.sub(v128.load(at, 32), p);
      const d3 = f32x4.sub(v128.load(at, 48), p);
      s0 = f32x4.add(s0, d0);
      s1 = f32x4.add(s1, d1);
      s2 = f32x4.add(s2, d2);
      s3 = f32x4.add(s3, d3);
      q0 = f32x4.add(q0, f32x4.mul(d0, d0));
      q1 = f32x4.add(q1, f32x4.mul(d1, d1));
      q2 = f32x4.add(q2, f32x4.mul(d2, d2));
      q3 = f32x4.add(q3, f32x4.mul(d3, d3));
    }
  }
  for (; x < end; x += 16) {
    const lanes = lanesBefore(x, end);
    const mask = laneMask(lanes);
    for (let at = x; at < x + height; at += stride) {
      const d = v128.and(f32x4.sub(loadLanes(at, lanes), p), mask);
      s0 = f32x4.add(s0, d);
      q0 = f32x4.add(q0, f32x4.mul(d, d));
    }
  }
  store<f64>(to, sumLanes(sum4(s0, s1, s2, s3)));
  store<f64>(to, sumLanes(sum4(q0, q1, q2, q3)), 8);
}

/** The first pivot: the mean of a few values, which is exact where all are equal. */
@inline
function sampledMean(x: usize, rows: usize, columns: usize, stride: usize): f32 {
  if (columns < 4) return load<f32>(x);
  const sampled = min(rows, 4);
  let sum: f64 = 0;
  for (let row: usize = 0; row < sampled; row++) sum += sumLanes(v128.load(x + row * stride));
  return f32(sum / f64(4 * sampled));
}

function addTile(moments: usize, x: usize, rows: usize, columns: usize, stride: usize): void {
  const sums = moments + momentsBytes;
  const count = f64(rows * columns);
  let pivot = countOf(moments) == 0 ? sampledMean(x, rows, columns, stride) : f32(meanOf(moments));
  for (let pass = 0; ; pass++) {
    sumTile(sums, x, rows, columns, stride, pivot);
    if (pass == 2 || isCentred(count, load<f64>(sums), load<f64>(sums, 8))) break;
    pivot = f32(f64(pivot) + load<f64>(sums) / count);
  }
  mergeTile(moments, count, pivot, load<f64>(sums), load<f64>(sums, 8));
}

/** Moments of a channel, and the two sums of a tile. */
const cellBytes: usize = momentsBytes + 16;

/** Moments over tiles `tile` to `endTile` of `count` neighbouring channels that start at `x`, in cells one after the other. */
function planarMoments(
  cells: usize, x: usize, count: usize, tile: usize, endTile: usize,
  channels: usize, rows: usize, columns: usize, tileRows: usize, tileColumns: usize,
): void {
  const stride = channels * columns * 4;
  const perRow = (columns + tileColumns - 1) / tileColumns;
  for (let index: usize = 0; index < count; index++) clearMoments(cells + index * cellBytes);
  while (tile < endTile) {
    const row = tile / perRow * tileRows;
    const first = tile % perRow, last = min(perRow, first + endTile - tile);
    for (let index: usize = 0; index < count; index++) {
      const from = x + row * stride + index * columns * 4;
      for (let place = first; place < last; place++) {
        const column = place * tileColumns;
        addTile(cells + index * cellBytes, from + column * 4, min(tileRows, rows - row), min(tileColumns, columns - column), stride);
      }
    }
    tile += last - first;
  }
}

export { cellBytes, planarMoments };
