import { laneMask, loadLanes, storeLanes, sum4, sumLanes } from "../../cpu/lanes.as";
import { ColumnSumsArguments, NormalizeRowsArguments, RowsGradientArguments } from "./rows.kernels.as";

// Rows of `width` values, each of which is normalized by itself. A row stays in the cache between passes over it. Whole vectors
// are processed first, then the 1 to 3 values that remain.

/** The bytes of the values that are summed in f32 before a sum continues in f64. */
const block: usize = 4096;

/** Stores the sum of x - center and that of its squares, in f64, at `to`. */
function sumDistances(x: usize, bytes: usize, center: v128, to: usize): void {
  let total: f64 = 0, squares: f64 = 0;
  const whole = x + (bytes & ~15), lanes = (bytes & 15) >> 2;
  let at = x;
  while (at < whole) {
    const stop = min(at + block, whole);
    let a = f32x4.splat(0), b = a, c = a, d = a, p = a, q = a, r = a, s = a;
    for (; at + 64 <= stop; at += 64) {
      const v0 = f32x4.sub(v128.load(at), center), v1 = f32x4.sub(v128.load(at, 16), center);
      const v2 = f32x4.sub(v128.load(at, 32), center), v3 = f32x4.sub(v128.load(at, 48), center);
      a = f32x4.add(a, v0);
      b = f32x4.add(b, v1);
      c = f32x4.add(c, v2);
      d = f32x4.add(d, v3);
      p = f32x4.add(p, f32x4.mul(v0, v0));
      q = f32x4.add(q, f32x4.mul(v1, v1));
      r = f32x4.add(r, f32x4.mul(v2, v2));
      s = f32x4.add(s, f32x4.mul(v3, v3));
    }
    for (; at < stop; at += 16) {
      const v = f32x4.sub(v128.load(at), center);
      a = f32x4.add(a, v);
      p = f32x4.add(p, f32x4.mul(v, v));
    }
    total += sumLanes(sum4(a, b, c, d));
    squares += sumLanes(sum4(p, q, r, s));
  }
  if (lanes) {
    const v = v128.and(f32x4.sub(loadLanes(whole, lanes), center), laneMask(lanes));
    total += sumLanes(v);
    squares += sumLanes(f32x4.mul(v, v));
  }
  store<f64>(to, total);
  store<f64>(to + 8, squares);
}

/** 1 / sqrt(variance + epsilon), or 1 / sqrt(mean square + epsilon); 0 where the root is 0. */
function computeInverse(mean: f64, variance: f64, epsilon: f32, centered: i32): f64 {
  const spread = variance + f64(epsilon) + (centered ? 0 : mean * mean);
  return spread == 0 ? 0 : 1 / sqrt(spread);
}

/** xhat = (x - center) * inverse + rest: the mean as two numbers loses no digits. */
@inline
function standardize(x: v128, center: v128, inverse: v128, rest: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.sub(x, center), inverse), rest);
}

export function normalizeRows(begin: usize, end: usize, scratch: usize, args: NormalizeRowsArguments): void {
  const { x, scale, shift, y, statistics, rows, width, epsilon, centered } = args;
  const bytes = width * 4, whole = bytes & ~15, lanes = (bytes & 15) >> 2;
  const sample = min(bytes, max<usize>(256, ((bytes >> 4) + 15) & ~15));
  for (let row = begin; row < end; row++) {
    const from = x + row * bytes, result = y + row * bytes;
    const pivot: f32 = width ? load<f32>(from) : 0;
    const count = f64(max<usize>(width, 1));
    // The mean of at least a sixteenth of the row is within 4 standard deviations of that of the row, so the sum of squares loses
    // at most a factor of 16 of its precision. For a constant row it is exact.
    sumDistances(from, sample, f32x4.splat(pivot), scratch);
    const center = f32(f64(pivot) + load<f64>(scratch) / f64(max<usize>(sample >> 2, 1)));
    sumDistances(from, bytes, f32x4.splat(center), scratch);
    const total = load<f64>(scratch);
    const exact = f64(center) + total / count;
    const mean = f32(exact), rest = f32(exact - f64(mean));
    const m2 = max<f64>(load<f64>(scratch, 8) - total * total / count, 0);
    const to = statistics + row * 4;
    store<f32>(to, f32(width));
    store<f32>(to + rows * 4, mean);
    store<f32>(to + rows * 8, rest);
    store<f32>(to + rows * 12, f32(m2));
    const factor = computeInverse(exact, m2 / count, epsilon, centered);
    const inverse = f32x4.splat(f32(factor));
    const known = f32x4.splat(centered ? mean : 0);
    const remainder = f32x4.splat(centered ? f32(-f64(rest) * factor) : 0);
    for (let at: usize = 0; at < whole; at += 16) {
      let v = standardize(v128.load(from + at), known, inverse, remainder);
      if (scale) v = f32x4.mul(v, v128.load(scale + at));
      if (shift) v = f32x4.add(v, v128.load(shift + at));
      v128.store(result + at, v);
    }
    if (lanes) {
      let v = standardize(loadLanes(from + whole, lanes), known, inverse, remainder);
      if (scale) v = f32x4.mul(v, loadLanes(scale + whole, lanes));
      if (shift) v = f32x4.add(v, loadLanes(shift + whole, lanes));
      storeLanes(result + whole, v, lanes);
    }
  }
}

// The numbers of a row, as vectors one after another in scratch memory.
const centerAt: usize = 0;
const inverseAt: usize = 16;
const restAt: usize = 32;
const averageAt: usize = 48;
const slopeAt: usize = 64;

/** Stores the numbers of a row at `to`: what standardizes it, the mean of g and the mean of g * xhat, with g = dy * scale. */
function prepareRow(dy: usize, x: usize, scale: usize, bytes: usize, statistics: usize, next: usize, epsilon: f32, centered: i32, to: usize): void {
  const count = load<f32>(statistics), mean = load<f32>(statistics + next), rest = load<f32>(statistics + 2 * next);
  const variance = f64(load<f32>(statistics + 3 * next)) / (count == 0 ? 1 : f64(count));
  const factor = computeInverse(f64(mean) + f64(rest), variance, epsilon, centered);
  const center = f32x4.splat(centered ? mean : 0), inverse = f32x4.splat(f32(factor));
  const remainder = f32x4.splat(centered ? f32(-f64(rest) * factor) : 0);
  const whole = bytes & ~15, lanes = (bytes & 15) >> 2;
  let ofGradients: f64 = 0, ofProducts: f64 = 0;
  let at: usize = 0;
  while (at < whole) {
    const stop = min(at + block, whole);
    let a = f32x4.splat(0), b = a, p = a, q = a;
    for (; at + 32 <= stop; at += 32) {
      let g = v128.load(dy + at), h = v128.load(dy + at, 16);
      if (scale) {
        g = f32x4.mul(g, v128.load(scale + at));
        h = f32x4.mul(h, v128.load(scale + at, 16));
      }
      a = f32x4.add(a, g);
      b = f32x4.add(b, h);
      p = f32x4.add(p, f32x4.mul(g, standardize(v128.load(x + at), center, inverse, remainder)));
      q = f32x4.add(q, f32x4.mul(h, standardize(v128.load(x + at, 16), center, inverse, remainder)));
    }
    if (at < stop) {
      let g = v128.load(dy + at);
      if (scale) g = f32x4.mul(g, v128.load(scale + at));
      a = f32x4.add(a, g);
      p = f32x4.add(p, f32x4.mul(g, standardize(v128.load(x + at), center, inverse, remainder)));
      at += 16;
    }
    ofGradients += sumLanes(f32x4.add(a, b));
    ofProducts += sumLanes(f32x4.add(p, q));
  }
  if (lanes) {
    let g = loadLanes(dy + whole, lanes);
    if (scale) g = f32x4.mul(g, loadLanes(scale + whole, lanes));
    ofGradients += sumLanes(g);
    ofProducts += sumLanes(f32x4.mul(g, standardize(loadLanes(x + whole, lanes), center, inverse, remainder)));
  }
  const values = f64(max<usize>(bytes >> 2, 1));
  v128.store(to, center, centerAt);
  v128.store(to, inverse, inverseAt);
  v128.store(to, remainder, restAt);
  v128.store(to, f32x4.splat(centered ? f32(ofGradients / values) : 0), averageAt);
  v128.store(to, f32x4.splat(f32(ofProducts / values)), slopeAt);
}

/** inverse * (g - average - xhat * slope) */
@inline
function slopeOf(g: v128, xhat: v128, inverse: v128, average: v128, slope: v128): v128 {
  return f32x4.mul(inverse, f32x4.sub(f32x4.sub(g, average), f32x4.mul(xhat, slope)));
}

/** Writes dx of one row, or of two if `next` bytes lie between them, and adds dy * xhat and dy to the sums of the columns. */
@inline
function finishRows(isPair: bool, dy: usize, x: usize, scale: usize, dx: usize, bytes: usize, next: usize, products: usize, sums: usize, numbers: usize): void {
  const whole = bytes & ~15, lanes = (bytes & 15) >> 2;
  const center = v128.load(numbers, centerAt), inverse = v128.load(numbers, inverseAt), rest = v128.load(numbers, restAt);
  const average = v128.load(numbers, averageAt), slope = v128.load(numbers, slopeAt);
  const center2 = v128.load(numbers + 80, centerAt), inverse2 = v128.load(numbers + 80, inverseAt), rest2 = v128.load(numbers + 80, restAt);
  const average2 = v128.load(numbers + 80, averageAt), slope2 = v128.load(numbers + 80, slopeAt);
  for (let at: usize = 0; at < whole; at += 16) {
    let d = v128.load(dy + at), factor = f32x4.splat(1);
    if (scale) factor = v128.load(scale + at);
    let xhat = standardize(v128.load(x + at), center, inverse, rest);
    let product = f32x4.mul(d, xhat), sum = d;
    v128.store(dx + at, slopeOf(f32x4.mul(d, factor), xhat, inverse, average, slope));
    if (isPair) {
      d = v128.load(dy + next + at);
      xhat = standardize(v128.load(x + next + at), center2, inverse2, rest2);
      product = f32x4.add(product, f32x4.mul(d, xhat));
      sum = f32x4.add(sum, d);
      v128.store(dx + next + at, slopeOf(f32x4.mul(d, factor), xhat, inverse2, average2, slope2));
    }
    v128.store(products + at, f32x4.add(v128.load(products + at), product));
    v128.store(sums + at, f32x4.add(v128.load(sums + at), sum));
  }
  if (!lanes) return;
  const factor = scale ? loadLanes(scale + whole, lanes) : f32x4.splat(1);
  const count: usize = isPair ? 2 : 1;
  for (let row: usize = 0; row < count; row++) {
    const from = row * next + whole;
    const d = loadLanes(dy + from, lanes);
    const xhat = standardize(
      loadLanes(x + from, lanes), row ? center2 : center, row ? inverse2 : inverse, row ? rest2 : rest
    );
    const result = slopeOf(
      f32x4.mul(d, factor), xhat, row ? inverse2 : inverse, row ? average2 : average, row ? slope2 : slope
    );
    storeLanes(dx + from, result, lanes);
    v128.store(products + whole, f32x4.add(v128.load(products + whole), f32x4.mul(d, xhat)));
    v128.store(sums + whole, f32x4.add(v128.load(sums + whole), d));
  }
}

/** dx, and the sums of dy * xhat and of dy over the rows of the item, in columns that are padded to whole vectors. */
export function rowsGradient(begin: usize, end: usize, scratch: usize, args: RowsGradientArguments): void {
  const { dy, x, statistics, scale, dx, partials, rows, width, epsilon, centered, rowsPerItem } = args;
  const padded = ((width + 3) & ~3) * 4, bytes = width * 4;
  for (let item = begin; item < end; item++) {
    const products = partials + item * 2 * padded, sums = products + padded;
    memory.fill(products, 0, 2 * padded);
    const last = min((item + 1) * rowsPerItem, rows);
    let row = item * rowsPerItem;
    for (; row + 2 <= last; row += 2) {
      const at = row * bytes, own = statistics + row * 4;
      prepareRow(dy + at, x + at, scale, bytes, own, rows * 4, epsilon, centered, scratch);
      prepareRow(dy + at + bytes, x + at + bytes, scale, bytes, own + 4, rows * 4, epsilon, centered, scratch + 80);
      finishRows(true, dy + at, x + at, scale, dx + at, bytes, bytes, products, sums, scratch);
    }
    if (row < last) {
      const at = row * bytes;
      prepareRow(dy + at, x + at, scale, bytes, statistics + row * 4, rows * 4, epsilon, centered, scratch);
      finishRows(false, dy + at, x + at, scale, dx + at, bytes, 0, products, sums, scratch);
    }
  }
}

/** Adds the partial sums of all items, in f64. One item is four columns. */
export function columnSums(begin: usize, end: usize, _scratch: usize, args: ColumnSumsArguments): void {
  const { partials, dScale, dShift, width, parts } = args;
  const padded = ((width + 3) & ~3) * 4;
  const results: usize = dShift ? 2 : 1;
  for (let item = begin; item < end; item++) {
    const column = item * 16;
    const left = width - item * 4;
    for (let which: usize = 0; which < results; which++) {
      let low = f64x2.splat(0), high = low;
      for (let part: usize = 0; part < parts; part++) {
        const v = v128.load(partials + (part * 2 + which) * padded + column);
        const upper = i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
        low = f64x2.add(low, f64x2.promote_low_f32x4(v));
        high = f64x2.add(high, f64x2.promote_low_f32x4(upper));
      }
      const a = f32x4.demote_f64x2_zero(low), b = f32x4.demote_f64x2_zero(high);
      const total = i8x16.shuffle(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
      storeLanes((which ? dShift : dScale) + column, total, left < 4 ? left : 0);
    }
  }
}
