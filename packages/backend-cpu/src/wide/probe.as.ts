// What a matrix product does most of its time, on operands that stay in the first-level cache.

const step: usize = VECTOR_BITS == 256 ? 64 : 32;
const depth: usize = 64;
/** Where the panel of columns and the sums begin, behind the panel of rows. */
const columns: usize = 4096;
const sums: usize = 16384;

// @ts-ignore: decorator
@inline
function madd(sum: v128, x: v128, y: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(x, y, sum);
  return f32x4.add(sum, f32x4.mul(x, y));
}

/** Multiplies a panel of 6 rows at `rows` and one of 8 columns, or of 16 where pairs of vectors are joined, 64 deep. */
export function multiply(repeats: i32, rows: usize): void {
  for (let repeat = 0; repeat < repeats; repeat++) {
    if (VECTOR_BITS == 256) multiplyWide(rows);
    else multiplyNarrow(rows);
  }
}

function multiplyNarrow(rows: usize): void {
  const c = rows + sums;
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  for (let a = rows, b = rows + columns, end = rows + depth * 24; a < end; a += 24, b += step) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = madd(c00, x, b0);
    c01 = madd(c01, x, b1);
    x = v128.load32_splat(a, 4);
    c10 = madd(c10, x, b0);
    c11 = madd(c11, x, b1);
    x = v128.load32_splat(a, 8);
    c20 = madd(c20, x, b0);
    c21 = madd(c21, x, b1);
    x = v128.load32_splat(a, 12);
    c30 = madd(c30, x, b0);
    c31 = madd(c31, x, b1);
    x = v128.load32_splat(a, 16);
    c40 = madd(c40, x, b0);
    c41 = madd(c41, x, b1);
    x = v128.load32_splat(a, 20);
    c50 = madd(c50, x, b0);
    c51 = madd(c51, x, b1);
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c, c10, 32);
  v128.store(c, c11, 48);
  v128.store(c, c20, 64);
  v128.store(c, c21, 80);
  v128.store(c, c30, 96);
  v128.store(c, c31, 112);
  v128.store(c, c40, 128);
  v128.store(c, c41, 144);
  v128.store(c, c50, 160);
  v128.store(c, c51, 176);
}

function multiplyWide(rows: usize): void {
  const c = rows + sums;
  let c00 = f32x4.splat(0), c01 = c00, c02 = c00, c03 = c00, c10 = c00, c11 = c00, c12 = c00, c13 = c00, c20 = c00, c21 = c00, c22 = c00, c23 = c00, c30 = c00, c31 = c00, c32 = c00, c33 = c00, c40 = c00, c41 = c00, c42 = c00, c43 = c00, c50 = c00, c51 = c00, c52 = c00, c53 = c00;
  for (let a = rows, b = rows + columns, end = rows + depth * 24; a < end; a += 24, b += step) {
    const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
    let x = v128.load32_splat(a);
    c00 = madd(c00, x, b0);
    c01 = madd(c01, x, b1);
    c02 = madd(c02, x, b2);
    c03 = madd(c03, x, b3);
    x = v128.load32_splat(a, 4);
    c10 = madd(c10, x, b0);
    c11 = madd(c11, x, b1);
    c12 = madd(c12, x, b2);
    c13 = madd(c13, x, b3);
    x = v128.load32_splat(a, 8);
    c20 = madd(c20, x, b0);
    c21 = madd(c21, x, b1);
    c22 = madd(c22, x, b2);
    c23 = madd(c23, x, b3);
    x = v128.load32_splat(a, 12);
    c30 = madd(c30, x, b0);
    c31 = madd(c31, x, b1);
    c32 = madd(c32, x, b2);
    c33 = madd(c33, x, b3);
    x = v128.load32_splat(a, 16);
    c40 = madd(c40, x, b0);
    c41 = madd(c41, x, b1);
    c42 = madd(c42, x, b2);
    c43 = madd(c43, x, b3);
    x = v128.load32_splat(a, 20);
    c50 = madd(c50, x, b0);
    c51 = madd(c51, x, b1);
    c52 = madd(c52, x, b2);
    c53 = madd(c53, x, b3);
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c, c02, 32);
  v128.store(c, c03, 48);
  v128.store(c, c10, 64);
  v128.store(c, c11, 80);
  v128.store(c, c12, 96);
  v128.store(c, c13, 112);
  v128.store(c, c20, 128);
  v128.store(c, c21, 144);
  v128.store(c, c22, 160);
  v128.store(c, c23, 176);
  v128.store(c, c30, 192);
  v128.store(c, c31, 208);
  v128.store(c, c32, 224);
  v128.store(c, c33, 240);
  v128.store(c, c40, 256);
  v128.store(c, c41, 272);
  v128.store(c, c42, 288);
  v128.store(c, c43, 304);
  v128.store(c, c50, 320);
  v128.store(c, c51, 336);
  v128.store(c, c52, 352);
  v128.store(c, c53, 368);
}
