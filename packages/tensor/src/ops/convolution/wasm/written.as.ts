import { madd } from "../../matmul/wasm/simd.as";

// Statistics of the pixels that an item has written, taken while they are in the cache: sums of x - pivot, and again around their
// own mean where that turns out far from the pivot. So they are as accurate as two passes, and exact for a constant.


/** What an item has written of each of its channels. In memory, so that it can be passed on. */
// @ts-ignore: decorator
@unmanaged
class Written {
  /** Rows of an image and pixels of a row; bytes from image to image. */
  rows: i32;
  columns: i32;
  imageStride: usize;
  /** Rectangles, behind these fields, and the pixels in them. */
  rectangles: i32;
  pixels: i32;
}

/** Behind the fields: sums and sums of squares, four lanes each, and room for three rectangles. */
const sumsAt: usize = 32, squaresAt: usize = 48, rectanglesAt: usize = 64, rectangleBytes: usize = 16;
const writtenBytes: usize = rectanglesAt + 3 * rectangleBytes;

function writtenAt(address: usize, rows: i32, columns: i32, imageStride: usize): Written {
  const written = changetype<Written>(address);
  written.rows = rows;
  written.columns = columns;
  written.imageStride = imageStride;
  clearWritten(written);
  return written;
}

function clearWritten(written: Written): void {
  written.rectangles = 0;
  written.pixels = 0;
}

/** `width` pixels, from `column` on, of `height` rows, which go on from `row` of `image` to the images behind it. */
function addRectangle(written: Written, image: i32, row: i32, height: i32, column: i32, width: i32): void {
  const at = changetype<usize>(written) + rectanglesAt + <usize>written.rectangles * rectangleBytes;
  store<usize>(at, <usize>image * written.imageStride + (<usize>(row * written.columns + column) << 2));
  store<i32>(at, row, 4);
  store<i32>(at, height, 8);
  store<i32>(at, width, 12);
  written.rectangles++;
  written.pixels += height * width;
}

// @ts-ignore: decorator
@inline
function sumLanes(v: v128): f64 {
  const pairs = f64x2.add(f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(v128.shuffle<f64>(v, v, 1, 0)));
  return f64x2.extract_lane(pairs, 0) + f64x2.extract_lane(pairs, 1);
}

/** The mean of a few values, which is exact where all are equal. */
function sampledMean(x: usize, count: i32): f32 {
  if (count < 4) return load<f32>(x);
  const step = <usize>((count - 4) / 3) << 2;
  const sum = sumLanes(v128.load(x)) + sumLanes(v128.load(x + step)) + sumLanes(v128.load(x + 2 * step)) + sumLanes(v128.load(x + 3 * step));
  return f32(sum / 16);
}

/** Adds up a run of neighbours. */
function addRun(written: Written, x: usize, count: i32, pivot: f32): void {
  const p = f32x4.splat(pivot), end = x + (<usize>count << 2), wide = x + (<usize>(count & ~15) << 2);
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, q0 = s0, q1 = s0, q2 = s0, q3 = s0;
  for (; x < wide; x += 64) {
    const d0 = f32x4.sub(v128.load(x), p), d1 = f32x4.sub(v128.load(x, 16), p);
    const d2 = f32x4.sub(v128.load(x, 32), p), d3 = f32x4.sub(v128.load(x, 48), p);
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
    const d = v128.and(f32x4.sub(v128.load(x), p), i32x4.gt_s(i32x4.splat(<i32>(end - x) >> 2), i32x4(0, 1, 2, 3)));
    s0 = f32x4.add(s0, d);
    q0 = madd(q0, d, d);
  }
  const sums = changetype<usize>(written) + sumsAt;
  v128.store(sums, f32x4.add(v128.load(sums), f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3))));
  v128.store(sums, f32x4.add(v128.load(sums, 16), f32x4.add(f32x4.add(q0, q1), f32x4.add(q2, q3))), 16);
}

/** The statistics of a channel, whose first pixel is at `x`: count, mean, what f32 cuts off the mean, and M2, `step` bytes apart. */
function writeStatistics(written: Written, x: usize, to: usize, step: usize): void {
  const from = changetype<usize>(written) + rectanglesAt, end = from + <usize>written.rectangles * rectangleBytes;
  const rows = written.rows, columns = written.columns, count = f64(written.pixels);
  const gap = written.imageStride - (<usize>(rows * columns) << 2);
  const zero = f32x4.splat(0);
  let pivot: f32 = 0;
  let sum: f64 = 0, squares: f64 = 0;
  for (let pass = 0; ; pass++) {
    v128.store(changetype<usize>(written), zero, sumsAt);
    v128.store(changetype<usize>(written), zero, squaresAt);
    for (let at = from; at < end; at += rectangleBytes) {
      const width = load<i32>(at, 12), step = width == columns ? rows : 1;
      let start = x + load<usize>(at), row = load<i32>(at, 4);
      if (pass == 0 && at == from) pivot = sampledMean(start, width);
      for (let left = load<i32>(at, 8); left > 0; ) {
        const run = min(min(left, rows - row), step);
        addRun(written, start, run * width, pivot);
        left -= run;
        row += run;
        start += <usize>(run * columns) << 2;
        if (row == rows) {
          row = 0;
          start += gap;
        }
      }
    }
    sum = sumLanes(v128.load(changetype<usize>(written), sumsAt));
    squares = sumLanes(v128.load(changetype<usize>(written), squaresAt));
    // M2 = squares - sum^2 / count then cancels at most one bit.
    if (pass == 2 || 2 * sum * sum <= count * squares) break;
    pivot = f32(f64(pivot) + sum / count);
  }
  const offset = sum / count, mean = f64(pivot) + offset;
  store<f32>(to, f32(count));
  store<f32>(to + step, f32(mean));
  store<f32>(to + 2 * step, f32(mean - f64(f32(mean))));
  store<f32>(to + 3 * step, f32(Math.max(squares - sum * offset, 0)));
}

export { Written, writtenBytes, writtenAt, clearWritten, addRectangle, writeStatistics };
