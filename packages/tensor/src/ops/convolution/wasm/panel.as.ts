import { madd } from "../../matmul/wasm/simd.as";
import { finishRows } from "./finish-rows.as";
import { multiplyPatchesWide, multiplyRowsWide } from "./wide-panel.as";

// Four rows of numbers, packed side by side, times eight columns.


/**
 * A packed panel of `depth` numbers times rows of b, `step` bytes apart; rows of the product are `stride` apart. `width` is in bytes, of eight numbers, or of
 * sixteen for wide vectors.
 */
function multiplyRows(a: usize, depth: i32, b: usize, step: usize, width: usize, target: usize, stride: usize, accumulate: bool, bias: usize, slope: f32): void {
  if (VECTOR_BITS == 256) multiplyRowsWide(a, depth, b, step, width, target, stride, accumulate);
  else multiplyRowsNarrow(a, depth, b, step, width, target, stride, accumulate);
  if (bias != 0 || slope != 1) finishRows(target, width, stride, bias, slope);
}

function multiplyRowsNarrow(a: usize, depth: i32, b: usize, step: usize, width: usize, target: usize, stride: usize, accumulate: bool): void {
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
    const target1 = target + stride, target2 = target1 + stride, target3 = target2 + stride;
    if (accumulate) {
      c00 = f32x4.add(c00, v128.load(target));
      c01 = f32x4.add(c01, v128.load(target, 16));
      c10 = f32x4.add(c10, v128.load(target1));
      c11 = f32x4.add(c11, v128.load(target1, 16));
      c20 = f32x4.add(c20, v128.load(target2));
      c21 = f32x4.add(c21, v128.load(target2, 16));
      c30 = f32x4.add(c30, v128.load(target3));
      c31 = f32x4.add(c31, v128.load(target3, 16));
    }
    v128.store(target, c00);
    v128.store(target, c01, 16);
    v128.store(target1, c10);
    v128.store(target1, c11, 16);
    v128.store(target2, c20);
    v128.store(target2, c21, 16);
    v128.store(target3, c30);
    v128.store(target3, c31, 16);
  }
}

/** Four target channels of two segments, found by a table of offsets. Channels are `stride` bytes apart. */
function multiplyPatches(filters: usize, offsets: usize, depth: i32, left: usize, right: usize, target: usize, beside: usize, stride: usize): void {
  if (VECTOR_BITS == 256) return multiplyPatchesWide(filters, offsets, depth, left, right, target, beside, stride);
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
  v128.store(target, c00);
  v128.store(beside, c01);
  v128.store(target + stride, c10);
  v128.store(beside + stride, c11);
  target += 2 * stride;
  beside += 2 * stride;
  v128.store(target, c20);
  v128.store(beside, c21);
  v128.store(target + stride, c30);
  v128.store(beside + stride, c31);
}

export { multiplyPatches, multiplyRows };
