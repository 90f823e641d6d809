// Statistics of the pixels that an item has written, taken while they are in the cache: sums of x - pivot, and again around their
// own mean where that turns out far from the pivot. So they are as accurate as two passes, and exact for a constant.

/** What an item has written of each of its channels. In memory, so that it can be passed on. */
// @ts-ignore: decorator
@unmanaged
class Written {
  sum: f64;
  squares: f64;
  /** Rows of an image and pixels of a row; bytes from image to image. */
  rows: i32;
  columns: i32;
  imageStride: usize;
  /** Rectangles, behind these fields, and the pixels in them. */
  rectangles: i32;
  pixels: i32;
}

/** Behind the fields; room for three rectangles. */
const rectanglesAt: usize = 48, rectangleBytes: usize = 16;
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

/** `width` pixels, from `column` on, of rows `first` to `end`, which are counted over all images. */
function addRectangle(written: Written, first: i32, end: i32, column: i32, width: i32): void {
  const at = changetype<usize>(written) + rectanglesAt + <usize>written.rectangles * rectangleBytes;
  store<i32>(at, first);
  store<i32>(at, end, 4);
  store<i32>(at, column, 8);
  store<i32>(at, width, 12);
  written.rectangles++;
  written.pixels += (end - first) * width;
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
    q0 = f32x4.add(q0, f32x4.mul(d0, d0));
    q1 = f32x4.add(q1, f32x4.mul(d1, d1));
    q2 = f32x4.add(q2, f32x4.mul(d2, d2));
    q3 = f32x4.add(q3, f32x4.mul(d3, d3));
  }
  for (; x < end; x += 16) {
    const d = v128.and(f32x4.sub(v128.load(x), p), i32x4.gt_s(i32x4.splat(<i32>(end - x) >> 2), i32x4(0, 1, 2, 3)));
    s0 = f32x4.add(s0, d);
    q0 = f32x4.add(q0, f32x4.mul(d, d));
  }
  written.sum += sumLanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  written.squares += sumLanes(f32x4.add(f32x4.add(q0, q1), f32x4.add(q2, q3)));
}

/** The statistics of a channel, whose first pixel is at `x`: count, mean, what f32 cuts off the mean, and M2, `step` bytes apart. */
function writeStatistics(written: Written, x: usize, to: usize, step: usize): void {
  const from = changetype<usize>(written) + rectanglesAt, end = from + <usize>written.rectangles * rectangleBytes;
  const rows = written.rows, columns = written.columns, count = f64(written.pixels);
  let pivot: f32 = 0;
  for (let pass = 0; ; pass++) {
    written.sum = 0;
    written.squares = 0;
    for (let at = from; at < end; at += rectangleBytes) {
      const last = load<i32>(at, 4), width = load<i32>(at, 12);
      for (let row = load<i32>(at); row < last; ) {
        const image = row / rows, own = row % rows, run = width == columns ? min(last - row, rows - own) : 1;
        const start = x + <usize>image * written.imageStride + (<usize>(own * columns + load<i32>(at, 8)) << 2);
        if (pass == 0 && at == from && row == load<i32>(at)) pivot = sampledMean(start, run * width);
        addRun(written, start, run * width, pivot);
        row += run;
      }
    }
    // M2 = squares - sum^2 / count then cancels at most one bit.
    if (pass == 2 || 2 * written.sum * written.sum <= count * written.squares) break;
    pivot = f32(f64(pivot) + written.sum / count);
  }
  const offset = written.sum / count, mean = f64(pivot) + offset;
  store<f32>(to, f32(count));
  store<f32>(to + step, f32(mean));
  store<f32>(to + 2 * step, f32(mean - f64(f32(mean))));
  store<f32>(to + 3 * step, f32(Math.max(written.squares - written.sum * offset, 0)));
}

export { Written, writtenBytes, writtenAt, clearWritten, addRectangle, writeStatistics };
