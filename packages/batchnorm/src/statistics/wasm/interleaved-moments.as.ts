// Moments of a block of interleaved channels: a row holds `inner` neighbouring values of each channel. As in the
// planar form, x - pivot is summed in f32 over tiles (here of rows, column by column), and the tiles of a channel are
// merged in f64.

import { accumulate, lanesBefore, loadLanes, computeQuarter, madd, sum4 } from "../../cpu/lanes.as";
import { fillInner, loadFloats, replaceWhere, sumInner } from "../../cpu/pairs.as";
import { clearMoments, readCount, isCentred, loadMeans, mergeTile, momentsBytes } from "./moments.as";

/** Rows of a tile, which is summed in f32. */
const tileRows: usize = 512;

/** Rows whose mean is the first pivot, which is then usually within a quarter of a standard deviation of the tile's mean. */
const sampledRows: usize = 16;

/** One vector of columns in four rows, `step` bytes apart. */
@inline
function sumFour(x: usize, step: usize, pivots: usize, sums: usize, squares: usize): void {
  const p = v128.load(pivots);
  const a = f32x4.sub(v128.load(x), p);
  const b = f32x4.sub(v128.load(x + step), p);
  const c = f32x4.sub(v128.load(x + 2 * step), p);
  const d = f32x4.sub(v128.load(x + 3 * step), p);
  accumulate(sums, sum4(a, b, c, d));
  accumulate(squares, f32x4.add(madd(f32x4.mul(a, a), b, b), madd(f32x4.mul(c, c), d, d)));
}

/** The arrays are a whole number of vectors long; their values beyond `columns` are not used. */
function sumTile(x: usize, rows: usize, columns: usize, stride: usize, arrays: usize, arrayBytes: usize): void {
  const sums = arrays + arrayBytes, squares = sums + arrayBytes;
  const end = columns * 4;
  const wide = end & ~15;
  memory.fill(sums, 0, 2 * arrayBytes);
  let first: usize = 0;
  for (let left = rows; left >= 4; left = rows - first / stride) {
    const quarter = computeQuarter(left) * stride;
    for (let row = first; row < first + quarter; row += stride) {
      for (let column: usize = 0; column < wide; column += 16) {
        sumFour(x + row + column, quarter, arrays + column, sums + column, squares + column);
      }
    }
    first += 4 * quarter;
  }
  for (let column: usize = 0; column < end; column += 16) {
    const lanes = lanesBefore(column, end);
    const p = v128.load(arrays + column);
    for (let row: usize = lanes ? 0 : first; row < rows * stride; row += stride) {
      const d = f32x4.sub(loadLanes(x + row + column, lanes), p);
      accumulate(sums + column, d);
      accumulate(squares + column, f32x4.mul(d, d));
    }
  }
}

/** Moves all pivots, or only those that are far from it, to the mean of `count` values. Returns whether any pivot moved. */
function movePivots(
  all: bool, channels: usize, inner: usize, count: f64, pivots: usize, sums: usize, squares: usize,
): bool {
  let moved = false;
  for (let channel: usize = 0; channel < channels; channel += 2) {
    const at = channel * inner * 4, next: usize = channel + 1 < channels ? 4 : 0;
    const sum = sumInner(sums + at, next, inner);
    const isNear = all ? i64x2.splat(0) : isCentred(count, sum, sumInner(squares + at, next, inner));
    if (i64x2.all_true(isNear)) continue;
    const pivot = loadFloats(pivots + at, next * inner);
    fillInner(pivots + at, next, inner, replaceWhere(isNear, f64x2.add(pivot, f64x2.div(sum, f64x2.splat(count))), pivot));
    moved = true;
  }
  return moved;
}

function addTile(
  moments: usize, arrays: usize, arrayBytes: usize, x: usize, rows: usize, channels: usize, inner: usize, stride: usize,
): void {
  const pivots = arrays, sums = arrays + arrayBytes, squares = sums + arrayBytes;
  const columns = channels * inner;
  const count = f64(rows * inner);
  const isFirst = readCount(moments) == 0;
  for (let channel: usize = 0; channel < channels; channel += 2) {
    const at = channel * inner * 4, own = moments + channel * momentsBytes, hasTwo = channel + 1 < channels;
    const pivot = isFirst ? loadFloats(x + at, hasTwo ? inner * 4 : 0) : loadMeans(own, hasTwo ? momentsBytes : 0);
    fillInner(pivots + at, hasTwo ? 4 : 0, inner, pivot);
  }
  if (isFirst) {
    const sampled = min(sampledRows, rows);
    sumTile(x, sampled, columns, stride, arrays, arrayBytes);
    movePivots(true, channels, inner, f64(sampled * inner), pivots, sums, squares);
  }
  for (let pass = 0; ; pass++) {
    sumTile(x, rows, columns, stride, arrays, arrayBytes);
    if (pass == 2 || !movePivots(false, channels, inner, count, pivots, sums, squares)) break;
  }
  for (let channel: usize = 0; channel < channels; channel += 2) {
    const at = channel * inner * 4, hasTwo = channel + 1 < channels, next: usize = hasTwo ? 4 : 0;
    mergeTile(
      moments + channel * momentsBytes, hasTwo ? momentsBytes : 0, count, loadFloats(pivots + at, next * inner),
      sumInner(sums + at, next, inner), sumInner(squares + at, next, inner),
    );
  }
}

/**
 * Moments of `channels` channels, one after the other at `moments`, over `rows` rows of a block that starts at `x`. Uses three
 * arrays of `arrayBytes` bytes, a whole number of vectors that holds channels * inner values.
 */
function interleavedMoments(
  moments: usize, arrays: usize, arrayBytes: usize, x: usize, rows: usize, channels: usize, inner: usize, stride: usize,
): void {
  for (let channel: usize = 0; channel < channels; channel++) clearMoments(moments + channel * momentsBytes);
  for (let row: usize = 0; row < rows; row += tileRows) {
    addTile(moments, arrays, arrayBytes, x + row * stride, min(tileRows, rows - row), channels, inner, stride);
  }
}

export { interleavedMoments };
