import { storeTransposed, transposeFour } from "../../movement/wasm/transpose-four.as";
import { ResampleArguments } from "./resample.kernels.as";

// Weighted sums of neighbouring rows and columns. An item is a row of y. Rows are summed first, in vectors along the row. Columns lie
// apart, so four rows are interleaved: then a vector holds one column of all four, and sums of columns are vectors too.

/** to[j] = the sum of the `count` rows from `from` on, each times its weight. */
function sumRows(from: usize, count: usize, weights: usize, width: usize, to: usize): void {
  const bytes = width << 2;
  const first = v128.load32_splat(weights);
  const second = count == 2 ? v128.load32_splat(weights, 4) : first;
  let j: usize = 0;
  if (count == 2) {
    for (; j + 4 <= width; j += 4) {
      const at = from + (j << 2);
      const sum = f32x4.add(f32x4.mul(first, v128.load(at)), f32x4.mul(second, v128.load(at + bytes)));
      v128.store(to + (j << 2), sum);
    }
  } else if (count == 1) {
    for (; j + 4 <= width; j += 4) v128.store(to + (j << 2), f32x4.mul(first, v128.load(from + (j << 2))));
  }
  for (; j + 4 <= width; j += 4) {
    let at = from + (j << 2);
    let sum = f32x4.splat(0);
    for (let tap: usize = 0; tap < count; tap++) {
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(weights + (tap << 2)), v128.load(at)));
      at += bytes;
    }
    v128.store(to + (j << 2), sum);
  }
  for (; j < width; j++) {
    let at = from + (j << 2);
    let sum: f32 = 0;
    for (let tap: usize = 0; tap < count; tap++) {
      sum += load<f32>(weights + (tap << 2)) * load<f32>(at);
      at += bytes;
    }
    store<f32>(to + (j << 2), sum);
  }
}

/** to[j] = the weighted sum of the span of columns of j, for one row. */
function sumColumns(from: usize, spans: usize, weights: usize, taps: usize, outWidth: usize, to: usize): void {
  for (let j: usize = 0; j < outWidth; j++) {
    let at = from + (<usize>load<u32>(spans) << 2);
    const count = <usize>load<u32>(spans, 4);
    let sum: f32 = 0;
    for (let tap: usize = 0; tap < count; tap++) {
      sum += load<f32>(weights + (tap << 2)) * load<f32>(at);
      at += 4;
    }
    store<f32>(to + (j << 2), sum);
    spans += 8;
    weights += taps << 2;
  }
}

/** The weighted sum of one span of columns, for four interleaved rows. */
@inline
function sumSpan(from: usize, spans: usize, weights: usize): v128 {
  let at = from + (<usize>load<u32>(spans) << 4);
  const count = <usize>load<u32>(spans, 4);
  let sum = f32x4.splat(0);
  if (count == 2) {
    return f32x4.add(
      f32x4.mul(v128.load32_splat(weights), v128.load(at)),
      f32x4.mul(v128.load32_splat(weights, 4), v128.load(at, 16))
    );
  }
  for (let tap: usize = 0; tap < count; tap++) {
    sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(weights + (tap << 2)), v128.load(at)));
    at += 16;
  }
  return sum;
}

/** As `sumColumns`, for four interleaved rows; their results are rows of y, one after another. */
function sumFourColumns(from: usize, spans: usize, weights: usize, taps: usize, outWidth: usize, to: usize): void {
  const bytes = outWidth << 2;
  const step = taps << 2;
  let j: usize = 0;
  for (; j + 4 <= outWidth; j += 4) {
    const a = sumSpan(from, spans, weights);
    const b = sumSpan(from, spans + 8, weights + step);
    const c = sumSpan(from, spans + 16, weights + 2 * step);
    const d = sumSpan(from, spans + 24, weights + 3 * step);
    storeTransposed(a, b, c, d, to + (j << 2), bytes);
    spans += 32;
    weights += 4 * step;
  }
  for (; j < outWidth; j++) {
    const sum = sumSpan(from, spans, weights);
    const at = to + (j << 2);
    store<f32>(at, f32x4.extract_lane(sum, 0));
    store<f32>(at + bytes, f32x4.extract_lane(sum, 1));
    store<f32>(at + 2 * bytes, f32x4.extract_lane(sum, 2));
    store<f32>(at + 3 * bytes, f32x4.extract_lane(sum, 3));
    spans += 8;
    weights += step;
  }
}

/** Interleaves four rows, `width` elements each and one after another in memory. */
function interleave(from: usize, width: usize, to: usize): void {
  const bytes = width << 2;
  let j: usize = 0;
  for (; j + 4 <= width; j += 4) transposeFour(from + (j << 2), bytes, to + (j << 4), 16);
  for (; j < width; j++) {
    for (let row: usize = 0; row < 4; row++) {
      store<f32>(to + (j << 4) + (row << 2), load<f32>(from + row * bytes + (j << 2)));
    }
  }
}

export function resample(begin: usize, end: usize, scratch: usize, args: ResampleArguments): void {
  const { x, rowSpans, rowWeights, columnSpans, columnWeights, y } = args;
  const { height, width, outHeight, outWidth, rowTaps, columnTaps } = args;
  const bytes = width << 2;
  const rows = scratch + (bytes << 2);
  let item = begin;
  while (item < end) {
    const group: usize = columnSpans != 0 && item + 4 <= end ? 4 : 1;
    const to = y + item * (outWidth << 2);
    let from = x + item * bytes;
    if (rowSpans != 0) {
      from = columnSpans != 0 ? rows : to;
      for (let row: usize = 0; row < group; row++) {
        const plane = (item + row) / outHeight;
        const i = (item + row) % outHeight;
        const first = x + (plane * height + <usize>load<u32>(rowSpans + (i << 3))) * bytes;
        const count = <usize>load<u32>(rowSpans + (i << 3), 4);
        sumRows(first, count, rowWeights + i * (rowTaps << 2), width, from + row * bytes);
      }
    }
    if (group == 4) {
      interleave(from, width, scratch);
      sumFourColumns(scratch, columnSpans, columnWeights, columnTaps, outWidth, to);
    } else if (columnSpans != 0) {
      sumColumns(from, columnSpans, columnWeights, columnTaps, outWidth, to);
    }
    item += group;
  }
}
