import { ConvolutionSizes } from "./convolution.kernels.as";
import { copyInside, findHigh, findLow } from "./copy-row.as";
import { Axis, findPhase, findShift, reads } from "./geometry.as";

// Planes of the source, copied with zeros around. Pixels that a stride skips between are in planes of their own, so neighbouring targets read
// neighbouring floats; and as targets have the same pitch, all rows of a tile are one long row, with a few targets between rows that nobody needs.


/** Bytes behind a plane that may be read and written: a block of targets. */
const slackBytes: usize = ConvolutionSizes.slackBytes;
/** What a tap takes in a table: its place in the planes, and in the filter. */
const tapBytes: usize = 8;

/** Floats of a row: what the taps reach beyond the last target lies between the rows. */
// @ts-ignore: decorator
@inline
function countPitch(x: Axis, columns: i32): i32 {
  return columns + x.reach / x.jump;
}

/** Cache lines of `rows` rows of `pitch` floats, and slack. */
// @ts-ignore: decorator
@inline
function planeBytes(rows: i32, pitch: i32): usize {
  return (<usize>(rows * pitch) << 2) + slackBytes + 63 & ~63;
}

/** Copies what a tile reads of a channel: for each residue of rows and of columns a plane, `bytes` apart. */
function copyPlanes(source: usize, y: Axis, x: Axis, pitch: i32, to: usize, bytes: usize): void {
  const rows = y.extent + y.reach / y.jump, pitchBytes = <usize>pitch << 2;
  for (let plane = 0; plane < y.jump * x.jump; plane++, to += bytes) {
    const ofRow = plane / x.jump, ofColumn = plane % x.jump;
    if (!reads(y, ofRow) || !reads(x, ofColumn)) continue;
    const left = x.first * x.jump + x.shift + ofColumn, low = findLow(left, x.jump, pitch), high = findHigh(left, x.source, x.jump, pitch);
    let line = y.first * y.jump + y.shift + ofRow, own = to;
    for (let row = 0; row < rows; row++, line += y.jump, own += pitchBytes) {
      if (<u32>line >= <u32>y.source) memory.fill(own, 0, pitchBytes);
      else copyInside(source + (<usize>(line * x.source + left) << 2), x.jump, low, high, pitch, own);
    }
  }
}

/** Writes where the taps of a phase are: in the planes, and in the filter. Returns the end of the table. */
function writeTaps(y: Axis, x: Axis, ofRow: i32, ofColumn: i32, pitch: i32, bytes: usize, table: usize): usize {
  for (let tapY = 0; tapY < y.kernel; tapY++) {
    if (findPhase(y, tapY) != ofRow) continue;
    const down = findShift(y, tapY) - y.shift;
    for (let tapX = 0; tapX < x.kernel; tapX++) {
      if (findPhase(x, tapX) != ofColumn) continue;
      const right = findShift(x, tapX) - x.shift, plane = down % y.jump * x.jump + right % x.jump;
      store<usize>(table, <usize>plane * bytes + (<usize>(down / y.jump * pitch + right / x.jump) << 2));
      store<i32>(table, (tapY * x.kernel + tapX) << 2, 4);
      table += tapBytes;
    }
  }
  return table;
}

export { tapBytes, countPitch, planeBytes, copyPlanes, writeTaps };
