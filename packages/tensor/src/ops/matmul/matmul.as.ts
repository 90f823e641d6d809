// Blocked matrix product (Goto and van de Geijn 2008): an item is a tile of the output; for each block of the depth both of its
// operands are packed into panels of 4 rows and 8 columns, which the kernel multiplies in registers.

import { finish, madd, packAlong, sumsOfLanes } from "./simd.as";

const tileBytes: usize = 128;
/** Up to here, packing b costs more than it saves. */
const fewRows: i32 = 8;

/** Panels lie an odd number of cache lines apart: at a power of two they would all fall into the same few sets. */
// @ts-ignore: decorator
@inline
function panelBytes(depth: i32, width: i32): usize {
  return ((<usize>(depth * width) << 2) + 63 & ~63) | 64;
}

/** Copies up to `width` contiguous lanes, zeros after them. */
// @ts-ignore: decorator
@inline
function copyLanes(source: usize, lanes: i32, width: i32, target: usize): void {
  if (lanes >= width) {
    v128.store(target, v128.load(source));
    if (width == 8) v128.store(target, v128.load(source, 16), 16);
  } else {
    for (let lane = 0; lane < width; lane++) {
      store<f32>(target + (<usize>lane << 2), lane < lanes ? load<f32>(source + (<usize>lane << 2)) : 0);
    }
  }
}

/** Packs lanes that are contiguous in the source: along its rows, which the processor prefetches. */
function packAcross(source: usize, count: i32, depth: i32, depthStride: usize, width: i32, target: usize): void {
  const step = <usize>width << 2, panel = panelBytes(depth, width);
  for (let d = 0; d < depth; d++, source += depthStride, target += step) {
    let to = target;
    for (let lane = 0; lane < count; lane += width, to += panel) {
      copyLanes(source + (<usize>lane << 2), count - lane, width, to);
    }
  }
}

/** Packs `count` lanes, rows of a or columns of b, into panels of `width`. One of the strides, in bytes, is 4. */
function pack(source: usize, count: i32, laneStride: usize, depth: i32, depthStride: usize, width: i32, target: usize): void {
  if (laneStride == 4) return packAcross(source, count, depth, depthStride, width, target);
  const panel = panelBytes(depth, width);
  for (let lane = 0; lane < count; lane += width, target += panel) {
    for (let quad = 0; quad < width; quad += 4) {
      packAlong(source + <usize>(lane + quad) * laneStride, count - lane - quad, laneStride, depth, target + (<usize>quad << 2), <usize>width << 2);
    }
  }
}

/** The product of a packed panel of 4 rows and of 8 columns, whose rows are `step` bytes apart. */
function multiply(a: usize, b: usize, step: usize, depth: i32, tile: usize): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  for (const end = a + (<usize>depth << 4); a < end; a += 16, b += step) {
    const left = v128.load(b), right = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = madd(c00, x, left);
    c01 = madd(c01, x, right);
    x = v128.load32_splat(a, 4);
    c10 = madd(c10, x, left);
    c11 = madd(c11, x, right);
    x = v128.load32_splat(a, 8);
    c20 = madd(c20, x, left);
    c21 = madd(c21, x, right);
    x = v128.load32_splat(a, 12);
    c30 = madd(c30, x, left);
    c31 = madd(c31, x, right);
  }
  v128.store(tile, c00);
  v128.store(tile, c01, 16);
  v128.store(tile, c10, 32);
  v128.store(tile, c11, 48);
  v128.store(tile, c20, 64);
  v128.store(tile, c21, 80);
  v128.store(tile, c30, 96);
  v128.store(tile, c31, 112);
}

/** Writes the valid part of a 4x8 tile. Row strides in bytes. */
function place(tile: usize, rows: i32, columns: i32, c: usize, cRow: usize, accumulate: bool, last: bool, addend: usize, addendRow: usize, addendStep: usize, slope: f32): void {
  const left = min(4, columns), right = columns - left, beside = addend ? 4 * addendStep : <usize>0;
  for (const end = c + <usize>rows * cRow; c < end; c += cRow, tile += 32, addend += addendRow) {
    finish(c, 4, left, v128.load(tile), accumulate, last, addend, addendStep, slope);
    if (right) finish(c + 16, 4, right, v128.load(tile, 16), accumulate, last, addend + beside, addendStep, slope);
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
  return sumsOfLanes(c0, c1, c2, c3);
}

/** A tile of few rows where both operands run along the depth: nothing is packed. Strides in bytes. */
function multiplyRows(a: usize, aRow: usize, rows: i32, b: usize, bColumn: usize, columns: i32, depth: i32, c: usize, cRow: usize, addend: usize, addendRow: usize, addendStep: usize, slope: f32): void {
  for (let j = 0; j < columns; j += 4) {
    const lanes = min(4, columns - j);
    for (let i = 0; i < rows; i++) {
      const sums = dots(a + <usize>i * aRow, b + <usize>j * bColumn, bColumn, lanes, depth);
      const plus = addend ? addend + <usize>i * addendRow + <usize>j * addendStep : 0;
      finish(c + <usize>i * cRow + (<usize>j << 2), 4, lanes, sums, false, true, plus, addendStep, slope);
    }
  }
}

/**
 * c = activation(a b + addend), batched. Starts and strides are in elements, 0 where an operand is broadcast; an item is a tile of
 * `tileRows` by `tileColumns`, with the rows of one column of tiles side by side; `depthBlock` is what is packed at a time.
 */
export function matmul(
  begin: i32, end: i32, scratch: usize, a: usize, b: usize, addend: usize, c: usize,
  startA: usize, startB: usize, startAddend: usize, startC: usize, m: i32, n: i32, k: i32, tileRows: i32, tileColumns: i32, depthBlock: i32,
  aRow: usize, aDepth: usize, bDepth: usize, bColumn: usize, addendRow: usize, addendColumn: usize,
  inner: i32, aOuter: usize, aInner: usize, bOuter: usize, bInner: usize, addendOuter: usize, addendInner: usize, slope: f32,
): void {
  const tilesDown = (m + tileRows - 1) / tileRows, tilesAcross = (n + tileColumns - 1) / tileColumns;
  const packedA = scratch + tileBytes;
  const packedB = packedA + <usize>((tileRows + 3) >> 2) * panelBytes(depthBlock, 4);
  a += startA << 2;
  b += startB << 2;
  c += startC << 2;
  addend += addend ? startAddend << 2 : 0;
  for (let item = begin; item < end; item++) {
    const row = (item % tilesDown) * tileRows, rows = min(tileRows, m - row);
    const column = ((item / tilesDown) % tilesAcross) * tileColumns, columns = min(tileColumns, n - column);
    const batch = item / (tilesDown * tilesAcross);
    const outer = <usize>(batch / inner), within = <usize>(batch % inner);
    const fromA = a + ((outer * aOuter + within * aInner + <usize>row * aRow) << 2);
    const fromB = b + ((outer * bOuter + within * bInner + <usize>column * bColumn) << 2);
    const toC = c + (((<usize>batch * m + row) * n + column) << 2);
    const plus = addend + (addend ? (outer * addendOuter + within * addendInner + <usize>row * addendRow + <usize>column * addendColumn) << 2 : 0);
    if (m <= fewRows && aDepth == 1 && bDepth == 1) {
      multiplyRows(fromA, aRow << 2, rows, fromB, bColumn << 2, columns, k, toC, <usize>n << 2, plus, addendRow << 2, addendColumn << 2, slope);
      continue;
    }
    // Few rows of a do not pay for packing b, where it can be read as it is.
    const direct = m <= fewRows && bColumn == 1 ? columns & ~7 : 0;
    // Runs once for an empty depth too: the sum of nothing is zero.
    let first = 0;
    do {
      const depth = min(depthBlock, k - first), last = first + depth == k;
      pack(fromA + ((<usize>first * aDepth) << 2), rows, aRow << 2, depth, aDepth << 2, 4, packedA);
      const rowsOfB = fromB + ((<usize>first * bDepth) << 2);
      pack(rowsOfB + ((<usize>direct * bColumn) << 2), columns - direct, bColumn << 2, depth, bDepth << 2, 8, packedB);
      let panelB = packedB;
      for (let j = 0; j < columns; j += 8) {
        const isDirect = j < direct;
        const from = isDirect ? rowsOfB + (<usize>j << 2) : panelB, step = isDirect ? bDepth << 2 : 32;
        let panelA = packedA;
        for (let i = 0; i < rows; i += 4, panelA += panelBytes(depth, 4)) {
          multiply(panelA, from, step, depth, scratch);
          place(
            scratch, min(4, rows - i), min(8, columns - j), toC + ((<usize>i * n + j) << 2), <usize>n << 2, first > 0, last,
            plus + (plus ? (<usize>i * addendRow + <usize>j * addendColumn) << 2 : 0), plus ? addendRow << 2 : 0, addendColumn << 2, slope,
          );
        }
        if (!isDirect) panelB += panelBytes(depth, 8);
      }
      first += depth;
    } while (first < k);
  }
}
