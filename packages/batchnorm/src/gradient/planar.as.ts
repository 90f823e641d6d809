// Both passes over tiles `tile` to `endTile` of `count` neighbouring channels. Rows of a tile advance together, a cache line at a time.

import { floorOf, relu } from "../kernels/activation.as";
import { lanesBefore, staggerOf, sum4, sumLanes } from "../kernels/lanes.as";
import { applyFour, applyOne } from "./apply.as";
import { gradientOfZ, products, sumOne, writeFour } from "./sum.as";

/** Two sums of a channel in f64, then in f32: centre, factor, offset, the linear term and the constant. */
const cellBytes: usize = 40;

@inline
function sumTiles(
  cells: usize, sums: usize, dy: usize, x: usize, y: usize, dz: usize, dx: usize, count: usize, tile: usize, endTile: usize,
  channels: usize, rows: usize, columns: usize, tileRows: usize, tileColumns: usize, activation: i32, slope: v128,
): void {
  const stride = channels * columns * 4;
  const perRow = (columns + tileColumns - 1) / tileColumns;
  // Tiles of a row of tiles: those of the first channel, of the second, and so on.
  while (tile < endTile) {
    const row = tile / perRow * tileRows;
    const height = min(tileRows, rows - row) * stride;
    const firstTile = tile % perRow, taken = min(perRow - firstTile, endTile - tile);
    for (let index: usize = 0; index < count * taken; index++) {
      const cell = cells + index / taken * cellBytes;
      const centre = v128.load32_splat(cell, 16), factor = v128.load32_splat(cell, 20), offset = v128.load32_splat(cell, 24);
      const first = (firstTile + index % taken) * tileColumns;
      const start = row * stride + (index / taken * columns + first) * 4;
      const end = start + min(columns - first, tileColumns) * 4;
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
      store<f64>(cell, load<f64>(cell) + sumLanes(v128.load(sums)));
      store<f64>(cell, load<f64>(cell, 8) + sumLanes(v128.load(sums, 16)), 8);
    }
    tile += taken;
  }
}

/** Writes dx, the last rows first: what was summed last is still in the cache. */
function planarApply(
  cells: usize, dx: usize, dy: usize, x: usize, count: usize, tile: usize, endTile: usize,
  channels: usize, rows: usize, columns: usize, tileRows: usize, tileColumns: usize, activation: i32, slope: v128,
): void {
  const stride = channels * columns * 4;
  const perRow = (columns + tileColumns - 1) / tileColumns;
  while (endTile > tile) {
    const row = (endTile - 1) / perRow, firstTile = max(tile, row * perRow);
    const first = (firstTile - row * perRow) * tileColumns, last = min(columns, (endTile - row * perRow) * tileColumns);
    const tall = min(tileRows, rows - row * tileRows), height = tall * stride;
    for (let index: usize = 0; index < count; index++) {
      const cell = cells + index * cellBytes;
      const centre = v128.load32_splat(cell, 16), factor = v128.load32_splat(cell, 20), offset = v128.load32_splat(cell, 24);
      const linear = v128.load32_splat(cell, 28), constant = v128.load32_splat(cell, 32);
      const start = row * tileRows * stride + (index * columns + first) * 4, end = start + (last - first) * 4;
      const wide = (end - start) & ~63, shift = staggerOf(wide, tall);
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
    endTile = firstTile;
  }
}

/** Adds to the sums in the cells; uses 32 bytes at `sums`. The commonest form has a loop of its own, without branches. */
function planarSums(
  cells: usize, sums: usize, dy: usize, x: usize, y: usize, dz: usize, dx: usize, count: usize, tile: usize, endTile: usize,
  channels: usize, rows: usize, columns: usize, tileRows: usize, tileColumns: usize, activation: i32, slope: v128,
): void {
  if (!y && !dz && !dx && activation <= relu) {
    sumTiles(cells, sums, dy, x, 0, 0, 0, count, tile, endTile, channels, rows, columns, tileRows, tileColumns, relu, floorOf(activation));
  } else {
    sumTiles(cells, sums, dy, x, y, dz, dx, count, tile, endTile, channels, rows, columns, tileRows, tileColumns, activation, slope);
  }
}

export { cellBytes, planarSums, planarApply };
