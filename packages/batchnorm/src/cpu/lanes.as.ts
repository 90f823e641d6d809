// Four f32 lanes at a time, and the up to three values that remain at the end of a row.

/** The number of values that a vector at `at` has before `end`: 1 to 3, or 0 for a whole vector. */
@inline
function lanesBefore(at: usize, end: usize): usize {
  return end - at < 16 ? (end - at) / 4 : 0;
}

/** A whole vector where `lanes` is 0, else 1 to 3 values; the other lanes are 0. */
function loadLanes(from: usize, lanes: usize): v128 {
  if (lanes == 0) return v128.load(from);
  if (lanes == 1) return v128.load32_zero(from);
  const pair = v128.load64_zero(from);
  return lanes == 2 ? pair : v128.load_lane<u32>(from + 8, pair, 2);
}

/** A whole vector where `lanes` is 0, else its first 1 to 3 values. */
function storeLanes(to: usize, value: v128, lanes: usize): void {
  if (lanes == 0) {
    v128.store(to, value);
    return;
  }
  if (lanes == 1) {
    v128.store_lane<u32>(to, value, 0);
    return;
  }
  v128.store_lane<u64>(to, value, 0);
  if (lanes == 3) v128.store_lane<u32>(to + 8, value, 2);
}

/** All bits set in the first `lanes` lanes, in all of them where it is 0. */
@inline
function laneMask(lanes: usize): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(lanes ? i32(lanes) : 4));
}

/**
 * About a quarter of four or more rows, and an odd number. Four rows so far apart are four streams from memory; the
 * odd distance keeps them out of the same few cache sets when a row is a power of two long.
 */
@inline
function computeQuarter(rows: usize): usize {
  return ((rows >> 2) - 1) | 1;
}

/** The sum of the lanes, in f64. */
@inline
function sumLanes(v: v128): f64 {
  const high = i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
  const pairs = f64x2.add(f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(high));
  return f64x2.extract_lane(pairs, 0) + f64x2.extract_lane(pairs, 1);
}

@inline
function sum4(a: v128, b: v128, c: v128, d: v128): v128 {
  return f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
}

/** sum + a * b, rounded once where the module is compiled for relaxed SIMD. */
@inline
function madd(sum: v128, a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum);
  return f32x4.add(sum, f32x4.mul(a, b));
}

@inline
function accumulate(at: usize, value: v128): void {
  v128.store(at, f32x4.add(v128.load(at), value));
}

export { accumulate, madd, computeQuarter, lanesBefore, loadLanes, storeLanes, laneMask, sumLanes, sum4 };
