import { highToF64, loadLanes, lowToF64, toF32 } from "./lanes.as";
import { MergeMomentsArguments, MomentsArguments } from "./moments.kernels.as";

// Mean and M2 = sum (x - mean)^2 of [outer, length, inner], merged by Chan's formula in f64. A partial result is a mean
// and an M2, two f64. Tiles are read twice while they are in the cache, first shifted by their first value, so that a
// constant is exact.

/** The number of elements of a tile: 16 KiB. */
const tileElements: usize = 4096;
/** The number of vectors that are summed in f32 before their sum is added in f64. */
const mostVectors: usize = 256;

@inline
function fetch(from: usize, lanes: usize): v128 {
  return lanes == 4 ? v128.load(from) : loadLanes(from, lanes, f32x4.splat(0));
}

@inline
function power(exponent: i32, x: v128, shift: v128): v128 {
  const d = f32x4.sub(x, shift);
  return exponent == 2 ? f32x4.mul(d, d) : d;
}

/** The sum of (x - shift)^exponent over `n` vectors, `stride` bytes apart. */
@inline
function sumPowers(exponent: i32, from: usize, stride: usize, n: usize, lanes: usize, shift: v128): v128 {
  let a = f32x4.splat(0), b = a, c = a, d = a;
  for (; n >= 4; n -= 4) {
    a = f32x4.add(a, power(exponent, fetch(from, lanes), shift));
    b = f32x4.add(b, power(exponent, fetch(from + stride, lanes), shift));
    c = f32x4.add(c, power(exponent, fetch(from + 2 * stride, lanes), shift));
    d = f32x4.add(d, power(exponent, fetch(from + 3 * stride, lanes), shift));
    from += 4 * stride;
  }
  for (; n > 0; n--, from += stride) a = f32x4.add(a, power(exponent, fetch(from, lanes), shift));
  return f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
}

/** Merges the mean and M2 of n values into the partial result at `to`, which covers `count` values. */
@inline
function merge(to: usize, count: f64, n: f64, mean: f64, m2: f64): void {
  const delta = mean - load<f64>(to);
  const share = n / (count + n);
  store<f64>(to, load<f64>(to) + delta * share);
  store<f64>(to + 8, load<f64>(to + 8) + m2 + delta * delta * count * share);
}

/** M2 about the mean, from sums of squares about a rounded mean, which differs from it by `rest`. */
@inline
function aboutMean(squares: v128, rest: v128, n: v128): v128 {
  return f64x2.max(f64x2.splat(0), f64x2.sub(squares, f64x2.mul(f64x2.mul(rest, rest), n)));
}

/**
 * Merges every lane of `n` vectors into a partial result: lane i into the one at to + i toStep, which covers count + i
 * countStep values.
 */
function mergeVectors(
  from: usize, stride: usize, n: usize, lanes: usize, to: usize, toStep: usize, count: f64, countStep: f64
): void {
  const first = fetch(from, lanes);
  const size = f64x2.splat(f64(n));
  const sum = sumPowers(1, from, stride, n, lanes, first);
  const lowOffset = f64x2.div(lowToF64(sum), size), highOffset = f64x2.div(highToF64(sum), size);
  const low = f64x2.add(lowToF64(first), lowOffset), high = f64x2.add(highToF64(first), highOffset);
  const centre = toF32(low, high);
  const squares = sumPowers(2, from, stride, n, lanes, centre);
  const lowM2 = aboutMean(lowToF64(squares), f64x2.sub(low, lowToF64(centre)), size);
  const highM2 = aboutMean(highToF64(squares), f64x2.sub(high, highToF64(centre)), size);
  merge(to, count, f64(n), f64x2.extract_lane(low, 0), f64x2.extract_lane(lowM2, 0));
  to += toStep;
  count += countStep;
  if (lanes > 1) merge(to, count, f64(n), f64x2.extract_lane(low, 1), f64x2.extract_lane(lowM2, 1));
  to += toStep;
  count += countStep;
  if (lanes > 2) merge(to, count, f64(n), f64x2.extract_lane(high, 0), f64x2.extract_lane(highM2, 0));
  to += toStep;
  count += countStep;
  if (lanes > 3) merge(to, count, f64(n), f64x2.extract_lane(high, 1), f64x2.extract_lane(highM2, 1));
}

function rowMoments(from: usize, n: usize, to: usize): void {
  let at: usize = 0;
  for (const stop = n & ~3; at < stop; ) {
    const vectors = min((stop - at) >> 2, mostVectors);
    mergeVectors(from + at * 4, 16, vectors, 4, to, 0, f64(at), f64(vectors));
    at += vectors * 4;
  }
  for (; at < n; at++) merge(to, f64(at), 1, f64(load<f32>(from + at * 4)), 0);
}

function columnMoments(from: usize, stride: usize, rows: usize, width: usize, to: usize): void {
  const block = min(mostVectors, tileElements / width);
  for (let row: usize = 0; row < rows; row += block) {
    for (let column: usize = 0; column < width; column += 4) {
      mergeVectors(
        from + row * stride + column * 4, stride, min(block, rows - row), min(width - column, 4),
        to + column * 16, 16, f64(row), 0
      );
    }
  }
}

/** Stores a partial result as it is, or as a mean and a variance. */
@inline
function finish(
  from: usize, position: usize, partials: usize, mean: usize, variance: usize, divisor: f32
): void {
  if (partials) v128.store(partials + position * 16, v128.load(from));
  else {
    const m2 = load<f64>(from + 8);
    // Only M2 shows reliably that a value was infinite.
    store<f32>(mean + position * 4, m2 == m2 ? f32(load<f64>(from)) : NaN);
    store<f32>(variance + position * 4, f32(m2 / f64(divisor)));
  }
}

/** Splits and tiles are as in reductions. */
export function moments(begin: usize, end: usize, scratch: usize, args: MomentsArguments): void {
  const { x, partials, mean, variance, length, inner, splits, splitLength, tile, divisor } = args;
  const tiles = (inner + tile - 1) / tile;
  for (let item = begin; item < end; item++) {
    const part = item / tiles;
    const column = (item % tiles) * tile;
    const width = min(tile, inner - column);
    const first = (part % splits) * splitLength;
    const rows = min(splitLength, length - first);
    const from = x + (((part / splits) * length + first) * inner + column) * 4;
    memory.fill(scratch, 0, width * 16);
    if (rows == 0) store<f64>(scratch, NaN);
    else if (inner == 1) rowMoments(from, rows, scratch);
    else columnMoments(from, inner * 4, rows, width, scratch);
    for (let j: usize = 0; j < width; j++) {
      finish(scratch + j * 16, part * inner + column + j, partials, mean, variance, divisor);
    }
  }
}

/**
 * Merges partial results [outer, length, inner] in order: they cover `count` values each, the last one of a length
 * `last` values.
 */
export function mergeMoments(begin: usize, end: usize, scratch: usize, args: MergeMomentsArguments): void {
  const { from, partials, mean, variance, length, inner, count, last, divisor } = args;
  for (let item = begin; item < end; item++) {
    v128.store(scratch, i32x4.splat(0));
    for (let i: usize = 0; i < length; i++) {
      const part = from + (((item / inner) * length + i) * inner + (item % inner)) * 16;
      merge(
        scratch, f64(i) * f64(count), f64(i + 1 < length ? count : last), load<f64>(part), load<f64>(part + 8)
      );
    }
    finish(scratch, item, partials, mean, variance, divisor);
  }
}
