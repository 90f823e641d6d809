// Moments of a block of channels whose values alternate: a row holds `inner` neighbouring values of each channel. Sums run
// down the columns in f32, over tiles of rows, as sums of x - pivot like in the planar form, and go on per channel in f64.

import { loadLanes, sum4 } from "../kernels/lanes.as";
import { clearMoments, countOf, isCentred, meanOf, mergeTile, momentsBytes } from "../kernels/moments.as";

/** Rows whose sums run in registers, and rows whose sums run in f32: as many levels as additions stay accurate for. */
const bandRows: usize = 32;
const tileRows: usize = 512;

/** Rows whose mean is the first pivot: it is seldom further from the tile's mean than a quarter of the deviation. */
const sampledRows: usize = 16;

/** Sixteen columns, a cache line wide where it is aligned. */
@inline
function sumFourVectors(x: usize, rows: usize, stride: usize, pivots: usize, sums: usize, squares: usize): void {
  const p0 = v128.load(pivots), p1 = v128.load(pivots, 16), p2 = v128.load(pivots, 32), p3 = v128.load(pivots, 48);
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  let q0 = s0, q1 = s0, q2 = s0, q3 = s0;
  for (const end = x + rows * stride; x < end; x += stride) {
    const d0 = f32x4.sub(v128.load(x), p0);
    const d1 = f32x4.sub(v128.load(x, 16), p1);
    const d2 = f32x4.sub(v128.load(x, 32), p2);
    const d3 = f32x4.sub(v128.load(x, 48), p3);
    s0 = f32x4.add(s0, d0);
    s1 = f32x4.add(s1, d1);
    s2 = f32x4.add(s2, d2);
    s3 = f32x4.add(s3, d3);
    q0 = f32x4.add(q0, f32x4.mul(d0, d0));
    q1 = f32x4.add(q1, f32x4.mul(d1, d1));
    q2 = f32x4.add(q2, f32x4.mul(d2, d2));
    q3 = f32x4.add(q3, f32x4.mul(d3, d3));
  }
  v128.store(sums, f32x4.add(v128.load(sums), s0));
  v128.store(sums, f32x4.add(v128.load(sums, 16), s1), 16);
  v128.store(sums, f32x4.add(v128.load(sums, 32), s2), 32);
  v128.store(sums, f32x4.add(v128.load(sums, 48), s3), 48);
  v128.store(squares, f32x4.add(v128.load(squares), q0));
  v128.store(squares, f32x4.add(v128.load(squares, 16), q1), 16);
  v128.store(squares, f32x4.add(v128.load(squares, 32), q2), 32);
  v128.store(squares, f32x4.add(v128.load(squares, 48), q3), 48);
}

/** Up to four columns. */
function sumVector(x: usize, lanes: usize, rows: usize, stride: usize, pivots: usize, sums: usize, squares: usize): void {
  const p = v128.load(pivots);
  let s = f32x4.splat(0), q = s;
  for (const end = x + rows * stride; x < end; x += stride) {
    const d = f32x4.sub(loadLanes(x, lanes), p);
    s = f32x4.add(s, d);
    q = f32x4.add(q, f32x4.mul(d, d));
  }
  v128.store(sums, f32x4.add(v128.load(sums), s));
  v128.store(squares, f32x4.add(v128.load(squares), q));
}

/** The arrays are a whole number of vectors long; what they hold beyond `columns` means nothing. */
function sumColumns(x: usize, rows: usize, columns: usize, stride: usize, pivots: usize, sums: usize, squares: usize): void {
  let at: usize = 0;
  for (const stop = (columns * 4) & ~63; at < stop; at += 64) sumFourVectors(x + at, rows, stride, pivots + at, sums + at, squares + at);
  for (const stop = columns * 4; at < stop; at += 16) {
    sumVector(x + at, stop - at < 16 ? columns & 3 : 0, rows, stride, pivots + at, sums + at, squares + at);
  }
}

/** The sum of `inner` neighbours. */
@inline
function sumInner(from: usize, inner: usize): f64 {
  let sum: f64 = 0;
  for (let at = from; at < from + inner * 4; at += 4) sum += f64(load<f32>(at));
  return sum;
}

@inline
function fillInner(to: usize, inner: usize, value: f32): void {
  for (let at = to; at < to + inner * 4; at += 4) store<f32>(at, value);
}

/** Moves pivots to the mean of `count` values: all of them, or those that are far from it. Whether one was moved. */
function movePivots(
  all: bool, channels: usize, inner: usize, count: f64, pivots: usize, sums: usize, squares: usize,
): bool {
  let moved = false;
  for (let channel: usize = 0; channel < channels; channel++) {
    const at = channel * inner * 4;
    const sum = sumInner(sums + at, inner);
    if (!all && isCentred(count, sum, sumInner(squares + at, inner))) continue;
    fillInner(pivots + at, inner, f32(f64(load<f32>(pivots + at)) + sum / count));
    moved = true;
  }
  return moved;
}

function sumTile(x: usize, rows: usize, columns: usize, stride: usize, arrays: usize, arrayBytes: usize): void {
  const sums = arrays + arrayBytes, squares = sums + arrayBytes;
  memory.fill(sums, 0, 2 * arrayBytes);
  for (let row: usize = 0; row < rows; row += bandRows) {
    sumColumns(x + row * stride, min(bandRows, rows - row), columns, stride, arrays, sums, squares);
  }
}

function addTile(
  moments: usize, arrays: usize, arrayBytes: usize, x: usize, rows: usize, channels: usize, inner: usize, stride: usize,
): void {
  const pivots = arrays, sums = arrays + arrayBytes, squares = sums + arrayBytes;
  const columns = channels * inner;
  const count = f64(rows * inner);
  const isFirst = countOf(moments) == 0;
  for (let channel: usize = 0; channel < channels; channel++) {
    const first = load<f32>(x + channel * inner * 4);
    fillInner(pivots + channel * inner * 4, inner, isFirst ? first : f32(meanOf(moments + channel * momentsBytes)));
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
  for (let channel: usize = 0; channel < channels; channel++) {
    const at = channel * inner * 4;
    mergeTile(moments + channel * momentsBytes, count, load<f32>(pivots + at), sumInner(sums + at, inner), sumInner(squares + at, inner));
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

export { fillInner, interleavedMoments };
