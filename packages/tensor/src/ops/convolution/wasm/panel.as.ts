import { activate, madd } from "../../matmul/wasm/simd.as";
import { multiplyRowsWide } from "./wide-panel.as";

// Four rows of numbers, packed side by side, times eight columns.


/** Finishes four channels of two whole segments in registers, as `finish` does: with a bias and a slope in the last pass. */
// @ts-ignore: decorator
@inline
function finishPanel(
  c00: v128, c01: v128, c10: v128, c11: v128, c20: v128, c21: v128, c30: v128, c31: v128,
  target: usize, beside: usize, stride: usize, accumulate: bool, bias: usize, slope: f32,
): void {
  const target2 = target + 2 * stride, beside2 = beside + 2 * stride;
  if (accumulate) {
    c00 = f32x4.add(c00, v128.load(target));
    c01 = f32x4.add(c01, v128.load(beside));
    c10 = f32x4.add(c10, v128.load(target + stride));
    c11 = f32x4.add(c11, v128.load(beside + stride));
    c20 = f32x4.add(c20, v128.load(target2));
    c21 = f32x4.add(c21, v128.load(beside2));
    c30 = f32x4.add(c30, v128.load(target2 + stride));
    c31 = f32x4.add(c31, v128.load(beside2 + stride));
  }
  if (bias) {
    const b0 = v128.load32_splat(bias), b1 = v128.load32_splat(bias, 4);
    const b2 = v128.load32_splat(bias, 8), b3 = v128.load32_splat(bias, 12);
    c00 = f32x4.add(c00, b0);
    c01 = f32x4.add(c01, b0);
    c10 = f32x4.add(c10, b1);
    c11 = f32x4.add(c11, b1);
    c20 = f32x4.add(c20, b2);
    c21 = f32x4.add(c21, b2);
    c30 = f32x4.add(c30, b3);
    c31 = f32x4.add(c31, b3);
  }
  if (slope != 1) {
    c00 = activate(c00, slope);
    c01 = activate(c01, slope);
    c10 = activate(c10, slope);
    c11 = activate(c11, slope);
    c20 = activate(c20, slope);
    c21 = activate(c21, slope);
    c30 = activate(c30, slope);
    c31 = activate(c31, slope);
  }
  v128.store(target, c00);
  v128.store(beside, c01);
  v128.store(target + stride, c10);
  v128.store(beside + stride, c11);
  v128.store(target2, c20);
  v128.store(beside2, c21);
  v128.store(target2 + stride, c30);
  v128.store(beside2 + stride, c31);
}

/**
 * A packed panel of `depth` numbers times rows of b, `step` bytes apart; rows of the product are `stride` apart. `width` is in bytes, of eight numbers, or of
 * sixteen for wide vectors.
 */
function multiplyRows(a: usize, depth: i32, b: usize, step: usize, width: usize, target: usize, stride: usize, accumulate: bool, bias: usize, slope: f32): void {
  if (VECTOR_BITS == 256) return multiplyRowsWide(a, depth, b, step, width, target, stride, accumulate, bias, slope);
  const end = a + (<usize>depth << 4);
  for (const stop = b + width; b < stop; b += 32, target += 32) {
    let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
    for (let at = a, row = b; at < end; at += 16, row += step) {
      const p = v128.load(row), q = v128.load(row, 16);
      let f = v128.load32_splat(at);
      c00 = madd(c00, f, p);
      c01 = madd(c01, f, q);
      f = v128.load32_splat(at, 4);
      c10 = madd(c10, f, p);
      c11 = madd(c11, f, q);
      f = v128.load32_splat(at, 8);
      c20 = madd(c20, f, p);
      c21 = madd(c21, f, q);
      f = v128.load32_splat(at, 12);
      c30 = madd(c30, f, p);
      c31 = madd(c31, f, q);
    }
    finishPanel(c00, c01, c10, c11, c20, c21, c30, c31, target, target + 16, stride, accumulate, bias, slope);
  }
}

/** Four target channels of two segments, found by a table of offsets, finished and written as if they were whole. */
function multiplyPatches(
  filters: usize, offsets: usize, depth: i32, left: usize, right: usize,
  target: usize, beside: usize, stride: usize, accumulate: bool, bias: usize, slope: f32,
): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  for (const end = offsets + (<usize>depth << 2); offsets < end; offsets += 4, filters += 16) {
    const offset = <usize>load<u32>(offsets);
    const p = v128.load(left + offset), q = v128.load(right + offset);
    let f = v128.load32_splat(filters);
    c00 = madd(c00, f, p);
    c01 = madd(c01, f, q);
    f = v128.load32_splat(filters, 4);
    c10 = madd(c10, f, p);
    c11 = madd(c11, f, q);
    f = v128.load32_splat(filters, 8);
    c20 = madd(c20, f, p);
    c21 = madd(c21, f, q);
    f = v128.load32_splat(filters, 12);
    c30 = madd(c30, f, p);
    c31 = madd(c31, f, q);
  }
  finishPanel(c00, c01, c10, c11, c20, c21, c30, c31, target, beside, stride, accumulate, bias, slope);
}

export { multiplyPatches, multiplyRows };
