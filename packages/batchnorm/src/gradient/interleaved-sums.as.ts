// The first pass over a block of columns: sums of dz and of dz * (x - centre) down each column. On the way it writes what later
// passes would read again, like the planar form.

import { relu } from "../kernels/activation.as";
import { loadLanes, storeLanes } from "../kernels/lanes.as";
import { gradientOfZ } from "./gradient-of-z.as";

/** Rows whose sums run in registers, and rows whose sums run in f32. */
const bandRows: usize = 32;
const tileRows: usize = 512;

@inline
function accumulate(at: usize, value: v128): void {
  v128.store(at, f32x4.add(v128.load(at), value));
}

/** Eight columns. `coefficients` are arrays of `arrayBytes` bytes: centres, factors, offsets, sums, products. */
@inline
function sumTwoVectors(
  dy: usize, x: usize, y: usize, dz: usize, dx: usize, rows: usize, stride: usize, activation: i32,
  coefficients: usize, arrayBytes: usize, slope: v128,
): void {
  const c0 = v128.load(coefficients), c1 = v128.load(coefficients, 16);
  const f0 = v128.load(coefficients + arrayBytes), f1 = v128.load(coefficients + arrayBytes, 16);
  const o0 = v128.load(coefficients + 2 * arrayBytes), o1 = v128.load(coefficients + 2 * arrayBytes, 16);
  let s0 = f32x4.splat(0), s1 = s0, q0 = s0, q1 = s0;
  for (let at: usize = 0, end = rows * stride; at < end; at += stride) {
    const x0 = v128.load(x + at), x1 = v128.load(x + at, 16);
    const z0 = gradientOfZ(dy + at, x0, y ? y + at : 0, 0, activation, c0, f0, o0, slope);
    const z1 = gradientOfZ(dy + at + 16, x1, y ? y + at + 16 : 0, 0, activation, c1, f1, o1, slope);
    s0 = f32x4.add(s0, z0);
    s1 = f32x4.add(s1, z1);
    q0 = f32x4.add(q0, f32x4.mul(z0, f32x4.sub(x0, c0)));
    q1 = f32x4.add(q1, f32x4.mul(z1, f32x4.sub(x1, c1)));
    if (dz) {
      v128.store(dz + at, z0);
      v128.store(dz + at, z1, 16);
    }
    if (dx) {
      v128.store(dx + at, f32x4.mul(z0, f0));
      v128.store(dx + at, f32x4.mul(z1, f1), 16);
    }
  }
  accumulate(coefficients + 3 * arrayBytes, s0);
  accumulate(coefficients + 3 * arrayBytes + 16, s1);
  accumulate(coefficients + 4 * arrayBytes, q0);
  accumulate(coefficients + 4 * arrayBytes + 16, q1);
}

/** Up to four columns. */
function sumVector(
  dy: usize, x: usize, y: usize, dz: usize, dx: usize, lanes: usize, rows: usize, stride: usize, activation: i32,
  coefficients: usize, arrayBytes: usize, slope: v128,
): void {
  const centre = v128.load(coefficients), factor = v128.load(coefficients + arrayBytes), offset = v128.load(coefficients + 2 * arrayBytes);
  let s = f32x4.splat(0), q = s;
  for (let at: usize = 0, end = rows * stride; at < end; at += stride) {
    const value = loadLanes(x + at, lanes);
    const z = gradientOfZ(dy + at, value, y ? y + at : 0, lanes, activation, centre, factor, offset, slope);
    s = f32x4.add(s, z);
    q = f32x4.add(q, f32x4.mul(z, f32x4.sub(value, centre)));
    if (dz) storeLanes(dz + at, z, lanes);
    if (dx) storeLanes(dx + at, f32x4.mul(z, factor), lanes);
  }
  accumulate(coefficients + 3 * arrayBytes, s);
  accumulate(coefficients + 4 * arrayBytes, q);
}

@inline
function sumBand(
  dy: usize, x: usize, y: usize, dz: usize, dx: usize, rows: usize, columns: usize, stride: usize, activation: i32,
  coefficients: usize, arrayBytes: usize, slope: v128,
): void {
  let at: usize = 0;
  for (const stop = (columns * 4) & ~31; at < stop; at += 32) {
    sumTwoVectors(dy + at, x + at, y ? y + at : 0, dz ? dz + at : 0, dx ? dx + at : 0, rows, stride, activation, coefficients + at, arrayBytes, slope);
  }
  for (const stop = columns * 4; at < stop; at += 16) {
    sumVector(
      dy + at, x + at, y ? y + at : 0, dz ? dz + at : 0, dx ? dx + at : 0, stop - at < 16 ? columns & 3 : 0,
      rows, stride, activation, coefficients + at, arrayBytes, slope,
    );
  }
}

/** Adds the columns of each channel, in f64, to its two places at `totals`. */
function addColumns(totals: usize, columnSums: usize, arrayBytes: usize, channels: usize, inner: usize): void {
  let at = columnSums;
  for (let channel: usize = 0; channel < channels; channel++) {
    let sum: f64 = 0, product: f64 = 0;
    for (const end = at + inner * 4; at < end; at += 4) {
      sum += f64(load<f32>(at));
      product += f64(load<f32>(at + arrayBytes));
    }
    const total = totals + channel * 16;
    store<f64>(total, load<f64>(total) + sum);
    store<f64>(total, load<f64>(total, 8) + product, 8);
  }
}

/** Leaves two f64 for each channel at `totals`. The commonest forms have loops of their own, without branches. */
function interleavedSums(
  totals: usize, dy: usize, x: usize, y: usize, dz: usize, dx: usize, rows: usize, channels: usize, inner: usize, stride: usize,
  activation: i32, coefficients: usize, arrayBytes: usize, slope: v128,
): void {
  const columns = channels * inner;
  const columnSums = coefficients + 3 * arrayBytes;
  memory.fill(totals, 0, channels * 16);
  for (let tile: usize = 0; tile < rows; tile += tileRows) {
    memory.fill(columnSums, 0, 2 * arrayBytes);
    for (let row = tile; row < min(tile + tileRows, rows); row += bandRows) {
      const at = row * stride;
      const band = min(bandRows, rows - row);
      if (!activation && !dz && !dx) {
        sumBand(dy + at, x + at, 0, 0, 0, band, columns, stride, 0, coefficients, arrayBytes, slope);
      } else if (activation == relu && !y && !dx && !dz) {
        sumBand(dy + at, x + at, 0, 0, 0, band, columns, stride, relu, coefficients, arrayBytes, slope);
      } else {
        sumBand(dy + at, x + at, y ? y + at : 0, dz ? dz + at : 0, dx ? dx + at : 0, band, columns, stride, activation, coefficients, arrayBytes, slope);
      }
    }
    addColumns(totals, columnSums, arrayBytes, channels, inner);
  }
}

export { interleavedSums };
