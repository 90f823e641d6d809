import { lanesBefore, computeQuarter } from "../../cpu/lanes.as";
import { applyFour, applyOne } from "./apply.as";

/** Writes a block of columns. `coefficients` are three arrays of `arrayBytes` bytes: centres, factors, offsets by column. */
function interleavedNormalize(
  y: usize, x: usize, residual: usize, rows: usize, columns: usize, stride: usize,
  coefficients: usize, arrayBytes: usize, activation: i32, slope: v128,
): void {
  const factors = coefficients + arrayBytes, offsets = factors + arrayBytes;
  const end = columns * 4;
  const wide = end & ~15;
  let first: usize = 0;
  for (let left = rows; left >= 4; left = rows - first / stride) {
    const quarter = computeQuarter(left) * stride;
    for (let row = first; row < first + quarter; row += stride) {
      for (let column: usize = 0; column < wide; column += 16) {
        const at = row + column;
        applyFour(
          y + at, x + at, residual ? residual + at : 0, quarter, activation,
          v128.load(coefficients + column), v128.load(factors + column), v128.load(offsets + column), slope,
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
        y + at, x + at, residual ? residual + at : 0, lanes, activation,
        v128.load(coefficients + column), v128.load(factors + column), v128.load(offsets + column), slope,
      );
    }
  }
}

export { interleavedNormalize };
