import { storeTransposed, transposeFour } from "../../movement/wasm/transpose-four.as";
import { ResampleArguments } from "./resample.kernels.as";

// Weighted sums of neighbouring rows and columns. An item is a row of y. Rows are summed first, in vectors along the row. Columns lie
// apart, so four rows are interleaved: then a vector holds one column of all four, and sums of columns are vectors too. A table has a row
// for each result: its first element, the number of elements, and from byte 8 on their weights.

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
function sumColumns(from: usize, table: usize, step: usize, outWidth: usize, to: usize): void {
  for (let j: usize = 0; j < outWidth; j++) {
    let at = from + (<usize>load<u32>(table) << 2);
    const count = <usize>load<u32>(table, 4);
    let sum: f32 = 0;
    for (let tap: usize = 0; tap < count; tap++) {
      sum += load<f32>(table + (tap << 2), 8) * load<f32>(at);
      at += 4;
    }
    store<f32>(to + (j << 2), sum);
    table += step;
  }
}

/** The weighted sum of one span of columns, for four interleaved rows. */
@inline
function sumSpan(from: usize, table: usize): v128 {
  let at = from + (<usize>load<u32>(table) << 4);
  const count = <usize>load<u32>(table, 4);
  let sum = f32x4.splat(0);
  if (count == 2) {
    return f32x4.add(
      f32x4.mul(v128.load32_splat(table, 8), v128.load(at)),
      f32x4.mul(v128.load32_splat(table, 12), v128.load(at, 16))
    );
  }
  for (let tap: usize = 0; tap < count; tap++) {
    sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(table + (tap << 2), 8), v128.load(at)));
    at += 16;
  }
  return sum;
}

/** As `sumColumns`, for four interleaved rows; their results are rows of y, one after another. */
function sumFourColumns(from: usize, table: usize, step: usize, outWidth: usize, to: usize): void {
  const bytes = outWidth << 2;
  let j: usize = 0;
  for (; j + 4 <= outWidth; j += 4) {
    const a = sumSpan(from, table);
    const b = sumSpan(from, table + step);
    const c = sumSpan(from, table + 2 * step);
    const d = sumSpan(from, table + 3 * step);
    storeTransposed(a, b, c, d, to + (j << 2), bytes);
    table += 4 * step;
  }
  for (; j < outWidth; j++) {
    const sum = sumSpan(from, table);
    const at = to + (j << 2);
    store<f32>(at, f32x4.extract_lane(sum, 0));
    store<f32>(at + bytes, f32x4.extract_lane(sum, 1));
    store<f32>(at + 2 * bytes, f32x4.extract_lane(sum, 2));
    store<f32>(at + 3 * bytes, f32x4.extract_lane(sum, 3));
    table += step;
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
  const { x, rows, columns, y, height, width, outHeight, outWidth, rowBytes, columnBytes } = args;
  const bytes = width << 2;
  const sums = scratch + (bytes << 2);
  let item = begin;
  while (item < end) {
    const group: usize = columns != 0 && item + 4 <= end ? 4 : 1;
    const to = y + item * (outWidth << 2);
    let from = x + item * bytes;
    if (rows != 0) {
      from = columns != 0 ? sums : to;
      for (let row: usize = 0; row < group; row++) {
        const plane = (item + row) / outHeight;
        const span = rows + ((item + row) % outHeight) * rowBytes;
        const first = x + (plane * height + <usize>load<u32>(span)) * bytes;
        sumRows(first, <usize>load<u32>(span, 4), span + 8, width, from + row * bytes);
      }
    }
    if (group == 4) {
      interleave(from, width, scratch);
      sumFourColumns(scratch, columns, columnBytes, outWidth, to);
    } else if (columns != 0) {
      sumColumns(from, columns, columnBytes, outWidth, to);
    }
    item += group;
  }
}
