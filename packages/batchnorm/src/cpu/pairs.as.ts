// Numbers of two channels in the lanes of an f64x2. `step` is the distance of the second channel's number in bytes; where
// channels are odd in number, the last one takes both lanes, and `step` is 0.

/** Two f64. */
@inline
function loadDoubles(at: usize, step: usize): v128 {
  return v128.load64_lane(at + step, v128.load64_zero(at), 1);
}

@inline
function storeDoubles(at: usize, step: usize, values: v128): void {
  v128.store64_lane(at, values, 0);
  v128.store64_lane(at + step, values, 1);
}

/** Two f32. */
@inline
function loadFloats(at: usize, step: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load32_lane(at + step, v128.load32_zero(at), 1));
}

/** Rounds to f32. */
@inline
function storeFloats(at: usize, step: usize, values: v128): void {
  const rounded = f32x4.demote_f64x2_zero(values);
  v128.store32_lane(at, rounded, 0);
  v128.store32_lane(at + step, rounded, 1);
}

/** Each rounded to f32. */
@inline
function roundToFloat(values: v128): v128 {
  return f64x2.promote_low_f32x4(f32x4.demote_f64x2_zero(values));
}

/** `values`, but `other` where the mask is set. */
@inline
function replaceWhere(mask: v128, values: v128, other: v128): v128 {
  return v128.bitselect(other, values, mask);
}

/** The sums of `inner` neighbours of each channel, as f64. The channels follow one another. */
function sumInner(from: usize, step: usize, inner: usize): v128 {
  if (inner == 1) return loadFloats(from, step);
  let sums = f64x2.splat(0);
  for (let at = from; at < from + inner * 4; at += 4) sums = f64x2.add(sums, loadFloats(at, step * inner));
  return sums;
}

/** Rounds each channel's number to f32 and stores it in `inner` neighbouring places. The channels follow one another. */
function fillInner(to: usize, step: usize, inner: usize, values: v128): void {
  for (let at = to; at < to + inner * 4; at += 4) storeFloats(at, step * inner, values);
}

export { loadDoubles, storeDoubles, loadFloats, storeFloats, roundToFloat, replaceWhere, sumInner, fillInner };
