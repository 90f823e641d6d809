import { MatmulArguments, MatmulSizes, PackOperandsArguments } from "./matmul.kernels.as";
import { finish, madd, packAlong, sumLanesOfFour } from "./simd.as";

// Blocked matrix product (Goto and van de Geijn 2008): an item is a tile of the output; for each block of the depth its
// operands, but for rows of a that are read as they are, are packed into panels of 6 (or 4) rows and 8 columns, which the kernel multiplies in registers.


/** As many as 15 registers allow beside 8 columns; where a product takes a register before it is added, four. */
const panelRows: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 4;

/**
 * Panels lie an odd number of cache lines apart: at a power of two they would all fall into the same few sets. Packing six lanes
 * writes two floats beyond the last row, which must not reach the next panel: another thread may have packed it.
 */
// @ts-ignore: decorator
@inline
function panelBytes(depth: i32, width: i32): usize {
  return ((<usize>(depth * width + 2) << 2) + 63 & ~63) | 64;
}

/** Copies up to `width` contiguous lanes, 4, 6 or 8, and zeros after them. */
// @ts-ignore: decorator
@inline
function copyLanes(source: usize, lanes: i32, width: i32, target: usize): void {
  if (lanes >= width) {
    v128.store(target, v128.load(source));
    if (width == 8) v128.store(target, v128.load(source, 16), 16);
    if (width == 6) store<u64>(target, load<u64>(source, 16), 16);
  } else {
    for (let lane = 0; lane < width; lane++) {
      store<f32>(target + (<usize>lane << 2), lane < lanes ? load<f32>(source + (<usize>lane << 2)) : 0);
    }
  }
}

/** Packs lanes that are contiguous in the source: along its rows, which the processor prefetches. */
function packAcross(source: usize, count: i32, depth: i32, depthStride: usize, width: i32, target: usize, panel: usize): void {
  const step = <usize>width << 2;
  for (let d = 0; d < depth; d++, source += depthStride, target += step) {
    let to = target;
    for (let lane = 0; lane < count; lane += width, to += panel) {
      copyLanes(source + (<usize>lane << 2), count - lane, width, to);
    }
  }
}

/** Packs `count` lanes, rows of a or columns of b, into panels of `width`, `panel` bytes apart. One of the strides, in bytes, is 4. */
function pack(source: usize, count: i32, laneStride: usize, depth: i32, depthStride: usize, width: i32, target: usize, panel: usize): void {
  if (laneStride == 4) return packAcross(source, count, depth, depthStride, width, target, panel);
  for (let lane = 0; lane < count; lane += width, target += panel) {
    // Backwards: the second quad of six lanes reaches into the next row, which the first one then sets right.
    for (let quad = (width - 1) & ~3; quad >= 0; quad -= 4) {
      packAlong(source + <usize>(lane + quad) * laneStride, count - lane - quad, laneStride, depth, target + (<usize>quad << 2), <usize>width << 2);
    }
  }
}

/**
 * Writes the product of `panelRows` rows of a and of a packed panel of 8 columns, or adds it to what is there. Rows of a are
 * packed too, or lie d1, d2 and so on bytes behind the first. Unrolling it would take registers that it does not have.
 */
// @ts-ignore: decorator
@inline
function multiplyAt(
  a: usize, d1: usize, d2: usize, d3: usize, d4: usize, d5: usize, isPacked: bool, b: usize, depth: i32, c: usize, cRow: usize, accumulate: bool,
): void {
  const c1 = c + cRow, c2 = c1 + cRow, c3 = c2 + cRow, c4 = c3 + cRow, c5 = c4 + cRow;
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  let c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  if (accumulate) {
    c00 = v128.load(c);
    c01 = v128.load(c, 16);
    c10 = v128.load(c1);
    c11 = v128.load(c1, 16);
    c20 = v128.load(c2);
    c21 = v128.load(c2, 16);
    c30 = v128.load(c3);
    c31 = v128.load(c3, 16);
    if (panelRows == 6) {
      c40 = v128.load(c4);
      c41 = v128.load(c4, 16);
      c50 = v128.load(c5);
      c51 = v128.load(c5, 16);
    }
  }
  const step: usize = isPacked ? panelRows << 2 : 4;
  for (const end = a + <usize>depth * step; a < end; a += step, b += 32) {
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

/** A packed panel of rows and one of columns. */
function multiply(a: usize, b: usize, depth: i32, c: usize, cRow: usize, accumulate: bool): void {
  multiplyAt(a, 0, 0, 0, 0, 0, true, b, depth, c, cRow, accumulate);
}

/** Rows of a as they are, `aRow` bytes apart, and a packed panel of columns. Past the last of `rows` the last one is repeated. */
function multiplyUnpacked(a: usize, aRow: usize, rows: i32, b: usize, depth: i32, c: usize, cRow: usize, accumulate: bool): void {
  const d1 = rows > 1 ? aRow : 0, d2 = rows > 2 ? d1 + aRow : d1, d3 = rows > 3 ? d2 + aRow : d2;
  const d4 = rows > 4 ? d3 + aRow : d3, d5 = rows > 5 ? d4 + aRow : d4;
  multiplyAt(a, d1, d2, d3, d4, d5, false, b, depth, c, cRow, accumulate);
}

/** Finishes the valid part of a tile and writes it to c, which it may be. Row strides in bytes. */
function place(tile: usize, tileRow: usize, rows: i32, columns: i32, c: usize, cRow: usize, accumulate: bool, last: bool, addend: usize, addendRow: usize, addendStep: usize, slope: f32): void {
  const left = min(4, columns), right = columns - left, beside = addend ? 4 * addendStep : <usize>0;
  for (const end = c + <usize>rows * cRow; c < end; c += cRow, tile += tileRow, addend += addendRow) {
    finish(c, 4, left, v128.load(tile), accumulate, last, addend, addendStep, slope);
    if (right) finish(c + 16, 4, right, v128.load(tile, 16), accumulate, last, addend + beside, addendStep, slope);
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
 * Packs operands of a product of [m, k] and [k, n] whole, for all tiles: a's panels, then b's, unless `n` is 0. An item is eight
 * panels of one of them. Strides in elements.
 */
export function packOperands(begin: i32, end: i32, scratch: usize, args: PackOperandsArguments): void {
  const { a, b, packed, m, n, k, aRow, aDepth, bDepth, bColumn } = args;
  const panelA = panelBytes(k, panelRows), panelB = panelBytes(k, 8), panelsA = (m + panelRows - 1) / panelRows, groupsA = (panelsA + 7) >> 3;
  for (let item = begin; item < end; item++) {
    if (item < groupsA) {
      const row = item * 8 * panelRows;
      pack(a + ((<usize>row * aRow) << 2), min(8 * panelRows, m - row), aRow << 2, k, aDepth << 2, panelRows, packed + <usize>(item << 3) * panelA, panelA);
    } else {
      const column = item - groupsA << 6;
      pack(
        b + ((<usize>column * bColumn) << 2), min(64, n - column), bColumn << 2, k, bDepth << 2, 8,
        packed + <usize>panelsA * panelA + <usize>(column >> 3) * panelB, panelB,
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
  const stepA = panelBytes(packed ? k : depthBlock, panelRows), stepB = panelBytes(hasB ? k : depthBlock, 8);
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
      multiplyRows(fromA, aRow << 2, rows, fromB, bColumn << 2, columns, k, toC, cRow, plus, addendRow << 2, addendColumn << 2, slope);
      continue;
    }
    // Few rows of a do not pay for packing b, where it can be read as it is.
    const direct = m <= MatmulSizes.fewRows && bColumn == 1 ? columns & ~31 : 0;
    for (let j = 0; j < direct; j += 32) {
      for (let i = 0; i < rows; i++) {
        multiplyRow(fromA + ((<usize>i * aRow) << 2), aDepth << 2, fromB + (<usize>j << 2), bDepth << 2, k, scratch);
        for (let part = j; part < j + 32; part += 8) {
          const beside = plus + (plus ? (<usize>i * addendRow + <usize>part * addendColumn) << 2 : 0);
          place(scratch + (<usize>(part - j) << 2), 0, 1, 8, toC + ((<usize>i * n + part) << 2), cRow, false, true, beside, 0, addendColumn << 2, slope);
        }
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
        firstB = allB + <usize>(column >> 3) * stepB + <usize>(first << 5);
      } else {
        pack(fromB + ((<usize>first * bDepth + <usize>direct * bColumn) << 2), columns - direct, bColumn << 2, depth, bDepth << 2, 8, ownB, stepB);
      }
      const panelsDown = (rows + panelRows - 1) / panelRows, panelsAcross = (columns - direct + 7) >> 3;
      for (let index = 0; index < panelsDown * panelsAcross; index++) {
        // The panel that stays in the first-level cache is one of columns, or the rows that are not packed: they are fetched less well.
        const panelRow = keepsRows ? index / panelsAcross : index % panelsDown, panelColumn = keepsRows ? index % panelsAcross : index / panelsDown;
        const i = panelRow * panelRows, j = direct + (panelColumn << 3);
        const panelA = firstA + <usize>panelRow * downA, panelB = firstB + <usize>panelColumn * stepB;
        const down = min(panelRows, rows - i), across = min(8, columns - j), to = toC + ((<usize>i * n + j) << 2);
        const isWhole = down == panelRows && across == 8;
        const sum = isWhole ? to : scratch, sumRow = isWhole ? cRow : <usize>32;
        if (keepsRows) multiplyUnpacked(panelA, aRow << 2, down, panelB, depth, sum, sumRow, isWhole && first > 0);
        else multiply(panelA, panelB, depth, sum, sumRow, isWhole && first > 0);
        if (isWhole && !(last && isFinished)) continue;
        place(
          sum, sumRow, down, across, to, cRow, !isWhole && first > 0, last,
          plus + (plus ? (<usize>i * addendRow + <usize>j * addendColumn) << 2 : 0), plus ? addendRow << 2 : 0, addendColumn << 2, slope,
        );
      }
      first += depth;
    } while (first < k);
  }
}
