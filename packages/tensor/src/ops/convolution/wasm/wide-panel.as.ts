import { madd } from "../../matmul/wasm/simd.as";

// Four rows of numbers, packed side by side, times sixteen columns: two wide vectors of each row.


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

function multiplyRowsWide(a: usize, depth: i32, b: usize, step: usize, width: usize, target: usize, stride: usize, accumulate: bool): void {
  const stop = b + width;
  if (accumulate) for (; b < stop; b += 64, target += 64) multiplySixteen(a, depth, b, step, target, stride, true);
  else for (; b < stop; b += 64, target += 64) multiplySixteen(a, depth, b, step, target, stride, false);
}

/** Four target channels of two segments, found by a table of offsets. Channels are `stride` bytes apart. */
function multiplyPatchesWide(filters: usize, offsets: usize, depth: i32, left: usize, right: usize, target: usize, beside: usize, stride: usize): void {
  let c00 = f32x4.splat(0), c01 = c00, c02 = c00, c03 = c00, c10 = c00, c11 = c00, c12 = c00, c13 = c00;
  let c20 = c00, c21 = c00, c22 = c00, c23 = c00, c30 = c00, c31 = c00, c32 = c00, c33 = c00;
  for (const end = offsets + (<usize>depth << 2); offsets < end; offsets += 4, filters += 16) {
    const offset = <usize>load<u32>(offsets), p = left + offset, q = right + offset;
    const p0 = v128.load(p), p1 = v128.load(p, 16), q0 = v128.load(q), q1 = v128.load(q, 16);
    let f = v128.load32_splat(filters);
    c00 = madd(c00, f, p0);
    c01 = madd(c01, f, p1);
    c02 = madd(c02, f, q0);
    c03 = madd(c03, f, q1);
    f = v128.load32_splat(filters, 4);
    c10 = madd(c10, f, p0);
    c11 = madd(c11, f, p1);
    c12 = madd(c12, f, q0);
    c13 = madd(c13, f, q1);
    f = v128.load32_splat(filters, 8);
    c20 = madd(c20, f, p0);
    c21 = madd(c21, f, p1);
    c22 = madd(c22, f, q0);
    c23 = madd(c23, f, q1);
    f = v128.load32_splat(filters, 12);
    c30 = madd(c30, f, p0);
    c31 = madd(c31, f, p1);
    c32 = madd(c32, f, q0);
    c33 = madd(c33, f, q1);
  }
  v128.store(target, c00);
  v128.store(target, c01, 16);
  v128.store(beside, c02);
  v128.store(beside, c03, 16);
  target += stride;
  v128.store(target, c10);
  v128.store(target, c11, 16);
  beside += stride;
  v128.store(beside, c12);
  v128.store(beside, c13, 16);
  target += stride;
  v128.store(target, c20);
  v128.store(target, c21, 16);
  beside += stride;
  v128.store(beside, c22);
  v128.store(beside, c23, 16);
  target += stride;
  v128.store(target, c30);
  v128.store(target, c31, 16);
  beside += stride;
  v128.store(beside, c32);
  v128.store(beside, c33, 16);
}

export { multiplyRowsWide, multiplyPatchesWide };
