// Both passes over a block of columns, four distant rows at a time. `coefficients` are five arrays of `arrayBytes`
// bytes: centres, factors, offsets, and the sums of dz and of dz * (x - centre), which the linear terms and the
// constants replace later.

import { ActivationCodes } from "../../pre-activation/wasm/activation.kernels.as";
import { affine } from "../../pre-activation/wasm/affine.as";
import { accumulate, lanesBefore, computeQuarter, madd, sum4 } from "../../cpu/lanes.as";
import { loadDoubles, storeDoubles, sumInner } from "../../cpu/pairs.as";
import { applyFour, applyOne } from "./apply.as";
import { computeGradientOfZ, sumOne, write } from "./sum.as";

/** Rows of a tile, which is summed in f32. */
const tileRows: usize = 512;

/**
 * Four vectors, `step` bytes apart, with one branch for all of them. The sum of the products lies `gap` bytes behind
 * the sum of dz.
 */
@inline
function sumFour(
  sums: usize, gap: usize, dy: usize, x: usize, y: usize, dz: usize, dx: usize, step: usize,
  activation: i32, centre: v128, factor: v128, offset: v128, slope: v128,
): void {
  const d0 = f32x4.sub(v128.load(x), centre), d1 = f32x4.sub(v128.load(x + step), centre);
  const d2 = f32x4.sub(v128.load(x + 2 * step), centre), d3 = f32x4.sub(v128.load(x + 3 * step), centre);
  let z0 = v128.load(dy), z1 = v128.load(dy + step), z2 = v128.load(dy + 2 * step), z3 = v128.load(dy + 3 * step);
  if (activation == ActivationCodes.relu) {
    z0 = computeGradientOfZ(ActivationCodes.relu, y ? v128.load(y) : affine(d0, factor, offset), z0, slope);
    z1 = computeGradientOfZ(ActivationCodes.relu, y ? v128.load(y + step) : affine(d1, factor, offset), z1, slope);
    z2 = computeGradientOfZ(ActivationCodes.relu, y ? v128.load(y + 2 * step) : affine(d2, factor, offset), z2, slope);
    z3 = computeGradientOfZ(ActivationCodes.relu, y ? v128.load(y + 3 * step) : affine(d3, factor, offset), z3, slope);
  } else if (activation) {
    z0 = computeGradientOfZ(ActivationCodes.leakyRelu, y ? v128.load(y) : affine(d0, factor, offset), z0, slope);
    z1 = computeGradientOfZ(ActivationCodes.leakyRelu, y ? v128.load(y + step) : affine(d1, factor, offset), z1, slope);
    z2 = computeGradientOfZ(ActivationCodes.leakyRelu, y ? v128.load(y + 2 * step) : affine(d2, factor, offset), z2, slope);
    z3 = computeGradientOfZ(ActivationCodes.leakyRelu, y ? v128.load(y + 3 * step) : affine(d3, factor, offset), z3, slope);
  }
  accumulate(sums, sum4(z0, z1, z2, z3));
  accumulate(sums + gap, f32x4.add(madd(f32x4.mul(z0, d0), z1, d1), madd(f32x4.mul(z2, d2), z3, d3)));
  write(dz, dx, z0, factor);
  write(dz ? dz + step : 0, dx ? dx + step : 0, z1, factor);
  write(dz ? dz + 2 * step : 0, dx ? dx + 2 * step : 0, z2, factor);
  write(dz ? dz + 3 * step : 0, dx ? dx + 3 * step : 0, z3, factor);
}

function sumTile(
  dy: usize, x: usize, y: usize, dz: usize, dx: usize, rows: usize, columns: usize, stride: usize,
  activation: i32, coefficients: usize, arrayBytes: usize, slope: v128,
): void {
  const factors = coefficients + arrayBytes, offsets = factors + arrayBytes, sums = offsets + arrayBytes;
  const end = columns * 4;
  const wide = end & ~15;
  let first: usize = 0;
  for (let left = rows; left >= 4; left = rows - first / stride) {
    const quarter = computeQuarter(left) * stride;
    for (let row = first; row < first + quarter; row += stride) {
      for (let column: usize = 0; column < wide; column += 16) {
        const at = row + column;
        sumFour(
          sums + column, arrayBytes, dy + at, x + at, y ? y + at : 0, dz ? dz + at : 0, dx ? dx + at : 0, quarter,
          activation, v128.load(coefficients + column), v128.load(factors + column), v128.load(offsets + column), slope,
        );
      }
    }
    first += 4 * quarter;
  }
  for (let column: usize = 0; column < end; column += 16) {
    const lanes = lanesBefore(column, end);
    for (let row: usize = lanes ? 0 : first; row < rows * stride; row += stride) {
      const at = row + column;
      sumOne(
        sums + column, arrayBytes, dy + at, x + at, y ? y + at : 0, dz ? dz + at : 0, dx ? dx + at : 0, lanes,
        activation, v128.load(coefficients + column), v128.load(factors + column), v128.load(offsets + column), slope,
      );
    }
  }
}

/** Adds the columns of each channel, in f64, to its two places at `totals`. */
function addColumns(totals: usize, columnSums: usize, arrayBytes: usize, channels: usize, inner: usize): void {
  for (let channel: usize = 0; channel < channels; channel += 2) {
    const from = columnSums + channel * inner * 4, total = totals + channel * 16;
    const step: usize = channel + 1 < channels ? 16 : 0, next: usize = step ? 4 : 0;
    storeDoubles(total, step, f64x2.add(loadDoubles(total, step), sumInner(from, next, inner)));
    storeDoubles(total + 8, step, f64x2.add(loadDoubles(total + 8, step), sumInner(from + arrayBytes, next, inner)));
  }
}

/** Writes two f64 for each channel to `totals`. */
function interleavedSums(
  totals: usize, dy: usize, x: usize, y: usize, dz: usize, dx: usize, rows: usize, channels: usize, inner: usize, stride: usize,
  activation: i32, coefficients: usize, arrayBytes: usize, slope: v128,
): void {
  const columnSums = coefficients + 3 * arrayBytes;
  memory.fill(totals, 0, channels * 16);
  for (let row: usize = 0; row < rows; row += tileRows) {
    const at = row * stride;
    memory.fill(columnSums, 0, 2 * arrayBytes);
    sumTile(
      dy + at, x + at, y ? y + at : 0, dz ? dz + at : 0, dx ? dx + at : 0, min(tileRows, rows - row), channels * inner, stride,
      activation, coefficients, arrayBytes, slope,
    );
    addColumns(totals, columnSums, arrayBytes, channels, inner);
  }
}

function interleavedApply(
  dx: usize, dy: usize, x: usize, rows: usize, columns: usize, stride: usize,
  activation: i32, coefficients: usize, arrayBytes: usize, slope: v128,
): void {
  const factors = coefficients + arrayBytes, offsets = factors + arrayBytes, linears = offsets + arrayBytes, constants = linears + arrayBytes;
  const end = columns * 4;
  const wide = end & ~15;
  let first: usize = 0;
  for (let left = rows; left >= 4; left = rows - first / stride) {
    const quarter = computeQuarter(left) * stride;
    for (let row = first; row < first + quarter; row += stride) {
      for (let column: usize = 0; column < wide; column += 16) {
        const at = row + column;
        applyFour(
          dx + at, dy + at, x + at, quarter, activation, v128.load(coefficients + column), v128.load(factors + column),
          v128.load(offsets + column), slope, v128.load(linears + column), v128.load(constants + column),
        );
      }
    }
    first += 4 * quarter;
  }
  for (let column: usize = 0; column < end; column += 16) {
    const lanes = lanesBefore(column, end);
    for (let row: usize = lanes ? 0 : first; row < rows * stride; row += stride) {
      const at = row + column;
      applyOne(
        dx + at, dy + at, x + at, lanes, activation, v128.load(coefficients + column), v128.load(factors + column),
        v128.load(offsets + column), slope, v128.load(linears + column), v128.load(constants + column),
      );
    }
  }
}

export { interleavedSums, interleavedApply };
