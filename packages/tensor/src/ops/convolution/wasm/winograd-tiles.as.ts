import { ConvolutionSizes } from "./convolution.kernels.as";
import { transformGradient, transformSource } from "./winograd-transforms.as";

// Reads tiles of images, wherever they lie, into the lanes of vectors, and writes them back.


/** Four tiles side by side. In memory; what a lane holds stands four bytes after what the lane before it holds. */
const groupBytes: usize = ConvolutionSizes.groupBytes;
/** Addresses of the first pixel, in the first channel, of what is read and of what is written. */
const sourceAt: usize = 0, targetAt: usize = 16;
/** The row and column, in the source, of the first pixel. */
const topAt: usize = 32, leftAt: usize = 48;
/** Rows and columns of the target that lie inside. */
const rowsAt: usize = 64, columnsAt: usize = 80;
/** Masks of each of the six columns of the source; then whether all of the four targets lie inside. */
const masksAt: usize = 96, wholeAt: usize = 192;
/** The row of a lane without a tile. */
const nowhere: i32 = -1 << 30;

/** Fills in masks, when the lanes are filled in. */
function finishGroup(group: usize, width: i32): void {
  const left = v128.load(group, leftAt), end = i32x4.splat(width);
  for (let column = 0; column < 6; column++) {
    v128.store(group + (<usize>column << 4), i32x4.lt_u(i32x4.add(left, i32x4.splat(column)), end), masksAt);
  }
  const smallest = i32x4.min_s(v128.load(group, rowsAt), v128.load(group, columnsAt));
  store<i32>(group, i32x4.all_true(i32x4.ge_s(smallest, i32x4.splat(4))), wholeAt);
}

function fillLane(group: usize, lane: i32, source: usize, target: usize, top: i32, left: i32, rows: i32, columns: i32): void {
  const at = group + (<usize>lane << 2);
  store<usize>(at, source, sourceAt);
  store<usize>(at, target, targetAt);
  store<i32>(at, top, topAt);
  store<i32>(at, left, leftAt);
  store<i32>(at, rows, rowsAt);
  store<i32>(at, columns, columnsAt);
}

/** Whether a row of a lane lies inside. */
// @ts-ignore: decorator
@inline
function isInside(group: usize, lane: usize, row: i32, height: i32): bool {
  return <u32>(load<i32>(group + (lane << 2), topAt) + row) < <u32>height;
}

/**
 * The tiles of a channel, `offset` bytes after the first one: 6x6 pixels of the source or 4x4 of dy, transformed. What lies
 * outside of an image is zero. `scratch` holds 36 vectors and zeros.
 */
function readTiles(k: usize, group: usize, offset: usize, rowBytes: usize, height: i32, isGradient: bool, scratch: usize, to: usize, step: usize): void {
  const zeros = scratch + 36 * 16, rows = isGradient ? 4 : 6;
  const top = v128.load(group, topAt);
  const hasAllRows = i32x4.all_true(v128.and(i32x4.ge_s(top, i32x4.splat(0)), i32x4.le_s(top, i32x4.splat(height - rows))));
  let s0 = load<usize>(group, sourceAt) + offset, s1 = load<usize>(group, sourceAt + 4) + offset;
  let s2 = load<usize>(group, sourceAt + 8) + offset, s3 = load<usize>(group, sourceAt + 12) + offset, line = scratch;
  for (let row = 0; row < rows; row++, s0 += rowBytes, s1 += rowBytes, s2 += rowBytes, s3 += rowBytes, line += 96) {
    let p0 = s0, p1 = s1, p2 = s2, p3 = s3;
    if (!hasAllRows) {
      p0 = select(s0, zeros, isInside(group, 0, row, height));
      p1 = select(s1, zeros, isInside(group, 1, row, height));
      p2 = select(s2, zeros, isInside(group, 2, row, height));
      p3 = select(s3, zeros, isInside(group, 3, row, height));
    }
    const r0 = v128.load(p0), r1 = v128.load(p1), r2 = v128.load(p2), r3 = v128.load(p3);
    const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), t1 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const t2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5), t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    const d0 = v128.and(v128.shuffle<f64>(t0, t2, 0, 2), v128.load(group, masksAt));
    const d1 = v128.and(v128.shuffle<f64>(t0, t2, 1, 3), v128.load(group, masksAt + 16));
    const d2 = v128.and(v128.shuffle<f64>(t1, t3, 0, 2), v128.load(group, masksAt + 32));
    const d3 = v128.and(v128.shuffle<f64>(t1, t3, 1, 3), v128.load(group, masksAt + 48));
    if (isGradient) {
      transformGradient(k, d0, d1, d2, d3, line, 16);
    } else {
      const t4 = v128.shuffle<f32>(v128.load(p0, 8), v128.load(p1, 8), 2, 6, 3, 7);
      const t5 = v128.shuffle<f32>(v128.load(p2, 8), v128.load(p3, 8), 2, 6, 3, 7);
      const d4 = v128.and(v128.shuffle<f64>(t4, t5, 0, 2), v128.load(group, masksAt + 64));
      const d5 = v128.and(v128.shuffle<f64>(t4, t5, 1, 3), v128.load(group, masksAt + 80));
      transformSource(k, d0, d1, d2, d3, d4, d5, line, 16);
    }
  }
  const down = 6 * step;
  for (const end = scratch + 96; scratch < end; scratch += 16, to += step) {
    const d0 = v128.load(scratch), d1 = v128.load(scratch, 96), d2 = v128.load(scratch, 192), d3 = v128.load(scratch, 288);
    if (isGradient) transformGradient(k, d0, d1, d2, d3, to, down);
    else transformSource(k, d0, d1, d2, d3, v128.load(scratch, 384), v128.load(scratch, 480), to, down);
  }
}

function readSource(k: usize, group: usize, offset: usize, rowBytes: usize, height: i32, scratch: usize, to: usize, step: usize): void {
  readTiles(k, group, offset, rowBytes, height, false, scratch, to, step);
}

function readGradient(k: usize, group: usize, offset: usize, rowBytes: usize, height: i32, scratch: usize, to: usize, step: usize): void {
  readTiles(k, group, offset, rowBytes, height, true, scratch, to, step);
}

export { groupBytes, sourceAt, targetAt, topAt, leftAt, rowsAt, columnsAt, wholeAt, nowhere, finishGroup, fillLane, readSource, readGradient };
