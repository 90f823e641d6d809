/** sum + x * y, rounded once where the module is compiled for relaxed SIMD. */
// @ts-ignore: decorator
@inline
function madd(sum: v128, x: v128, y: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(x, y, sum);
  return f32x4.add(sum, f32x4.mul(x, y));
}

/** v where it is positive or NaN, else slope * v: relu for 0, which maps -infinity to 0, and nothing at all for 1. */
// @ts-ignore: decorator
@inline
function activate(v: v128, slope: f32): v128 {
  if (slope == 1) return v;
  const low = f32x4.le(v, f32x4.splat(0));
  if (slope == 0) return v128.andnot(v, low);
  return v128.bitselect(f32x4.mul(v, f32x4.splat(slope)), v, low);
}

/** Rows become columns: four vectors of four, written `step` bytes apart. */
// @ts-ignore: decorator
@inline
function storeTransposed(target: usize, step: usize, r0: v128, r1: v128, r2: v128, r3: v128): void {
  const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), t1 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const t2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(target, v128.shuffle<f64>(t0, t2, 0, 2));
  v128.store(target + step, v128.shuffle<f64>(t0, t2, 1, 3));
  v128.store(target + 2 * step, v128.shuffle<f64>(t1, t3, 0, 2));
  v128.store(target + 3 * step, v128.shuffle<f64>(t1, t3, 1, 3));
}

/** One vector of the sums of the lanes of four. */
// @ts-ignore: decorator
@inline
function sumsOfLanes(r0: v128, r1: v128, r2: v128, r3: v128): v128 {
  const t0 = f32x4.add(v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), v128.shuffle<f32>(r0, r1, 2, 6, 3, 7));
  const t1 = f32x4.add(v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), v128.shuffle<f32>(r2, r3, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f64>(t0, t1, 0, 2), v128.shuffle<f64>(t0, t1, 1, 3));
}

/**
 * Finishes up to four neighbours of the output: adds them to what is there (`accumulate`), then, in the `last` pass over the
 * depth, the addend, and applies the activation. `step` and `addendStep` are the bytes from one neighbour to the next.
 */
function finishLanes(target: usize, step: usize, lanes: i32, tile: usize, accumulate: bool, last: bool, addend: usize, addendStep: usize, slope: f32): void {
  for (let lane = 0; lane < lanes; lane++) {
    let v = v128.load32_zero(tile);
    if (accumulate) v = f32x4.add(v, v128.load32_zero(target));
    if (last) {
      if (addend) v = f32x4.add(v, v128.load32_zero(addend));
      v = activate(v, slope);
    }
    v128.store_lane<u32>(target, v, 0);
    tile += 4;
    target += step;
    addend += addend ? addendStep : 0;
  }
}

/** `finishLanes` of four contiguous neighbours. */
// @ts-ignore: decorator
@inline
function finishQuad(target: usize, tile: usize, accumulate: bool, last: bool, addend: usize, addendStep: usize, slope: f32): void {
  let v = v128.load(tile);
  if (accumulate) v = f32x4.add(v, v128.load(target));
  if (last) {
    if (addend) v = f32x4.add(v, addendStep ? v128.load(addend) : v128.load32_splat(addend));
    v = activate(v, slope);
  }
  v128.store(target, v);
}

export { madd, activate, storeTransposed, sumsOfLanes, finishLanes, finishQuad };
