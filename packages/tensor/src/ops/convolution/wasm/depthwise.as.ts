import { activate, finish, madd } from "../../matmul/wasm/simd.as";
import { ConvolutionSizes, ConvolveDepthwiseArguments, FilterGradientDepthwiseArguments } from "./convolution.kernels.as";

// Convolution of each channel with a filter of its own, at stride 1 or 2: rows of the source are read where they lie, sixteen
// neighbouring targets at a time, and four at the ends of rows, where what lies outside is masked.


/** Four floats, `stride` apart. */
// @ts-ignore: decorator
@inline
function loadApart(at: usize, stride: i32): v128 {
  if (stride == 1) return v128.load(at);
  return v128.shuffle<f32>(v128.load(at), v128.load(at, 16), 0, 2, 4, 6);
}

/** 0, 1, 2, 3 times the stride, then times 1. In memory: engines build constants of vectors anew at every use. */
const rampBytes: usize = ConvolutionSizes.rampBytes;

function writeRamps(at: usize, stride: i32): void {
  const lanes = i32x4(0, 1, 2, 3);
  v128.store(at, i32x4.mul(lanes, i32x4.splat(stride)));
  v128.store(at, lanes, 16);
}

/** The lanes whose place, from `first` on, lies inside of `width`. */
// @ts-ignore: decorator
@inline
function lanesInside(first: i32, ramp: usize, width: v128): v128 {
  return i32x4.lt_u(i32x4.add(i32x4.splat(first), v128.load(ramp)), width);
}

/** Sixteen targets that see `rows` rows of `taps` taps. `at` is the first pixel that the first of them sees. */
function convolveInner(at: usize, pitch: usize, rows: i32, taps: i32, stride: i32, filter: usize, step: usize, b: v128, slope: f32, target: usize): void {
  let c0 = b, c1 = b, c2 = b, c3 = b;
  for (; rows > 0; rows--, at += pitch) {
    let from = at;
    const end = at + (<usize>taps << 2);
    if (stride == 1) {
      for (; from < end; from += 4, filter += step) {
        const w = v128.load32_splat(filter);
        c0 = madd(c0, w, v128.load(from));
        c1 = madd(c1, w, v128.load(from, 16));
        c2 = madd(c2, w, v128.load(from, 32));
        c3 = madd(c3, w, v128.load(from, 48));
      }
    } else {
      for (; from < end; from += 4, filter += step) {
        const w = v128.load32_splat(filter);
        c0 = madd(c0, w, loadApart(from, 2));
        c1 = madd(c1, w, loadApart(from + 32, 2));
        c2 = madd(c2, w, loadApart(from + 64, 2));
        c3 = madd(c3, w, loadApart(from + 96, 2));
      }
    }
  }
  v128.store(target, activate(c0, slope));
  v128.store(target, activate(c1, slope), 16);
  v128.store(target, activate(c2, slope), 32);
  v128.store(target, activate(c3, slope), 48);
}

/** Four targets, some of whose taps, from column `first` of the source on, lie outside. */
function convolveEdge(at: usize, pitch: usize, rows: i32, taps: i32, stride: i32, first: i32, ramp: usize, width: i32, filter: usize, step: usize, b: v128): v128 {
  for (let tap = 0; tap < taps; tap++, at += 4, filter += step) {
    const mask = lanesInside(first + tap, ramp, i32x4.splat(width));
    let from = at, own = filter;
    for (let row = 0; row < rows; row++, from += pitch, own += <usize>taps * step) {
      b = madd(b, v128.load32_splat(own), v128.and(loadApart(from, stride), mask));
    }
  }
  return b;
}

/** Targets before this one, in fours, see taps outside. */
// @ts-ignore: decorator
@inline
function findFirstInner(stride: i32, before: i32): i32 {
  return ((max(0, before) + stride - 1) / stride + 3) & ~3;
}

/** So do targets from here on. */
// @ts-ignore: decorator
@inline
function findEndOfInner(source: i32, target: i32, taps: i32, stride: i32, before: i32): i32 {
  const room = source - taps + before;
  return room < 0 ? 0 : min(target, room / stride + 1);
}

/** target = activation(convolution of the source + bias). An item is a channel of an image. `flipped`: the last tap comes first. */
function convolveDepthwise(begin: i32, end: i32, scratch: usize, args: ConvolveDepthwiseArguments): void {
  const { source, filters, bias, target, channels, flipped, slope } = args;
  const { sourceY, targetY, tapsY, strideY, beforeY, sourceX, targetX, tapsX, strideX, beforeX } = args;
  const area = tapsY * tapsX, pitch = <usize>sourceX << 2, step: usize = flipped ? -4 : 4;
  writeRamps(scratch, strideX);
  const low = findFirstInner(strideX, beforeX), high = findEndOfInner(sourceX, targetX, tapsX, strideX, beforeX);
  for (let item = begin; item < end; item++) {
    const channel = item % channels, from = source + (<usize>(item * sourceY * sourceX) << 2);
    const filter = filters + (<usize>(channel * area + (flipped ? area - 1 : 0)) << 2);
    const b = bias ? v128.load32_splat(bias + (<usize>channel << 2)) : f32x4.splat(0);
    let to = target + (<usize>(item * targetY * targetX) << 2);
    for (let row = 0; row < targetY; row++) {
      const top = row * strideY - beforeY, firstTap = max(0, -top), rows = min(tapsY, sourceY - top) - firstTap;
      const own = filter + <usize>(firstTap * tapsX) * step, line = from + <usize>(top + firstTap) * pitch;
      for (let column = 0; column < targetX; ) {
        const first = column * strideX - beforeX, at = line + (<usize>first << 2);
        if (column >= low && column + 16 <= high) {
          convolveInner(at, pitch, rows, tapsX, strideX, own, step, b, slope, to);
          column += 16;
          to += 64;
        } else {
          const lanes = min(4, targetX - column);
          const sum = convolveEdge(at, pitch, rows, tapsX, strideX, first, scratch, sourceX, own, step, b);
          finish(to, 4, lanes, activate(sum, slope), false, false, 0, 0, 1);
          column += lanes;
          to += <usize>lanes << 2;
        }
      }
    }
  }
}

/** Adds the products of a row of dy with four neighbouring taps of a row of x to `sums`; those beyond the last tap are of no use. */
function sumRow(dy: usize, source: usize, width: i32, targets: i32, low: i32, high: i32, stride: i32, first: i32, ramps: usize, sums: usize): void {
  let c0 = v128.load(sums), c1 = v128.load(sums, 16), c2 = v128.load(sums, 32), c3 = v128.load(sums, 48);
  const apart = <usize>stride << 4;
  let column = 0, at = source + (<usize>first << 2);
  while (column < targets) {
    if (column >= low) {
      for (; column + 4 <= high; column += 4, dy += 16, at += apart) {
        const g = v128.load(dy);
        c0 = madd(c0, g, loadApart(at, stride));
        c1 = madd(c1, g, loadApart(at + 4, stride));
        c2 = madd(c2, g, loadApart(at + 8, stride));
        c3 = madd(c3, g, loadApart(at + 12, stride));
      }
      if (column >= targets) break;
    }
    const lanes = lanesInside(column, ramps + 16, i32x4.splat(targets)), g = v128.and(v128.load(dy), lanes);
    const place = first + column * stride, end = i32x4.splat(width);
    c0 = madd(c0, g, v128.and(loadApart(at, stride), v128.and(lanes, lanesInside(place, ramps, end))));
    c1 = madd(c1, g, v128.and(loadApart(at + 4, stride), v128.and(lanes, lanesInside(place + 1, ramps, end))));
    c2 = madd(c2, g, v128.and(loadApart(at + 8, stride), v128.and(lanes, lanesInside(place + 2, ramps, end))));
    c3 = madd(c3, g, v128.and(loadApart(at + 12, stride), v128.and(lanes, lanesInside(place + 3, ramps, end))));
    column += 4;
    dy += 16;
    at += apart;
  }
  v128.store(sums, c0);
  v128.store(sums, c1, 16);
  v128.store(sums, c2, 32);
  v128.store(sums, c3, 48);
}

/** The filter gradient over slices of `sliceImages` images, one after the other in `sums`. An item is a channel of a slice. */
function filterGradientDepthwise(begin: i32, end: i32, scratch: usize, args: FilterGradientDepthwiseArguments): void {
  const { source, dy, sums, images, channels, sliceImages } = args;
  const { sourceY, targetY, tapsY, strideY, beforeY, sourceX, targetX, tapsX, strideX, beforeX } = args;
  const padded = (tapsX + 3) & ~3, ofTaps = scratch + rampBytes;
  writeRamps(scratch, strideX);
  const low = findFirstInner(strideX, beforeX), high = findEndOfInner(sourceX, targetX, tapsX, strideX, beforeX);
  for (let item = begin; item < end; item++) {
    const channel = item % channels, first = item / channels * sliceImages;
    memory.fill(ofTaps, 0, <usize>(tapsY * padded) << 4);
    for (let image = first; image < min(images, first + sliceImages); image++) {
      const plane = image * channels + channel, from = source + (<usize>(plane * sourceY * sourceX) << 2);
      let own = dy + (<usize>(plane * targetY * targetX) << 2);
      for (let row = 0; row < targetY; row++, own += <usize>targetX << 2) {
        for (let tapY = 0; tapY < tapsY; tapY++) {
          const line = row * strideY + tapY - beforeY;
          if (<u32>line >= <u32>sourceY) continue;
          for (let tapX = 0; tapX < tapsX; tapX += 4) {
            const partial = ofTaps + (<usize>(tapY * padded + tapX) << 4);
            sumRow(own, from + (<usize>(line * sourceX) << 2), sourceX, targetX, low, high, strideX, tapX - beforeX, scratch, partial);
          }
        }
      }
    }
    let to = sums + (<usize>(item * tapsY * tapsX) << 2);
    for (let tapY = 0; tapY < tapsY; tapY++) {
      for (let tapX = 0; tapX < tapsX; tapX++, to += 4) {
        const v = v128.load(ofTaps + (<usize>(tapY * padded + tapX) << 4));
        store<f32>(to, f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3)));
      }
    }
  }
}

export { convolveDepthwise, filterGradientDepthwise };
