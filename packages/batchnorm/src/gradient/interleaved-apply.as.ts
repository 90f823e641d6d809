// The second pass over a block of columns, like the planar form.

import { loadLanes, storeLanes } from "../kernels/lanes.as";
import { gradientOfX } from "./gradient-of-x.as";
import { gradientOfZ } from "./gradient-of-z.as";

/**
 * One vector of columns, or one to three `lanes`, in `rows` rows. `coefficients` are arrays of `arrayBytes` bytes: centres,
 * factors, offsets, linear terms, constants.
 */
@inline
function applyVector(
  dx: usize, dy: usize, x: usize, lanes: usize, rows: usize, stride: usize, activation: i32,
  coefficients: usize, arrayBytes: usize, slope: v128,
): void {
  const centre = v128.load(coefficients);
  const factor = v128.load(coefficients + arrayBytes);
  const offset = v128.load(coefficients + 2 * arrayBytes);
  const linear = v128.load(coefficients + 3 * arrayBytes);
  const constant = v128.load(coefficients + 4 * arrayBytes);
  for (let at: usize = 0, end = rows * stride; at < end; at += stride) {
    const value = lanes ? loadLanes(x + at, lanes) : v128.load(x + at);
    const z = gradientOfZ(dy + at, value, 0, lanes, activation, centre, factor, offset, slope);
    const result = gradientOfX(z, value, centre, factor, linear, constant);
    if (lanes) storeLanes(dx + at, result, lanes);
    else v128.store(dx + at, result);
  }
}

/** Bands of rows, so that what several vectors share of a cache line stays in the cache. */
function interleavedApply(
  dx: usize, dy: usize, x: usize, rows: usize, columns: usize, stride: usize, activation: i32,
  coefficients: usize, arrayBytes: usize, slope: v128,
): void {
  const bandRows: usize = 8;
  const wide = (columns * 4) & ~15;
  for (let row: usize = 0; row < rows; row += bandRows) {
    const band = min(bandRows, rows - row);
    const start = row * stride;
    for (let column: usize = 0; column < wide; column += 16) {
      const at = start + column;
      if (activation) applyVector(dx + at, dy + at, x + at, 0, band, stride, activation, coefficients + column, arrayBytes, slope);
      else applyVector(dx + at, dy + at, x + at, 0, band, stride, 0, coefficients + column, arrayBytes, slope);
    }
    const at = start + wide;
    if (columns & 3) applyVector(dx + at, dy + at, x + at, columns & 3, band, stride, activation, coefficients + wide, arrayBytes, slope);
  }
}

export { interleavedApply };
