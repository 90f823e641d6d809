import { madd } from "../../matmul/wasm/simd.as";

// Four rows of numbers, packed side by side, times sixteen columns: two wide vectors of each row. The engine joins neighbouring
// vectors where nothing branches between the sums and their stores, so bias and activation are applied in any case: -0 and slope 1 change nothing.


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

/** Stores four neighbouring vectors. */
// @ts-ignore: decorator
@inline
function storeFour(target: usize, c0: v128, c1: v128, c2: v128, c3: v128): void {
  v128.store(target, c0);
  v128.store(target, c1, 16);
  v128.store(target, c2, 32);
  v128.store(target, c3, 48);
}

/** Adds four neighbouring vectors to what is there. */
// @ts-ignore: decorator
@inline
function addFour(target: usize, c0: v128, c1: v128, c2: v128, c3: v128): void {
  const t0 = v128.load(target), t1 = v128.load(target, 16), t2 = v128.load(target, 32), t3 = v128.load(target, 48);
  storeFour(target, f32x4.add(c0, t0), f32x4.add(c1, t1), f32x4.add(c2, t2), f32x4.add(c3, t3));
}

/** As `multiplyRows`, without bias and activation. */
// @ts-ignore: decorator
@inline
function multiplySixteen(a: usize, depth: i32, b: usize, step: usize, target: usize, stride: usize, accumulate: bool): void {
  let c00 = f32x4.splat(0), c01 = c00, c02 = c00, c03 = c00, c10 = c00, c11 = c00, c12 = c00, c13 = c00;
  let c20 = c00, c21 = c00, c22 = c00, c23 = c00, c30 = c00, c31 = c00, c32 = c00, c33 = c00;
  for (const end = a + (<usize>depth << 4); a < end; a += 16, b += step) {
    const p = v128.load(b), q = v128.load(b, 16), r = v128.load(b, 32), s = v128.load(b, 48);
    let f = v128.load32_splat(a);
    c00 = madd(c00, f, p);
    c01 = madd(c01, f, q);
    c02 = madd(c02, f, r);
    c03 = madd(c03, f, s);
    f = v128.load32_splat(a, 4);
    c10 = madd(c10, f, p);
    c11 = madd(c11, f, q);
    c12 = madd(c12, f, r);
    c13 = madd(c13, f, s);
    f = v128.load32_splat(a, 8);
    c20 = madd(c20, f, p);
    c21 = madd(c21, f, q);
    c22 = madd(c22, f, r);
    c23 = madd(c23, f, s);
    f = v128.load32_splat(a, 12);
    c30 = madd(c30, f, p);
    c31 = madd(c31, f, q);
    c32 = madd(c32, f, r);
    c33 = madd(c33, f, s);
  }
  const target1 = target + stride, target2 = target1 + stride, target3 = target2 + stride;
  if (accumulate) {
    addFour(target, c00, c01, c02, c03);
    addFour(target1, c10, c11, c12, c13);
    addFour(target2, c20, c21, c22, c23);
    addFour(target3, c30, c31, c32, c33);
  } else {
    storeFour(target, c00, c01, c02, c03);
    storeFour(target1, c10, c11, c12, c13);
    storeFour(target2, c20, c21, c22, c23);
    storeFour(target3, c30, c31, c32, c33);
  }
}

/** Applies a bias and an activation to `count` neighbouring floats in place; a count of less than eight goes with the first eight. */
function finishRow(target: usize, width: usize, bias: usize, slope: f32): void {
  const b = bias ? v128.load32_splat(bias) : f32x4.splat(-0.0), s = f32x4.splat(slope), keep = keepsNegative(slope);
  for (const end = target + width; target < end; target += 32) {
    const x = f32x4.add(v128.load(target), b), y = f32x4.add(v128.load(target, 16), b);
    v128.store(target, activateWide(x, s, keep));
    v128.store(target, activateWide(y, s, keep), 16);
  }
}

function multiplyRowsWide(a: usize, depth: i32, b: usize, step: usize, width: usize, target: usize, stride: usize, accumulate: bool, bias: usize, slope: f32): void {
  const stop = b + width;
  let to = target;
  if (accumulate) for (; b < stop; b += 64, to += 64) multiplySixteen(a, depth, b, step, to, stride, true);
  else for (; b < stop; b += 64, to += 64) multiplySixteen(a, depth, b, step, to, stride, false);
  if (bias == 0 && slope == 1) return;
  for (let row = 0; row < 4; row++, target += stride, bias += bias ? 4 : 0) finishRow(target, width, bias, slope);
}

export { activateWide, keepsNegative, multiplyRowsWide };
