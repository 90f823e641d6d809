import { applyFour, applyOne } from "./apply.as";

/** Writes a block of columns. `coefficients` are three arrays of `arrayBytes` bytes: centres, factors, offsets by column. */
function interleavedNormalize(
  y: usize, x: usize, residual: usize, rows: usize, columns: usize, stride: usize,
  coefficients: usize, arrayBytes: usize, activation: i32, slope: v128,
): void {
  const factors = coefficients + arrayBytes, offsets = factors + arrayBytes;
  const wide = (columns * 4) & ~15;
  let row: usize = 0;
  for (const end = (rows & ~3) * stride; row < end; row += 4 * stride) {
    for (let column: usize = 0; column < wide; column += 16) {
      const at = row + column;
      applyFour(y + at, x + at, residual ? residual + at : 0, stride, activation, v128.load(coefficients + column), v128.load(factors + column), v128.load(offsets + column), slope);
    }
  }
  const rest = row;
  for (let column: usize = 0; column < columns * 4; column += 16) {
    const lanes = column == wide ? columns & 3 : 0;
    const end = rows * stride;
    for (row = lanes ? 0 : rest; row < end; row += stride) {
      const at = row + column;
      applyOne(y + at, x + at, residual ? residual + at : 0, lanes, activation, v128.load(coefficients + column), v128.load(factors + column), v128.load(offsets + column), slope);
    }
  }
}

export { interleavedNormalize };
