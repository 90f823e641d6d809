// Bias and activation of what is in memory already. The engine joins neighbouring vectors where nothing branches between them and their stores, so
// both are applied in any case: -0 and slope 1 change nothing.


/** As `activate`, without a branch. `keep` is zero in all bits for slope 0, else one. */
// @ts-ignore: decorator
@inline
function activateWide(v: v128, slope: v128, keep: v128): v128 {
  return v128.bitselect(v128.and(f32x4.mul(v, slope), keep), v, f32x4.le(v, f32x4.splat(0)));
}

/** What `keep` of `activateWide` is. */
// @ts-ignore: decorator
@inline
function keepsNegative(slope: f32): v128 {
  return i32x4.splat(slope == 0 ? 0 : -1);
}

/** The bias of a channel in all lanes. */
// @ts-ignore: decorator
@inline
function loadBias(bias: usize): v128 {
  return bias ? v128.load32_splat(bias) : f32x4.splat(-0.0);
}

/** Applies a bias, if there is one, and a slope to two neighbouring vectors. */
// @ts-ignore: decorator
@inline
function finishPair(at: usize, bias: v128, slope: v128, keep: v128): void {
  const x = activateWide(f32x4.add(v128.load(at), bias), slope, keep), y = activateWide(f32x4.add(v128.load(at, 16), bias), slope, keep);
  v128.store(at, x);
  v128.store(at, y, 16);
}

/** The same for four rows, `stride` bytes apart, each with its own bias. `width` is in bytes, of eight numbers. */
function finishRows(target: usize, width: usize, stride: usize, bias: usize, slope: f32): void {
  const s = f32x4.splat(slope), keep = keepsNegative(slope);
  for (const end = target + 4 * stride; target < end; target += stride, bias += bias ? 4 : 0) {
    const b = loadBias(bias);
    for (let at = target, stop = target + width; at < stop; at += 32) finishPair(at, b, s, keep);
  }
}

/** The same for four channels of two segments. */
function finishSegments(target: usize, beside: usize, stride: usize, bias: usize, slope: f32): void {
  const s = f32x4.splat(slope), keep = keepsNegative(slope);
  for (const end = target + 4 * stride; target < end; target += stride, beside += stride, bias += bias ? 4 : 0) {
    const b = loadBias(bias);
    if (VECTOR_BITS == 256) {
      finishPair(target, b, s, keep);
      finishPair(beside, b, s, keep);
    } else {
      v128.store(target, activateWide(f32x4.add(v128.load(target), b), s, keep));
      v128.store(beside, activateWide(f32x4.add(v128.load(beside), b), s, keep));
    }
  }
}

export { activateWide, keepsNegative, finishPair, finishRows, finishSegments };
