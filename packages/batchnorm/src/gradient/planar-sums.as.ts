// The first pass of the gradient over a part of a channel: sums of dz and of dz * (x - centre). On the way it writes what later
// passes would read again: dz, the gradient of the residual, and dx where the statistics do not depend on x.

import { relu } from "../kernels/activation.as";
import { lanesBefore, loadLanes, storeLanes, sumLanes } from "../kernels/lanes.as";
import { gradientOfZ } from "./gradient-of-z.as";

/** Adds the sums of a tile to the two f64 at `sums`. Rows advance together, like those of the statistics. */
@inline
function addTile(
  sums: usize, dy: usize, x: usize, y: usize, dz: usize, dx: usize, rows: usize, columns: usize, stride: usize,
  activation: i32, centre: v128, factor: v128, offset: v128, slope: v128,
): void {
  const height = rows * stride;
  const end = columns * 4;
  let column: usize = 0;
  let s0 = f32x4.splat(0), s1 = s0, q0 = s0, q1 = s0;
  for (; column < (end & ~31); column += 32) {
    for (let at = column; at < column + height; at += stride) {
      const x0 = v128.load(x + at), x1 = v128.load(x + at, 16);
      const z0 = gradientOfZ(dy + at, x0, y ? y + at : 0, 0, activation, centre, factor, offset, slope);
      const z1 = gradientOfZ(dy + at + 16, x1, y ? y + at + 16 : 0, 0, activation, centre, factor, offset, slope);
      s0 = f32x4.add(s0, z0);
      s1 = f32x4.add(s1, z1);
      q0 = f32x4.add(q0, f32x4.mul(z0, f32x4.sub(x0, centre)));
      q1 = f32x4.add(q1, f32x4.mul(z1, f32x4.sub(x1, centre)));
      if (dz) {
        v128.store(dz + at, z0);
        v128.store(dz + at, z1, 16);
      }
      if (dx) {
        v128.store(dx + at, f32x4.mul(z0, factor));
        v128.store(dx + at, f32x4.mul(z1, factor), 16);
      }
    }
  }
  for (; column < end; column += 16) {
    const lanes = lanesBefore(column, end);
    for (let at = column; at < column + height; at += stride) {
      const value = loadLanes(x + at, lanes);
      const z = gradientOfZ(dy + at, value, y ? y + at : 0, lanes, activation, centre, factor, offset, slope);
      s0 = f32x4.add(s0, z);
      q0 = f32x4.add(q0, f32x4.mul(z, f32x4.sub(value, centre)));
      if (dz) storeLanes(dz + at, z, lanes);
      if (dx) storeLanes(dx + at, f32x4.mul(z, factor), lanes);
    }
  }
  store<f64>(sums, load<f64>(sums) + sumLanes(f32x4.add(s0, s1)));
  store<f64>(sums, load<f64>(sums, 8) + sumLanes(f32x4.add(q0, q1)), 8);
}

@inline
function addTiles(
  sums: usize, dy: usize, x: usize, y: usize, dz: usize, dx: usize, tile: usize, endTile: usize,
  channels: usize, rows: usize, columns: usize, tileRows: usize, tileColumns: usize,
  activation: i32, centre: v128, factor: v128, offset: v128, slope: v128,
): void {
  const stride = channels * columns * 4;
  const perRow = (columns + tileColumns - 1) / tileColumns;
  for (; tile < endTile; tile++) {
    const row = tile / perRow * tileRows;
    const column = tile % perRow * tileColumns;
    const at = row * stride + column * 4;
    addTile(
      sums, dy + at, x + at, y ? y + at : 0, dz ? dz + at : 0, dx ? dx + at : 0,
      min(tileRows, rows - row), min(tileColumns, columns - column), stride, activation, centre, factor, offset, slope,
    );
  }
}

/** Leaves two f64 at `sums`. The commonest forms have loops of their own, without branches. */
function planarSums(
  sums: usize, dy: usize, x: usize, y: usize, dz: usize, dx: usize, tile: usize, endTile: usize,
  channels: usize, rows: usize, columns: usize, tileRows: usize, tileColumns: usize,
  activation: i32, centre: v128, factor: v128, offset: v128, slope: v128,
): void {
  store<f64>(sums, 0);
  store<f64>(sums, 0, 8);
  if (!activation && !dz && !dx) {
    addTiles(sums, dy, x, 0, 0, 0, tile, endTile, channels, rows, columns, tileRows, tileColumns, 0, centre, factor, offset, slope);
  } else if (activation == relu && !y && !dz && !dx) {
    addTiles(sums, dy, x, 0, 0, 0, tile, endTile, channels, rows, columns, tileRows, tileColumns, relu, centre, factor, offset, slope);
  } else {
    addTiles(sums, dy, x, y, dz, dx, tile, endTile, channels, rows, columns, tileRows, tileColumns, activation, centre, factor, offset, slope);
  }
}

export { planarSums };
