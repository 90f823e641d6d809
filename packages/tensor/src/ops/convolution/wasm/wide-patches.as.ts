import { finish, madd } from "../../matmul/wasm/simd.as";
import { segmentBytes } from "./patches.as";
import { activateWide, keepsNegative } from "./wide-panel.as";

// Products of packed filters with segments of eight targets: sums go to scratch first, because the engine joins neighbouring vectors
// where nothing branches between the sums and their stores.


/** Four target channels of two segments, found by a table of offsets. Channels are `stride` bytes apart. */
function multiplyPatchesWide(filters: usize, offsets: usize, depth: i32, left: usize, right: usize, target: usize, beside: usize, stride: usize): void {
  let c00 = f32x4.splat(0), c01 = c00, c02 = c00, c03 = c00, c10 = c00, c11 = c00, c12 = c00, c13 = c00;
  let c20 = c00, c21 = c00, c22 = c00, c23 = c00, c30 = c00, c31 = c00, c32 = c00, c33 = c00;
  for (const end = offsets + (<usize>depth << 2); offsets < end; offsets += 4, filters += 16) {
    const offset = <usize>load<u32>(offsets), p = left + offset, q = right + offset;
    const p0 = v128.load(p), p1 = v128.load(p, 16), q0 = v128.load(q), q1 = v128.load(q, 16);
    let f = v128.load32_splat(filters);
    c00 = madd(c00, f, p0);
    c01 = madd(c01, f, p1);
    c02 = madd(c02, f, q0);
    c03 = madd(c03, f, q1);
    f = v128.load32_splat(filters, 4);
    c10 = madd(c10, f, p0);
    c11 = madd(c11, f, p1);
    c12 = madd(c12, f, q0);
    c13 = madd(c13, f, q1);
    f = v128.load32_splat(filters, 8);
    c20 = madd(c20, f, p0);
    c21 = madd(c21, f, p1);
    c22 = madd(c22, f, q0);
    c23 = madd(c23, f, q1);
    f = v128.load32_splat(filters, 12);
    c30 = madd(c30, f, p0);
    c31 = madd(c31, f, p1);
    c32 = madd(c32, f, q0);
    c33 = madd(c33, f, q1);
  }
  v128.store(target, c00);
  v128.store(target, c01, 16);
  v128.store(beside, c02);
  v128.store(beside, c03, 16);
  target += stride;
  v128.store(target, c10);
  v128.store(target, c11, 16);
  beside += stride;
  v128.store(beside, c12);
  v128.store(beside, c13, 16);
  target += stride;
  v128.store(target, c20);
  v128.store(target, c21, 16);
  beside += stride;
  v128.store(beside, c22);
  v128.store(beside, c23, 16);
  target += stride;
  v128.store(target, c30);
  v128.store(target, c31, 16);
  beside += stride;
  v128.store(beside, c32);
  v128.store(beside, c33, 16);
}

/** One target channel of four segments, each of which has 32 bytes of `tile`. */
function multiplyThinWide(filters: usize, offsets: usize, depth: i32, segments: usize, tile: usize): void {
  const s0 = <usize>load<u32>(segments), s1 = <usize>load<u32>(segments + segmentBytes);
  const s2 = <usize>load<u32>(segments + 2 * segmentBytes), s3 = <usize>load<u32>(segments + 3 * segmentBytes);
  let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
  for (const end = offsets + (<usize>depth << 2); offsets < end; offsets += 4, filters += 16) {
    const offset = <usize>load<u32>(offsets), p0 = s0 + offset, p1 = s1 + offset, p2 = s2 + offset, p3 = s3 + offset;
    const f = v128.load32_splat(filters);
    c0 = madd(c0, f, v128.load(p0));
    c1 = madd(c1, f, v128.load(p0, 16));
    c2 = madd(c2, f, v128.load(p1));
    c3 = madd(c3, f, v128.load(p1, 16));
    c4 = madd(c4, f, v128.load(p2));
    c5 = madd(c5, f, v128.load(p2, 16));
    c6 = madd(c6, f, v128.load(p3));
    c7 = madd(c7, f, v128.load(p3, 16));
  }
  v128.store(tile, c0);
  v128.store(tile, c1, 16);
  v128.store(tile, c2, 32);
  v128.store(tile, c3, 48);
  v128.store(tile, c4, 64);
  v128.store(tile, c5, 80);
  v128.store(tile, c6, 96);
  v128.store(tile, c7, 112);
}

/** Adds the sums in `tile`, of four channels of two segments, to what is there. */
function addRows(tile: usize, target: usize, beside: usize, stride: usize): void {
  for (const end = tile + 256; tile < end; tile += 64, target += stride, beside += stride) {
    const x0 = f32x4.add(v128.load(tile), v128.load(target)), x1 = f32x4.add(v128.load(tile, 16), v128.load(target, 16));
    v128.store(target, x0);
    v128.store(target, x1, 16);
    const y0 = f32x4.add(v128.load(tile, 32), v128.load(beside)), y1 = f32x4.add(v128.load(tile, 48), v128.load(beside, 16));
    v128.store(beside, y0);
    v128.store(beside, y1, 16);
  }
}

/** Applies a bias, if there is one, and a slope to four channels of two segments. */
function finishRows(target: usize, beside: usize, stride: usize, bias: usize, slope: f32): void {
  const s = f32x4.splat(slope), keep = keepsNegative(slope);
  for (const end = target + 4 * stride; target < end; target += stride, beside += stride, bias += bias ? 4 : 0) {
    // Adding -0 changes nothing.
    const b = bias ? v128.load32_splat(bias) : f32x4.splat(-0.0);
    const x0 = f32x4.add(v128.load(target), b), x1 = f32x4.add(v128.load(target, 16), b);
    const left0 = activateWide(x0, s, keep), left1 = activateWide(x1, s, keep);
    v128.store(target, left0);
    v128.store(target, left1, 16);
    const y0 = f32x4.add(v128.load(beside), b), y1 = f32x4.add(v128.load(beside, 16), b);
    const right0 = activateWide(y0, s, keep), right1 = activateWide(y1, s, keep);
    v128.store(beside, right0);
    v128.store(beside, right1, 16);
  }
}

/** Four target channels of two whole segments, finished. There is room for sums at `tile`. */
function convolveWhole(
  filters: usize, offsets: usize, depth: i32, left: usize, right: usize, target: usize, beside: usize, stride: usize,
  accumulate: bool, bias: usize, slope: f32, tile: usize,
): void {
  if (accumulate) {
    multiplyPatchesWide(filters, offsets, depth, left, right, tile, tile + 32, 64);
    addRows(tile, target, beside, stride);
  } else multiplyPatchesWide(filters, offsets, depth, left, right, target, beside, stride);
  if (bias != 0 || slope != 1) finishRows(target, beside, stride, bias, slope);
}

/** Adds eight floats, `step` bytes apart, to neighbouring ones. */
// @ts-ignore: decorator
@inline
function gatherAdd(from: usize, step: usize, to: usize): void {
  for (const end = to + 32; to < end; to += 8, from += 2 * step) {
    const x = load<f32>(to) + load<f32>(from), y = load<f32>(to, 4) + load<f32>(from + step);
    store<f32>(to, x);
    store<f32>(to, y, 4);
  }
}

/** Copies eight neighbouring floats to places `step` bytes apart. */
// @ts-ignore: decorator
@inline
function scatterEight(from: usize, to: usize, step: usize): void {
  for (const end = from + 32; from < end; from += 16, to += 4 * step) {
    const second = to + step, third = second + step, fourth = third + step;
    store<u32>(to, load<u32>(from));
    store<u32>(second, load<u32>(from, 4));
    store<u32>(third, load<u32>(from, 8));
    store<u32>(fourth, load<u32>(from, 12));
  }
}

/** As `convolveWhole`, for targets that are `step` bytes apart. */
function convolveApart(
  filters: usize, offsets: usize, depth: i32, left: usize, right: usize, target: usize, beside: usize, stride: usize, step: usize,
  accumulate: bool, bias: usize, slope: f32, tile: usize,
): void {
  multiplyPatchesWide(filters, offsets, depth, left, right, tile, tile + 32, 64);
  const end = tile + 256;
  if (accumulate) {
    for (let row = tile, to = target, next = beside; row < end; row += 64, to += stride, next += stride) {
      gatherAdd(to, step, row);
      gatherAdd(next, step, row + 32);
    }
  }
  if (bias != 0 || slope != 1) finishRows(tile, tile + 32, 64, bias, slope);
  for (; tile < end; tile += 64, target += stride, beside += stride) {
    scatterEight(tile, target, step);
    scatterEight(tile + 32, beside, step);
  }
}

/** Finishes a segment of `lanes` targets, `step` bytes apart, as `finish` does: in the last pass with a bias, if there is one, and a slope. */
function finishWide(from: usize, to: usize, step: usize, lanes: i32, accumulate: bool, bias: usize, slope: f32): void {
  if (lanes) finish(to, step, min(4, lanes), v128.load(from), accumulate, true, bias, 0, slope);
  if (lanes > 4) finish(to + 4 * step, step, lanes - 4, v128.load(from, 16), accumulate, true, bias, 0, slope);
}

export { convolveApart, convolveWhole, finishWide, multiplyPatchesWide, multiplyThinWide };
