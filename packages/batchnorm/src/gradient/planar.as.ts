// Both passes over tiles `tile` to `endTile` of a channel. Rows of a tile advance together, a cache line at a time.

import { relu } from "../kernels/activation.as";
import { lanesBefore, staggerOf, sum4, sumLanes } from "../kernels/lanes.as";
import { applyFour, applyOne } from "./apply.as";
import { gradientOfZ, products, sumOne, writeFour } from "./sum.as";

@inline
function sumTiles(
  totals: usize, dy: usize, x: usize, y: usize, dz: usize, dx: usize, tile: usize, endTile: usize,
  channels: usize, rows: usize, columns: usize, tileRows: usize, tileColumns: usize,
  activation: i32, centre: v128, factor: v128, offset: v128, slope: v128,
): void {
  const sums = totals + 16;
  const stride = channels * columns * 4;
  const perRow = (columns + tileColumns - 1) / tileColumns;
  let sum: f64 = 0, product: f64 = 0;
  for (; tile < endTile; tile++) {
    const row = tile / perRow * tileRows;
    const first = tile % perRow * tileColumns;
    const height = min(tileRows, rows - row) * stride;
    const end = row * stride + min(columns, first + tileColumns) * 4;
    const start = row * stride + first * 4;
    const wide = (end - start) & ~63, shift = staggerOf(wide, min(tileRows, rows - row));
    let s = f32x4.splat(0), q = s;
    for (let line: usize = 0; line < wide; line += 64) {
      let place = line;
      for (let from = start; from < start + height; from += stride) {
        const at = from + place;
        const x0 = v128.load(x + at), x1 = v128.load(x + at, 16), x2 = v128.load(x + at, 32), x3 = v128.load(x + at, 48);
        const z0 = gradientOfZ(activation, y ? y + at : 0, 0, x0, v128.load(dy + at), centre, factor, offset, slope);
        const z1 = gradientOfZ(activation, y ? y + at + 16 : 0, 0, x1, v128.load(dy + at, 16), centre, factor, offset, slope);
        const z2 = gradientOfZ(activation, y ? y + at + 32 : 0, 0, x2, v128.load(dy + at, 32), centre, factor, offset, slope);
        const z3 = gradientOfZ(activation, y ? y + at + 48 : 0, 0, x3, v128.load(dy + at, 48), centre, factor, offset, slope);
        s = f32x4.add(s, sum4(z0, z1, z2, z3));
        q = f32x4.add(q, products(z0, z1, z2, z3, x0, x1, x2, x3, centre));
        writeFour(dz ? dz + at : 0, dx ? dx + at : 0, 16, z0, z1, z2, z3, factor);
        place += shift;
        if (place >= wide) place -= wide;
      }
    }
    v128.store(sums, s);
    v128.store(sums, q, 16);
    for (let column = start + wide; column < end; column += 16) {
      const lanes = lanesBefore(column, end);
      for (let at = column; at < column + height; at += stride) {
        sumOne(sums, 16, dy + at, x + at, y ? y + at : 0, dz ? dz + at : 0, dx ? dx + at : 0, lanes, activation, centre, factor, offset, slope);
      }
    }
    sum += sumLanes(v128.load(sums));
    product += sumLanes(v128.load(sums, 16));
  }
  store<f64>(totals, sum);
  store<f64>(totals, product, 8);
}

@inline
function applyTiles(
  dx: usize, dy: usize, x: usize, tile: usize, endTile: usize,
  channels: usize, rows: usize, columns: usize, tileRows: usize, tileColumns: usize,
  activation: i32, centre: v128, factor: v128, offset: v128, slope: v128, linear: v128, constant: v128,
): void {
  const stride = channels * columns * 4;
  const perRow = (columns + tileColumns - 1) / tileColumns;
  while (endTile > tile) {
    endTile--;
    const row = endTile / perRow * tileRows;
    const first = endTile % perRow * tileColumns;
    const height = min(tileRows, rows - row) * stride;
    const end = row * stride + min(columns, first + tileColumns) * 4;
    const start = row * stride + first * 4;
    const wide = (end - start) & ~63, shift = staggerOf(wide, min(tileRows, rows - row));
    for (let line: usize = 0; line < wide; line += 64) {
      let place = line;
      for (let from = start; from < start + height; from += stride) {
        const at = from + place;
        applyFour(dx + at, dy + at, x + at, 16, activation, centre, factor, offset, slope, linear, constant);
        place += shift;
        if (place >= wide) place -= wide;
      }
    }
    for (let column = start + wide; column < end; column += 16) {
      const lanes = lanesBefore(column, end);
      for (let at = column; at < column + height; at += stride) {
        applyOne(dx + at, dy + at, x + at, lanes, activation, centre, factor, offset, slope, linear, constant);
      }
    }
  }
}

/** Leaves two f64 at `totals`, and uses 32 bytes behind them. The commonest forms have loops of their own, without branches. */
function planarSums(
  totals: usize, dy: usize, x: usize, y: usize, dz: usize, dx: usize, tile: usize, endTile: usize,
  channels: usize, rows: usize, columns: usize, tileRows: usize, tileColumns: usize,
  activation: i32, centre: v128, factor: v128, offset: v128, slope: v128,
): void {
  const isPlain = !y && !dz && !dx;
  if (isPlain && !activation) {
    sumTiles(totals, dy, x, 0, 0, 0, tile, endTile, channels, rows, columns, tileRows, tileColumns, 0, centre, factor, offset, slope);
  } else if (isPlain && activation == relu) {
    sumTiles(totals, dy, x, 0, 0, 0, tile, endTile, channels, rows, columns, tileRows, tileColumns, relu, centre, factor, offset, slope);
  } else {
    sumTiles(totals, dy, x, y, dz, dx, tile, endTile, channels, rows, columns, tileRows, tileColumns, activation, centre, factor, offset, slope);
  }
}

/** Writes dx, from the last tile to the first: what was summed last is still in the cache. */
function planarApply(
  dx: usize, dy: usize, x: usize, tile: usize, endTile: usize,
  channels: usize, rows: usize, columns: usize, tileRows: usize, tileColumns: usize,
  activation: i32, centre: v128, factor: v128, offset: v128, slope: v128, linear: v128, constant: v128,
): void {
  if (!activation) {
    applyTiles(dx, dy, x, tile, endTile, channels, rows, columns, tileRows, tileColumns, 0, centre, factor, offset, slope, linear, constant);
  } else if (activation == relu) {
    applyTiles(dx, dy, x, tile, endTile, channels, rows, columns, tileRows, tileColumns, relu, centre, factor, offset, slope, linear, constant);
  } else {
    applyTiles(dx, dy, x, tile, endTile, channels, rows, columns, tileRows, tileColumns, activation, centre, factor, offset, slope, linear, constant);
  }
}

export { planarSums, planarApply };
