import { MatmulArguments, MatmulSizes, PackOperandsArguments } from "./matmul.kernels.as";
import { finish, madd, packAlong, sumLanesOfFour } from "./simd.as";

// Blocked matrix product (Goto and van de Geijn 2008): an item is a tile of the output; for each block of the depth its
// operands, but for rows of a that are read as they are, are packed into panels of 6 (or 4) rows and 8 (or 16) columns, which the kernel multiplies in
// registers. All ways of cutting add the terms of an element in the same order, so that the bits do not depend on the size of panels.


/** As many as 15 registers allow beside 8 columns; where a product takes a register before it is added, four. */
const panelRows: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 4;

/** Two vectors, and where the engine joins pairs of adjacent vectors two of those. */
const panelColumns: i32 = VECTOR_BITS == 256 ? 16 : 8;
const columnsShift: i32 = VECTOR_BITS == 256 ? 4 : 3;

/**
 * Panels lie an odd number of cache lines apart: at a power of two they would all fall into the same few sets. Packing six lanes
 * writes two floats beyond the last row, which must not reach the next panel: another thread may have packed it.
 */
// @ts-ignore: decorator
@inline
function panelBytes(depth: i32, width: i32): usize {
  return ((<usize>(depth * width + 2) << 2) + 63 & ~63) | 64;
}

/** Copies `width` contiguous lanes, 4, 6, 8 or 16: beyond the last one whatever lies there, because nothing is made of it. */
// @ts-ignore: decorator
@inline
function copyLanes(source: usize, width: i32, target: usize): void {
  v128.store(target, v128.load(source));
  if (width == 6) store<u64>(target, load<u64>(source, 16), 16);
  if (width >= 8) v128.store(target, v128.load(source, 16), 16);
  if (width == 16) {
    v128.store(target, v128.load(source, 32), 32);
    v128.store(target, v128.load(source, 48), 48);
  }
}

/** Packs lanes that are contiguous in the source: along its rows, which the processor prefetches. */
function packAcross(source: usize, count: i32, depth: i32, depthStride: usize, width: i32, target: usize, panel: usize): void {
  const step = <usize>width << 2;
  for (let d = 0; d < depth; d++, source += depthStride, target += step) {
    let to = target;
    for (let lane = 0; lane < count; lane += width, to += panel) copyLanes(source + (<usize>lane << 2), width, to);
  }
}

/** Packs `count` lanes, rows of a or columns of b, into panels of `width`, `panel` bytes apart. One of the strides, in bytes, is 4. */
function pack(source: usize, count: i32, laneStride: usize, depth: i32, depthStride: usize, width: i32, target: usize, panel: usize): void {
  if (laneStride == 4) return packAcross(source, count, depth, depthStride, width, target, panel);
  for (let lane = 0; lane < count; lane += width, target += panel) {
    // Backwards: the second quad of six lanes reaches into the next row, which the first one then sets right. Nothing reads quads without lanes.
    for (let quad = (min(width, count - lane) - 1) & ~3; quad >= 0; quad -= 4) {
      packAlong(source + <usize>(lane + quad) * laneStride, count - lane - quad, laneStride, depth, target + (<usize>quad << 2), <usize>width << 2);
    }
  }
}

/**
 * Writes the product of `panelRows` rows of a and of 8 columns of a packed panel, or adds it to what is there. Rows of a are
 * packed too, or lie d1, d2 and so on bytes behind the first. Unrolling it would take registers that it does not have.
 */
// @ts-ignore: decorator
@inline
function multiplyAt(
  a: usize, d1: usize, d2: usize, d3: usize, d4: usize, d5: usize, isPacked: bool, b: usize, depth: i32, c: usize, cRow: usize, accumulate: bool,
): void {
  const c1 = c + cRow, c2 = c1 + cRow, c3 = c2 + cRow, c4 = c3 + cRow, c5 = c4 + cRow;
  // Where there is nothing to add to, what is loaded is masked: after a branch the engine would not join the sums.
  const kept = i32x4.splat(-<i32>accumulate), none = f32x4.splat(0);
  let c00 = v128.and(v128.load(c), kept), c01 = v128.and(v128.load(c, 16), kept);
  let c10 = v128.and(v128.load(c1), kept), c11 = v128.and(v128.load(c1, 16), kept);
  let c20 = v128.and(v128.load(c2), kept), c21 = v128.and(v128.load(c2, 16), kept);
  let c30 = v128.and(v128.load(c3), kept), c31 = v128.and(v128.load(c3, 16), kept);
  let c40 = none, c41 = none, c50 = none, c51 = none;
  if (panelRows == 6) {
    c40 = v128.and(v128.load(c4), kept);
    c41 = v128.and(v128.load(c4, 16), kept);
    c50 = v128.and(v128.load(c5), kept);
    c51 = v128.and(v128.load(c5, 16), kept);
  }
  const step: usize = isPacked ? panelRows << 2 : 4;
  for (const end = a + <usize>depth * step; a < end; a += step, b += panelColumns << 2) {
    const left = v128.load(b), right = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = madd(c00, x, left);
    c01 = madd(c01, x, right);
    x = isPacked ? v128.load32_splat(a, 4) : v128.load32_splat(a + d1);
    c10 = madd(c10, x, left);
    c11 = madd(c11, x, right);
    x = isPacked ? v128.load32_splat(a, 8) : v128.load32_splat(a + d2);
    c20 = madd(c20, x, left);
    c21 = madd(c21, x, right);
    x = isPacked ? v128.load32_splat(a, 12) : v128.load32_splat(a + d3);
    c30 = madd(c30, x, left);
    c31 = madd(c31, x, right);
    if (panelRows == 6) {
      x = isPacked ? v128.load32_splat(a, 16) : v128.load32_splat(a + d4);
      c40 = madd(c40, x, left);
      c41 = madd(c41, x, right);
      x = isPacked ? v128.load32_splat(a, 20) : v128.load32_splat(a + d5);
      c50 = madd(c50, x, left);
      c51 = madd(c51, x, right);
    }
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c1, c10);
  v128.store(c1, c11, 16);
  v128.store(c2, c20);
  v128.store(c2, c21, 16);
  v128.store(c3, c30);
  v128.store(c3, c31, 16);
  if (panelRows == 6) {
    v128.store(c4, c40);
    v128.store(c4, c41, 16);
    v128.store(c5, c50);
    v128.store(c5, c51, 16);
  }
}

/** The same for a panel of 16 columns: its 24 sums take 12 registers where the engine joins pairs of vectors, and would not fit elsewhere. */
// @ts-ignore: decorator
@inline
function multiplyWideAt(
  a: usize, d1: usize, d2: usize, d3: usize, d4: usize, d5: usize, isPacked: bool, b: usize, depth: i32, c: usize, cRow: usize, accumulate: bool,
): void {
  const c1 = c + cRow, c2 = c1 + cRow, c3 = c2 + cRow, c4 = c3 + cRow, c5 = c4 + cRow;
  const kept = i32x4.splat(-<i32>accumulate);
  let c00 = v128.and(v128.load(c), kept), c01 = v128.and(v128.load(c, 16), kept);
  let c02 = v128.and(v128.load(c, 32), kept), c03 = v128.and(v128.load(c, 48), kept);
  let c10 = v128.and(v128.load(c1), kept), c11 = v128.and(v128.load(c1, 16), kept);
  let c12 = v128.and(v128.load(c1, 32), kept), c13 = v128.and(v128.load(c1, 48), kept);
  let c20 = v128.and(v128.load(c2), kept), c21 = v128.and(v128.load(c2, 16), kept);
  let c22 = v128.and(v128.load(c2, 32), kept), c23 = v128.and(v128.load(c2, 48), kept);
  let c30 = v128.and(v128.load(c3), kept), c31 = v128.and(v128.load(c3, 16), kept);
  let c32 = v128.and(v128.load(c3, 32), kept), c33 = v128.and(v128.load(c3, 48), kept);
  let c40 = v128.and(v128.load(c4), kept), c41 = v128.and(v128.load(c4, 16), kept);
  let c42 = v128.and(v128.load(c4, 32), kept), c43 = v128.and(v128.load(c4, 48), kept);
  let c50 = v128.and(v128.load(c5), kept), c51 = v128.and(v128.load(c5, 16), kept);
  let c52 = v128.and(v128.load(c5, 32), kept), c53 = v128.and(v128.load(c5, 48), kept);
  const step: usize = isPacked ? panelRows << 2 : 4;
  for (const end = a + <usize>depth * step; a < end; a += step, b += panelColumns << 2) {
    const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
    let x = v128.load32_splat(a);
    c00 = madd(c00, x, b0);
    c01 = madd(c01, x, b1);
    c02 = madd(c02, x, b2);
    c03 = madd(c03, x, b3);
    x = isPacked ? v128.load32_splat(a, 4) : v128.load32_splat(a + d1);
    c10 = madd(c10, x, b0);
    c11 = madd(c11, x, b1);
    c12 = madd(c12, x, b2);
    c13 = madd(c13, x, b3);
    x = isPacked ? v128.load32_splat(a, 8) : v128.load32_splat(a + d2);
    c20 = madd(c20, x, b0);
    c21 = madd(c21, x, b1);
    c22 = madd(c22, x, b2);
    c23 = madd(c23, x, b3);
    x = isPacked ? v128.load32_splat(a, 12) : v128.load32_splat(a + d3);
    c30 = madd(c30, x, b0);
    c31 = madd(c31, x, b1);
    c32 = madd(c32, x, b2);
    c33 = madd(c33, x, b3);
    x = isPacked ? v128.load32_splat(a, 16) : v128.load32_splat(a + d4);
    c40 = madd(c40, x, b0);
    c41 = madd(c41, x, b1);
    c42 = madd(c42, x, b2);
    c43 = madd(c43, x, b3);
    x = isPacked ? v128.load32_splat(a, 20) : v128.load32_splat(a + d5);
    c50 = madd(c50, x, b0);
    c51 = madd(c51, x, b1);
    c52 = madd(c52, x, b2);
    c53 = madd(c53, x, b3);
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c, c02, 32);
  v128.store(c, c03, 48);
  v128.store(c1, c10);
  v128.store(c1, c11, 16);
  v128.store(c1, c12, 32);
  v128.store(c1, c13, 48);
  v128.store(c2, c20);
  v128.store(c2, c21, 16);
  v128.store(c2, c22, 32);
  v128.store(c2, c23, 48);
  v128.store(c3, c30);
  v128.store(c3, c31, 16);
  v128.store(c3, c32, 32);
  v128.store(c3, c33, 48);
  v128.store(c4, c40);
  v128.store(c4, c41, 16);
  v128.store(c4, c42, 32);
  v128.store(c4, c43, 48);
  v128.store(c5, c50);
  v128.store(c5, c51, 16);
  v128.store(c5, c52, 32);
  v128.store(c5, c53, 48);
}

/** A packed panel of rows and one of columns, of which `width` are multiplied: 8 or 16. */
function multiply(a: usize, b: usize, width: i32, depth: i32, c: usize, cRow: usize, accumulate: bool): void {
  if (VECTOR_BITS == 256 && width == 16) multiplyWideAt(a, 0, 0, 0, 0, 0, true, b, depth, c, cRow, accumulate);
  else multiplyAt(a, 0, 0, 0, 0, 0, true, b, depth, c, cRow, accumulate);
}

/** Rows of a as they are, `aRow` bytes apart, and a packed panel of columns. Past the last of `rows` the last one is repeated. */
function multiplyUnpacked(a: usize, aRow: usize, rows: i32, b: usize, width: i32, depth: i32, c: usize, cRow: usize, accumulate: bool): void {
  const d1 = rows > 1 ? aRow : 0, d2 = rows > 2 ? d1 + aRow : d1, d3 = rows > 3 ? d2 + aRow : d2;
  const d4 = rows > 4 ? d3 + aRow : d3, d5 = rows > 5 ? d4 + aRow : d4;
  if (VECTOR_BITS == 256 && width == 16) multiplyWideAt(a, d1, d2, d3, d4, d5, false, b, depth, c, cRow, accumulate);
  else multiplyAt(a, d1, d2, d3, d4, d5, false, b, depth, c, cRow, accumulate);
}

/**
 * Copies what earlier blocks of the depth have added up from the output into a tile at the edge: whole rows of it, beyond the last column whatever
 * lies there. Row strides in bytes.
 */
function collect(c: usize, cRow: usize, rows: i32, width: i32, tile: usize, tileRow: usize): void {
  for (const end = c + <usize>rows * cRow; c < end; c += cRow, tile += tileRow) copyLanes(c, width, tile);
}

/** Writes the valid part of a tile to c, and finishes it in the `last` pass over the depth. Row strides in bytes. */
function place(tile: usize, tileRow: usize, rows: i32, columns: i32, c: usize, cRow: usize, last: bool, addend: usize, addendRow: usize, addendStep: usize, slope: f32): void {
  for (const end = c + <usize>rows * cRow; c < end; c += cRow, tile += tileRow, addend += addendRow) {
    for (let j = 0; j < columns; j += 4) {
      const plus = addend ? addend + <usize>j * addendStep : 0;
      finish(c + (<usize>j << 2), 4, min(4, columns - j), v128.load(tile + (<usize>j << 2)), false, last, plus, addendStep, slope);
    }
  }
}

/** Adds to a whole tile, 8 or 16 columns wide, what lies side by side or, for an `addendStep` of 0, one value for each row. Row strides in bytes. */
function addRows(c: usize, cRow: usize, width: i32, addend: usize, addendRow: usize, addendStep: usize): void {
  for (const end = c + <usize>panelRows * cRow; c < end; c += cRow, addend += addendRow) {
    if (addendStep) {
      for (let at: usize = 0; at < <usize>width << 2; at += 32) {
        const left = f32x4.add(v128.load(c + at), v128.load(addend + at)), right = f32x4.add(v128.load(c + at, 16), v128.load(addend + at, 16));
        v128.store(c + at, left);
        v128.store(c + at, right, 16);
      }
    } else {
      const plus = v128.load32_splat(addend);
      for (let at: usize = 0; at < <usize>width << 2; at += 32) {
        const left = f32x4.add(v128.load(c + at), plus), right = f32x4.add(v128.load(c + at, 16), plus);
        v128.store(c + at, left);
        v128.store(c + at, right, 16);
      }
    }
  }
}

/** Applies the activation to a whole tile. */
function activateRows(c: usize, cRow: usize, width: i32, slope: f32): void {
  const zero = f32x4.splat(0), factor = f32x4.splat(slope);
  for (const end = c + <usize>panelRows * cRow; c < end; c += cRow) {
    for (let at: usize = 0; at < <usize>width << 2; at += 32) {
      const left = v128.load(c + at), right = v128.load(c + at, 16);
      const leftLow = f32x4.le(left, zero), rightLow = f32x4.le(right, zero);
      if (slope == 0) {
        v128.store(c + at, v128.andnot(left, leftLow));
        v128.store(c + at, v128.andnot(right, rightLow), 16);
      } else {
        v128.store(c + at, v128.bitselect(f32x4.mul(left, factor), left, leftLow));
        v128.store(c + at, v128.bitselect(f32x4.mul(right, factor), right, rightLow), 16);
      }
    }
  }
}

/** Whether rows of a are read as they are: `readsRows` of the plan. */
// @ts-ignore: decorator
@inline
function readsRows(tilesDown: i32, aRow: usize, aDepth: usize): bool {
  return tilesDown == 1 && aDepth == 1 && (aRow & 1023) != 0;
}

/** Leaves the product of a row and of 32 columns at `to`; b is read as it is. Strides in bytes. */
function multiplyRow(a: usize, aDepth: usize, b: usize, bDepth: usize, depth: i32, to: usize): void {
  let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
  for (const end = b + <usize>depth * bDepth; b < end; b += bDepth, a += aDepth) {
    const x = v128.load32_splat(a);
    c0 = madd(c0, x, v128.load(b));
    c1 = madd(c1, x, v128.load(b, 16));
    c2 = madd(c2, x, v128.load(b, 32));
    c3 = madd(c3, x, v128.load(b, 48));
    c4 = madd(c4, x, v128.load(b, 64));
    c5 = madd(c5, x, v128.load(b, 80));
    c6 = madd(c6, x, v128.load(b, 96));
    c7 = madd(c7, x, v128.load(b, 112));
  }
  v128.store(to, c0);
  v128.store(to, c1, 16);
  v128.store(to, c2, 32);
  v128.store(to, c3, 48);
  v128.store(to, c4, 64);
  v128.store(to, c5, 80);
  v128.store(to, c6, 96);
  v128.store(to, c7, 112);
}

/** As many rows as have 8 sums, or 16 that are joined, of 16 columns each. */
const rowsAtOnce: i32 = VECTOR_BITS == 256 ? 4 : 2;

/**
 * Leaves the product of `rowsAtOnce` rows and of 16 columns at `to`, rows 64 bytes apart; b is read as it is. Strides in bytes; past the last of `rows`
 * the last one is repeated.
 */
function multiplyFewRows(a: usize, aRow: usize, aDepth: usize, rows: i32, b: usize, bDepth: usize, depth: i32, to: usize): void {
  const d1 = rows > 1 ? aRow : 0, d2 = rows > 2 ? d1 + aRow : d1, d3 = rows > 3 ? d2 + aRow : d2;
  let c00 = f32x4.splat(0), c01 = c00, c02 = c00, c03 = c00, c10 = c00, c11 = c00, c12 = c00, c13 = c00;
  let c20 = c00, c21 = c00, c22 = c00, c23 = c00, c30 = c00, c31 = c00, c32 = c00, c33 = c00;
  for (const end = b + <usize>depth * bDepth; b < end; b += bDepth, a += aDepth) {
    const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
    let x = v128.load32_splat(a);
    c00 = madd(c00, x, b0);
    c01 = madd(c01, x, b1);
    c02 = madd(c02, x, b2);
    c03 = madd(c03, x, b3);
    x = v128.load32_splat(a + d1);
    c10 = madd(c10, x, b0);
    c11 = madd(c11, x, b1);
    c12 = madd(c12, x, b2);
    c13 = madd(c13, x, b3);
    if (rowsAtOnce == 4) {
      x = v128.load32_splat(a + d2);
      c20 = madd(c20, x, b0);
      c21 = madd(c21, x, b1);
      c22 = madd(c22, x, b2);
      c23 = madd(c23, x, b3);
      x = v128.load32_splat(a + d3);
      c30 = madd(c30, x, b0);
      c31 = madd(c31, x, b1);
      c32 = madd(c32, x, b2);
      c33 = madd(c33, x, b3);
    }
  }
  v128.store(to, c00);
  v128.store(to, c01, 16);
  v128.store(to, c02, 32);
  v128.store(to, c03, 48);
  v128.store(to, c10, 64);
  v128.store(to, c11, 80);
  v128.store(to, c12, 96);
  v128.store(to, c13, 112);
  if (rowsAtOnce == 4) {
    v128.store(to, c20, 128);
    v128.store(to, c21, 144);
    v128.store(to, c22, 160);
    v128.store(to, c23, 176);
    v128.store(to, c30, 192);
    v128.store(to, c31, 208);
    v128.store(to, c32, 224);
    v128.store(to, c33, 240);
  }
}

/** Four dot products of a row with rows `stride` bytes apart; the last `lanes` to 4 repeat the first. */
function dots(a: usize, b: usize, stride: usize, lanes: i32, depth: i32): v128 {
  const b1 = b + (lanes > 1 ? stride : 0), b2 = b + (lanes > 2 ? 2 * stride : 0), b3 = b + (lanes > 3 ? 3 * stride : 0);
  let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0;
  let at: usize = 0;
  for (const end = <usize>(depth & ~3) << 2; at < end; at += 16) {
    const x = v128.load(a + at);
    c0 = madd(c0, x, v128.load(b + at));
    c1 = madd(c1, x, v128.load(b1 + at));
    c2 = madd(c2, x, v128.load(b2 + at));
    c3 = madd(c3, x, v128.load(b3 + at));
  }
  for (const end = <usize>depth << 2; at < end; at += 4) {
    const x = v128.load32_zero(a + at);
    c0 = madd(c0, x, v128.load32_zero(b + at));
    c1 = madd(c1, x, v128.load32_zero(b1 + at));
    c2 = madd(c2, x, v128.load32_zero(b2 + at));
    c3 = madd(c3, x, v128.load32_zero(b3 + at));
  }
  return sumLanesOfFour(c0, c1, c2, c3);
}

/** The same for two rows, whose eight sums are enough to hide the latency of additions: the results of the first row at `to`, then those of the second. */
function dotsOfTwo(a: usize, below: usize, b: usize, stride: usize, lanes: i32, depth: i32, to: usize): void {
  const b1 = b + (lanes > 1 ? stride : 0), b2 = b + (lanes > 2 ? 2 * stride : 0), b3 = b + (lanes > 3 ? 3 * stride : 0);
  let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0, d0 = c0, d1 = c0, d2 = c0, d3 = c0;
  let at: usize = 0;
  for (const end = <usize>(depth & ~3) << 2; at < end; at += 16) {
    const x = v128.load(a + at), y = v128.load(below + at);
    const y0 = v128.load(b + at), y1 = v128.load(b1 + at), y2 = v128.load(b2 + at), y3 = v128.load(b3 + at);
    c0 = madd(c0, x, y0);
    d0 = madd(d0, y, y0);
    c1 = madd(c1, x, y1);
    d1 = madd(d1, y, y1);
    c2 = madd(c2, x, y2);
    d2 = madd(d2, y, y2);
    c3 = madd(c3, x, y3);
    d3 = madd(d3, y, y3);
  }
  for (const end = <usize>depth << 2; at < end; at += 4) {
    const x = v128.load32_zero(a + at), y = v128.load32_zero(below + at);
    const y0 = v128.load32_zero(b + at), y1 = v128.load32_zero(b1 + at), y2 = v128.load32_zero(b2 + at), y3 = v128.load32_zero(b3 + at);
    c0 = madd(c0, x, y0);
    d0 = madd(d0, y, y0);
    c1 = madd(c1, x, y1);
    d1 = madd(d1, y, y1);
    c2 = madd(c2, x, y2);
    d2 = madd(d2, y, y2);
    c3 = madd(c3, x, y3);
    d3 = madd(d3, y, y3);
  }
  v128.store(to, sumLanesOfFour(c0, c1, c2, c3));
  v128.store(to, sumLanesOfFour(d0, d1, d2, d3), 16);
}

/** A tile of few rows where both operands run along the depth: nothing is packed. Strides in bytes. */
function multiplyRows(a: usize, aRow: usize, rows: i32, b: usize, bColumn: usize, columns: i32, depth: i32, c: usize, cRow: usize, addend: usize, addendRow: usize, addendStep: usize, slope: f32, scratch: usize): void {
  for (let j = 0; j < columns; j += 4) {
    const lanes = min(4, columns - j);
    for (let i = 0; i < rows; i += 2) {
      const down = min(2, rows - i), from = a + <usize>i * aRow, beside = b + <usize>j * bColumn;
      if (down == 2) dotsOfTwo(from, from + aRow, beside, bColumn, lanes, depth, scratch);
      else v128.store(scratch, dots(from, beside, bColumn, lanes, depth));
      const plus = addend ? addend + <usize>i * addendRow + <usize>j * addendStep : 0;
      place(scratch, 16, down, lanes, c + <usize>i * cRow + (<usize>j << 2), cRow, true, plus, plus ? addendRow : 0, addendStep, slope);
    }
  }
}

/**
 * Packs operands of a product of [m, k] and [k, n] whole, for all tiles: a's panels, then b's, unless `n` is 0. An item is eight
 * panels of a or 64 columns of b. Strides in elements.
 */
export function packOperands(begin: i32, end: i32, scratch: usize, args: PackOperandsArguments): void {
  const { a, b, packed, m, n, k, aRow, aDepth, bDepth, bColumn } = args;
  const panelA = panelBytes(k, panelRows), panelB = panelBytes(k, panelColumns), panelsA = (m + panelRows - 1) / panelRows, groupsA = (panelsA + 7) >> 3;
  for (let item = begin; item < end; item++) {
    if (item < groupsA) {
      const row = item * 8 * panelRows;
      pack(a + ((<usize>row * aRow) << 2), min(8 * panelRows, m - row), aRow << 2, k, aDepth << 2, panelRows, packed + <usize>(item << 3) * panelA, panelA);
    } else {
      const column = item - groupsA << 6;
      pack(
        b + ((<usize>column * bColumn) << 2), min(64, n - column), bColumn << 2, k, bDepth << 2, panelColumns,
        packed + <usize>panelsA * panelA + <usize>(column >> columnsShift) * panelB, panelB,
      );
    }
  }
}

/**
 * c = activation(a b + addend), batched. Starts and strides are in elements, 0 where an operand is broadcast; an item is a tile of
 * `tileRows` by `tileColumns`, with the rows of one column of tiles side by side; `depthBlock` is what is multiplied at a time. Each
 * tile packs what is not in `packed`, which has both operands, or just a where there is one row of tiles, and what is not read as it is.
 */
export function matmul(begin: i32, end: i32, scratch: usize, args: MatmulArguments): void {
  const { packed, m, n, k, tileRows, tileColumns, depthBlock, slope } = args;
  const { aRow, aDepth, bDepth, bColumn, addendRow, addendColumn } = args;
  const { inner, aOuter, aInner, bOuter, bInner, addendOuter, addendInner } = args;
  const tilesDown = (m + tileRows - 1) / tileRows, tilesAcross = (n + tileColumns - 1) / tileColumns;
  const hasB = packed && tilesDown > 1;
  const keepsRows = readsRows(tilesDown, aRow, aDepth);
  const stepA = panelBytes(packed ? k : depthBlock, panelRows), stepB = panelBytes(hasB ? k : depthBlock, panelColumns);
  const ownA = scratch + MatmulSizes.tileBytes, ownB = packed || keepsRows ? ownA : ownA + <usize>((tileRows + panelRows - 1) / panelRows) * stepA;
  const allB = packed + <usize>((m + panelRows - 1) / panelRows) * stepA;
  const downA = keepsRows ? <usize>panelRows * aRow << 2 : stepA;
  const a = args.a + (args.startA << 2), b = args.b + (args.startB << 2), c = args.c + (args.startC << 2);
  const addend = args.addend ? args.addend + (args.startAddend << 2) : 0;
  const cRow = <usize>n << 2, isFinished = addend != 0 || slope != 1;
  for (let item = begin; item < end; item++) {
    const row = (item % tilesDown) * tileRows, rows = min(tileRows, m - row);
    const column = ((item / tilesDown) % tilesAcross) * tileColumns, columns = min(tileColumns, n - column);
    const batch = item / (tilesDown * tilesAcross);
    const outer = <usize>(batch / inner), within = <usize>(batch % inner);
    const fromA = a + ((outer * aOuter + within * aInner + <usize>row * aRow) << 2);
    const fromB = b + ((outer * bOuter + within * bInner + <usize>column * bColumn) << 2);
    const toC = c + (((<usize>batch * m + row) * n + column) << 2);
    const plus = addend + (addend ? (outer * addendOuter + within * addendInner + <usize>row * addendRow + <usize>column * addendColumn) << 2 : 0);
    if (m <= MatmulSizes.fewRows && aDepth == 1 && bDepth == 1) {
      multiplyRows(fromA, aRow << 2, rows, fromB, bColumn << 2, columns, k, toC, cRow, plus, addendRow << 2, addendColumn << 2, slope, scratch);
      continue;
    }
    // Few rows of a do not pay for packing b, where it can be read as it is.
    const isRow = m == 1, step = isRow ? 32 : 16;
    const direct = m <= MatmulSizes.fewRows && bColumn == 1 ? columns & -step : 0;
    for (let j = 0; j < direct; j += step) {
      for (let i = 0; i < rows; i += isRow ? 1 : rowsAtOnce) {
        const from = fromA + ((<usize>i * aRow) << 2), down = isRow ? 1 : min(rowsAtOnce, rows - i);
        if (isRow) multiplyRow(from, aDepth << 2, fromB + (<usize>j << 2), bDepth << 2, k, scratch);
        else multiplyFewRows(from, aRow << 2, aDepth << 2, down, fromB + (<usize>j << 2), bDepth << 2, k, scratch);
        const beside = plus + (plus ? (<usize>i * addendRow + <usize>j * addendColumn) << 2 : 0), besideRow = plus ? addendRow << 2 : 0;
        place(scratch, 64, down, step, toC + ((<usize>i * n + j) << 2), cRow, true, beside, besideRow, addendColumn << 2, slope);
      }
    }
    if (columns == direct) continue;
    // Runs once for an empty depth too: the sum of nothing is zero.
    let first = 0;
    do {
      const depth = min(depthBlock, k - first), last = first + depth == k;
      let firstA = ownA, firstB = ownB;
      if (keepsRows) firstA = fromA + (<usize>first << 2);
      else if (packed) firstA = packed + <usize>(row / panelRows) * stepA + <usize>(first * panelRows << 2);
      else pack(fromA + ((<usize>first * aDepth) << 2), rows, aRow << 2, depth, aDepth << 2, panelRows, ownA, stepA);
      if (hasB) {
        firstB = allB + <usize>(column >> columnsShift) * stepB + (<usize>(first << columnsShift) << 2);
      } else {
        pack(fromB + ((<usize>first * bDepth + <usize>direct * bColumn) << 2), columns - direct, bColumn << 2, depth, bDepth << 2, panelColumns, ownB, stepB);
      }
      const panelsDown = (rows + panelRows - 1) / panelRows, panelsAcross = (columns - direct + panelColumns - 1) >> columnsShift;
      for (let index = 0; index < panelsDown * panelsAcross; index++) {
        // The panel that stays in the first-level cache is one of columns, or the rows that are not packed: they are fetched less well.
        const panelRow = keepsRows ? index / panelsAcross : index % panelsDown, panelColumn = keepsRows ? index % panelsAcross : index / panelsDown;
        const i = panelRow * panelRows, j = direct + (panelColumn << columnsShift);
        const panelA = firstA + <usize>panelRow * downA, panelB = firstB + <usize>panelColumn * stepB;
        const down = min(panelRows, rows - i), across = min(panelColumns, columns - j), to = toC + ((<usize>i * n + j) << 2);
        // Half a panel at the edge is multiplied as one of 8 columns.
        const width = across > 8 ? panelColumns : 8, isWhole = down == panelRows && across == width;
        const sum = isWhole ? to : scratch, sumRow = isWhole ? cRow : <usize>(panelColumns << 2);
        if (!isWhole && first) collect(to, cRow, down, width, sum, sumRow);
        if (keepsRows) multiplyUnpacked(panelA, aRow << 2, down, panelB, width, depth, sum, sumRow, first > 0);
        else multiply(panelA, panelB, width, depth, sum, sumRow, first > 0);
        if (isWhole && !(last && isFinished)) continue;
        const beside = plus + (plus ? (<usize>i * addendRow + <usize>j * addendColumn) << 2 : 0), besideRow = plus ? addendRow << 2 : 0;
        if (isWhole && (!plus || addendColumn <= 1)) {
          if (plus) addRows(sum, sumRow, width, beside, besideRow, addendColumn << 2);
          if (slope != 1) activateRows(sum, sumRow, width, slope);
        } else {
          place(sum, sumRow, down, across, to, cRow, last, beside, besideRow, addendColumn << 2, slope);
        }
      }
      first += depth;
    } while (first < k);
  }
}
