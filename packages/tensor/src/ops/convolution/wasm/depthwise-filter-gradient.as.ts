import { madd } from "../../matmul/wasm/simd.as";
import { FilterGradientDepthwiseArguments } from "./convolution.kernels.as";
import { copyInside } from "./copy-row.as";
import { copyPlanes, countPitch, planeBytes, tapBytes, writeTaps } from "./flat-planes.as";
import { Axis, axisAt, axisBytes, enterPhase, enterTile } from "./geometry.as";
import { sumTap } from "./sum-tap.as";

// The filter gradient of a convolution of each channel with a filter of its own: dot products of one long row of dy, with zeros between its rows, and the
// planes of x, for three taps at a time.


/** Sums of the products with a tap: four vectors. */
const sumBytes: usize = 64;

/** Adds the products of dy, whole blocks of 16 floats, with three taps to `sums`. */
function dotThree(dy: usize, end: usize, x: usize, taps: usize, sums: usize): void {
  let p = x + load<usize>(taps), q = x + load<usize>(taps, tapBytes), r = x + load<usize>(taps, 2 * tapBytes);
  let p0 = v128.load(sums), p1 = v128.load(sums, 16), p2 = v128.load(sums, 32), p3 = v128.load(sums, 48);
  let q0 = v128.load(sums, 64), q1 = v128.load(sums, 80), q2 = v128.load(sums, 96), q3 = v128.load(sums, 112);
  let r0 = v128.load(sums, 128), r1 = v128.load(sums, 144), r2 = v128.load(sums, 160), r3 = v128.load(sums, 176);
  for (; dy < end; dy += 64, p += 64, q += 64, r += 64) {
    let g = v128.load(dy), h = v128.load(dy, 16);
    p0 = madd(p0, g, v128.load(p));
    p1 = madd(p1, h, v128.load(p, 16));
    q0 = madd(q0, g, v128.load(q));
    q1 = madd(q1, h, v128.load(q, 16));
    r0 = madd(r0, g, v128.load(r));
    r1 = madd(r1, h, v128.load(r, 16));
    g = v128.load(dy, 32);
    h = v128.load(dy, 48);
    p2 = madd(p2, g, v128.load(p, 32));
    p3 = madd(p3, h, v128.load(p, 48));
    q2 = madd(q2, g, v128.load(q, 32));
    q3 = madd(q3, h, v128.load(q, 48));
    r2 = madd(r2, g, v128.load(r, 32));
    r3 = madd(r3, h, v128.load(r, 48));
  }
  v128.store(sums, p0);
  v128.store(sums, p1, 16);
  v128.store(sums, p2, 32);
  v128.store(sums, p3, 48);
  v128.store(sums, q0, 64);
  v128.store(sums, q1, 80);
  v128.store(sums, q2, 96);
  v128.store(sums, q3, 112);
  v128.store(sums, r0, 128);
  v128.store(sums, r1, 144);
  v128.store(sums, r2, 160);
  v128.store(sums, r3, 176);
}

/** Copies rows of dy, with zeros between and behind them. */
function copyTile(dy: usize, y: Axis, x: Axis, pitch: i32, to: usize): usize {
  let from = dy + (<usize>(y.first * x.target + x.first) << 2), own = to;
  for (let row = 0; row < y.length; row++, from += <usize>x.target << 2, own += <usize>pitch << 2) copyInside(from, 1, 0, x.length, pitch, own);
  memory.fill(own, 0, 64);
  return own;
}

/**
 * The gradient over slices of `sliceImages` images, one after the other in `sums`. An item is `channelBlock` channels of a slice, in tiles of `tileRows`
 * rows and `tileColumns` columns. What lies outside of an image is taken for zeros, so a sum that is not finite is taken again, by the definition.
 */
function filterGradientDepthwise(begin: i32, end: i32, scratch: usize, args: FilterGradientDepthwiseArguments): void {
  const { source, dy, sums, images, channels, channelBlock, sliceImages, tileRows, tileColumns } = args;
  const { sourceY, targetY, tapsY } = args;
  const { sourceX, targetX, tapsX } = args;
  const y = axisAt(scratch, changetype<usize>(args) + offsetof<FilterGradientDepthwiseArguments>("sourceY"), 0);
  const x = axisAt(scratch + axisBytes, changetype<usize>(args) + offsetof<FilterGradientDepthwiseArguments>("sourceX"), 0);
  enterPhase(y, 0);
  enterPhase(x, 0);
  const area = tapsY * tapsX, padded = (area + 2) / 3 * 3, pitch = countPitch(x, tileColumns), ofChannel = <usize>padded * sumBytes;
  const bytes = planeBytes(tileRows + y.reach / y.jump, pitch), planeCount = <usize>(y.jump * x.jump);
  const table = scratch + 2 * axisBytes, ofTaps = table + <usize>padded * tapBytes + 63 & ~63;
  const planes = ofTaps + <usize>channelBlock * ofChannel, gradients = planes + planeCount * bytes;
  const sourceStride = <usize>(sourceY * sourceX) << 2, targetStride = <usize>(targetY * targetX) << 2;
  const blocks = (channels + channelBlock - 1) / channelBlock;
  let next = writeTaps(y, x, 0, 0, pitch, bytes, table);
  for (let tap = area; tap < padded; tap++, next += tapBytes) store<u64>(next, load<u64>(table));
  memory.fill(planes, 0, planeCount * bytes);
  for (let item = begin; item < end; item++) {
    const channel = item % blocks * channelBlock, own = min(channelBlock, channels - channel);
    const slice = item / blocks, first = slice * sliceImages, stop = min(images, first + sliceImages);
    memory.fill(ofTaps, 0, <usize>own * ofChannel);
    for (let plane = first * channels + channel; plane < stop * channels; plane += channels) {
      for (let index = 0; index < own; index++) {
        const from = source + <usize>(plane + index) * sourceStride, gradient = dy + <usize>(plane + index) * targetStride;
        for (let row = 0; row < targetY; row += tileRows) {
          enterTile(y, row, tileRows);
          for (let column = 0; column < targetX; column += tileColumns) {
            enterTile(x, column, tileColumns);
            copyPlanes(from, y, x, pitch, planes, bytes);
            const rows = copyTile(gradient, y, x, pitch, gradients), sumsOfTaps = ofTaps + <usize>index * ofChannel;
            for (let tap: usize = 0; tap < <usize>padded; tap += 3) dotThree(gradients, rows, planes, table + tap * tapBytes, sumsOfTaps + tap * sumBytes);
          }
        }
      }
    }
    const plane = <usize>(first * channels + channel);
    let at = ofTaps, to = sums + (<usize>((slice * channels + channel) * area) << 2);
    for (let index: usize = 0; index < <usize>own; index++, at = ofTaps + index * ofChannel) {
      for (let tap = 0; tap < area; tap++, at += sumBytes, to += 4) {
        const lanes = f32x4.add(f32x4.add(v128.load(at), v128.load(at, 16)), f32x4.add(v128.load(at, 32), v128.load(at, 48)));
        let sum = f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 1) + (f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3));
        if (sum - sum != 0) {
          const from = source + (plane + index) * sourceStride, gradient = dy + (plane + index) * targetStride;
          sum = sumTap(from, sourceStride * channels, gradient, targetStride * channels, stop - first, y, x, tap);
        }
        store<f32>(to, sum);
      }
    }
  }
}

export { filterGradientDepthwise };
