import { finish, madd } from "../../matmul/wasm/simd.as";
import { finishSegments } from "./finish-rows.as";
import { multiplyPatches } from "./panel.as";
import { segmentBytes } from "./patches.as";

// Products of packed filters with segments, finished.


/** What the targets of a segment take. */
const targetBytes: usize = VECTOR_BITS >> 3;

/** Adds the sums of a segment to what is there. */
// @ts-ignore: decorator
@inline
function addSegment(from: usize, to: usize): void {
  const x = f32x4.add(v128.load(from), v128.load(to));
  if (VECTOR_BITS == 256) {
    const y = f32x4.add(v128.load(from, 16), v128.load(to, 16));
    v128.store(to, x);
    v128.store(to, y, 16);
  } else v128.store(to, x);
}

/** Four target channels of two whole segments, finished. There is room for sums at `tile`. */
function convolveWhole(
  filters: usize, offsets: usize, depth: i32, left: usize, right: usize, target: usize, beside: usize, stride: usize,
  accumulate: bool, bias: usize, slope: f32, tile: usize,
): void {
  if (accumulate) {
    multiplyPatches(filters, offsets, depth, left, right, tile, tile + targetBytes, 2 * targetBytes);
    for (let row: usize = 0, at = tile; row < 4; row++, at += 2 * targetBytes) {
      addSegment(at, target + row * stride);
      addSegment(at + targetBytes, beside + row * stride);
    }
  } else multiplyPatches(filters, offsets, depth, left, right, target, beside, stride);
  if (bias != 0 || slope != 1) finishSegments(target, beside, stride, bias, slope);
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

/** As `convolveWhole`, for targets that are `step` bytes apart, and wide vectors. */
function convolveApart(
  filters: usize, offsets: usize, depth: i32, left: usize, right: usize, target: usize, beside: usize, stride: usize, step: usize,
  accumulate: bool, bias: usize, slope: f32, tile: usize,
): void {
  multiplyPatches(filters, offsets, depth, left, right, tile, tile + 32, 64);
  const end = tile + 256;
  if (accumulate) {
    for (let row = tile, to = target, next = beside; row < end; row += 64, to += stride, next += stride) {
      gatherAdd(to, step, row);
      gatherAdd(next, step, row + 32);
    }
  }
  if (bias != 0 || slope != 1) finishSegments(tile, tile + 32, 64, bias, slope);
  for (; tile < end; tile += 64, target += stride, beside += stride) {
    scatterEight(tile, target, step);
    scatterEight(tile + 32, beside, step);
  }
}

/**
 * One target channel of four segments, left in `tile`: for groups of one or two channels, where panels of four would be mostly zeros.
 */
function multiplyThin(filters: usize, offsets: usize, depth: i32, segments: usize, tile: usize): void {
  if (VECTOR_BITS == 256) return multiplyThinWide(filters, offsets, depth, segments, tile);
  const s0 = <usize>load<u32>(segments), s1 = <usize>load<u32>(segments + segmentBytes);
  const s2 = <usize>load<u32>(segments + 2 * segmentBytes), s3 = <usize>load<u32>(segments + 3 * segmentBytes);
  let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0;
  for (const end = offsets + (<usize>depth << 2); offsets < end; offsets += 4, filters += 16) {
    const offset = <usize>load<u32>(offsets);
    const f = v128.load32_splat(filters);
    c0 = madd(c0, f, v128.load(s0 + offset));
    c1 = madd(c1, f, v128.load(s1 + offset));
    c2 = madd(c2, f, v128.load(s2 + offset));
    c3 = madd(c3, f, v128.load(s3 + offset));
  }
  v128.store(tile, c0);
  v128.store(tile, c1, 16);
  v128.store(tile, c2, 32);
  v128.store(tile, c3, 48);
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

/** Finishes a segment of `lanes` targets, `step` bytes apart, as `finish` does: with a bias, if there is one, and a slope. */
function finishSegment(from: usize, to: usize, step: usize, lanes: i32, accumulate: bool, bias: usize, slope: f32): void {
  finish(to, step, min(4, lanes), v128.load(from), accumulate, true, bias, 0, slope);
  if (VECTOR_BITS == 256 && lanes > 4) finish(to + 4 * step, step, lanes - 4, v128.load(from, 16), accumulate, true, bias, 0, slope);
}

export { targetBytes, convolveApart, convolveWhole, multiplyThin, finishSegment };
