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
function sumLanesOfFour(r0: v128, r1: v128, r2: v128, r3: v128): v128 {
  const t0 = f32x4.add(v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), v128.shuffle<f32>(r0, r1, 2, 6, 3, 7));
  const t1 = f32x4.add(v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), v128.shuffle<f32>(r2, r3, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f64>(t0, t1, 0, 2), v128.shuffle<f64>(t0, t1, 1, 3));
}

/** Up to four floats, `step` bytes apart: 0 repeats the first. */
// @ts-ignore: decorator
@inline
function gather(from: usize, step: usize, lanes: i32): v128 {
  if (lanes == 4 && step == 4) return v128.load(from);
  let v = v128.load32_splat(from);
  if (lanes > 1) v = v128.load_lane<u32>(from + step, v, 1);
  if (lanes > 2) v = v128.load_lane<u32>(from + 2 * step, v, 2);
  if (lanes > 3) v = v128.load_lane<u32>(from + 3 * step, v, 3);
  return v;
}

// @ts-ignore: decorator
@inline
function scatter(target: usize, step: usize, lanes: i32, v: v128): void {
  if (lanes == 4 && step == 4) return v128.store(target, v);
  if (lanes > 0) v128.store_lane<u32>(target, v, 0);
  if (lanes > 1) v128.store_lane<u32>(target + step, v, 1);
  if (lanes > 2) v128.store_lane<u32>(target + 2 * step, v, 2);
  if (lanes > 3) v128.store_lane<u32>(target + 3 * step, v, 3);
}

/**
 * Finishes up to four neighbours of the output: adds them to what is there (`accumulate`), then, in the `last` pass over the
 * depth, the addend, and applies the activation. `step` and `addendStep` are the bytes from one neighbour to the next.
 */
// @ts-ignore: decorator
@inline
function finish(target: usize, step: usize, lanes: i32, v: v128, accumulate: bool, last: bool, addend: usize, addendStep: usize, slope: f32): void {
  if (accumulate) v = f32x4.add(v, gather(target, step, lanes));
  if (last) {
    if (addend) v = f32x4.add(v, gather(addend, addendStep, lanes));
    v = activate(v, slope);
  }
  scatter(target, step, lanes, v);
}

/** Packs four lanes that run along the depth, fewer at the edge and zeros for the rest, `step` bytes apart. */
function packAlong(source: usize, lanes: i32, laneStride: usize, depth: i32, target: usize, step: usize): void {
  const end = target + <usize>depth * step;
  if (lanes >= 4) {
    for (const wide = target + <usize>(depth & ~3) * step; target < wide; target += 4 * step, source += 16) {
      const second = source + laneStride, third = second + laneStride;
      storeTransposed(target, step, v128.load(source), v128.load(second), v128.load(third), v128.load(third + laneStride));
    }
  }
  for (; target < end; target += step, source += 4) {
    for (let lane = 0; lane < 4; lane++) {
      store<f32>(target + (<usize>lane << 2), lane < lanes ? load<f32>(source + <usize>lane * laneStride) : 0);
    }
  }
}

export { activate, madd, sumLanesOfFour, finish, packAlong };
