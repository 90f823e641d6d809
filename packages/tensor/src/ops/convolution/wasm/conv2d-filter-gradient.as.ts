import { madd, sumLanesOfFour } from "../../matmul/wasm/simd.as";
import { ConvolutionSizes, FilterGradientArguments, MergeSlicesArguments } from "./convolution.kernels.as";
import { axisAt, axisBytes, enterPhase, enterTile, targetAt } from "./geometry.as";
import { packSource, segmentBytes, segmentLanes, writeOffsets, writeSegments } from "./patches.as";
import { multiplySegmentsWide, multiplyThinSegmentsWide } from "./wide-segments.as";

// The filter gradient of a convolution: dot products of dy with the patches of x, a segment at a time, over a slice of the batch.
// Slices and what they are merged in depend on shapes alone.


/** What a segment of dy takes. */
const pixelBytes: usize = VECTOR_BITS >> 3;
const tileBytes: usize = ConvolutionSizes.tileBytes;

// @ts-ignore: decorator
@inline
function copySegment(from: usize, to: usize): void {
  if (VECTOR_BITS == 256) {
    const left = v128.load(from), right = v128.load(from, 16);
    v128.store(to, left);
    v128.store(to, right, 16);
  } else v128.store(to, v128.load(from));
}

/** Gradients of `outputs` channels in panels of `width`: for each segment, the pixels of each channel, zeros beyond them. */
function packGradients(dy: usize, outputs: i32, channelStride: usize, width: i32, table: usize, full: i32, total: i32, tail: i32, target: usize): void {
  const step = <usize>width * pixelBytes;
  const padded = (outputs + width - 1) / width * width;
  for (let output = 0; output < padded; output++) {
    let to = target + <usize>(output / width * total) * step + <usize>(output % width) * pixelBytes;
    const own = dy + <usize>output * channelStride, end = to + <usize>total * step;
    let at = table + 4;
    if (output < outputs) {
      for (const whole = to + <usize>full * step; to < whole; to += step, at += segmentBytes) copySegment(own + load<u32>(at), to);
    }
    for (; to < end; to += step, at += segmentBytes) {
      v128.store(to, f32x4.splat(0));
      if (VECTOR_BITS == 256) v128.store(to, f32x4.splat(0), 16);
      if (output < outputs) {
        const from = own + load<u32>(at);
        for (let lane = 0; lane < tail; lane++) store<f32>(to + (<usize>lane << 2), load<f32>(from + (<usize>lane << 2)));
      }
    }
  }
}

/** Adds the products of four channels of dy with two taps to `sums`. Beyond `full` segments only the lanes of the mask count. */
function multiplySegments(dy: usize, table: usize, full: i32, total: i32, left: usize, right: usize, mask: v128, sums: usize): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  for (const end = table + <usize>full * segmentBytes; table < end; table += segmentBytes, dy += 64) {
    const at = <usize>load<u32>(table);
    const p = v128.load(at + left), q = v128.load(at + right);
    let g = v128.load(dy);
    c00 = madd(c00, g, p);
    c01 = madd(c01, g, q);
    g = v128.load(dy, 16);
    c10 = madd(c10, g, p);
    c11 = madd(c11, g, q);
    g = v128.load(dy, 32);
    c20 = madd(c20, g, p);
    c21 = madd(c21, g, q);
    g = v128.load(dy, 48);
    c30 = madd(c30, g, p);
    c31 = madd(c31, g, q);
  }
  for (const end = table + <usize>(total - full) * segmentBytes; table < end; table += segmentBytes, dy += 64) {
    const at = <usize>load<u32>(table);
    const p = v128.and(v128.load(at + left), mask), q = v128.and(v128.load(at + right), mask);
    let g = v128.load(dy);
    c00 = madd(c00, g, p);
    c01 = madd(c01, g, q);
    g = v128.load(dy, 16);
    c10 = madd(c10, g, p);
    c11 = madd(c11, g, q);
    g = v128.load(dy, 32);
    c20 = madd(c20, g, p);
    c21 = madd(c21, g, q);
    g = v128.load(dy, 48);
    c30 = madd(c30, g, p);
    c31 = madd(c31, g, q);
  }
  v128.store(sums, f32x4.add(v128.load(sums), sumLanesOfFour(c00, c10, c20, c30)));
  v128.store(sums, f32x4.add(v128.load(sums, 16), sumLanesOfFour(c01, c11, c21, c31)), 16);
}

/** The same for one channel of dy and four taps: for groups of one or two output channels. */
function multiplyThin(dy: usize, table: usize, full: i32, total: i32, offsets: usize, mask: v128, sums: usize): void {
  const o0 = <usize>load<u32>(offsets), o1 = <usize>load<u32>(offsets, 4), o2 = <usize>load<u32>(offsets, 8), o3 = <usize>load<u32>(offsets, 12);
  const all = i32x4.splat(-1);
  let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0;
  for (let segment = 0; segment < total; segment++, table += segmentBytes, dy += 16) {
    const at = <usize>load<u32>(table), lanes = segment < full ? all : mask;
    const g = v128.load(dy);
    c0 = madd(c0, g, v128.and(v128.load(at + o0), lanes));
    c1 = madd(c1, g, v128.and(v128.load(at + o1), lanes));
    c2 = madd(c2, g, v128.and(v128.load(at + o2), lanes));
    c3 = madd(c3, g, v128.and(v128.load(at + o3), lanes));
  }
  v128.store(sums, f32x4.add(v128.load(sums), sumLanesOfFour(c0, c1, c2, c3)));
}

// @ts-ignore: decorator
@inline
function makeMask(lanes: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(lanes));
}

/**
 * The sums of a tile, of `panels` panels of `width` channels and `taps` taps, padded to what a kernel takes at a time. There is room for masks and
 * sums at `tile`.
 */
function sumTile(
  dy: usize, panels: i32, width: i32, table: usize, full: i32, total: i32, tail: i32, offsets: usize, taps: i32, sums: usize, tile: usize,
): void {
  const mask = makeMask(tail);
  if (VECTOR_BITS == 256) {
    v128.store(tile, mask);
    v128.store(tile, makeMask(tail - 4), 16);
  }
  for (let panel = 0; panel < panels; panel++, dy += <usize>(total * width) * pixelBytes) {
    for (let tap = 0; tap < taps; tap += width == 4 ? 2 : 4) {
      const at = offsets + (<usize>tap << 2);
      if (VECTOR_BITS == 256) {
        if (width == 4) multiplySegmentsWide(dy, table, full, total, <usize>load<u32>(at), <usize>load<u32>(at, 4), tile, sums);
        else multiplyThinSegmentsWide(dy, table, full, total, at, tile, sums);
      } else if (width == 4) multiplySegments(dy, table, full, total, <usize>load<u32>(at), <usize>load<u32>(at, 4), mask, sums);
      else multiplyThin(dy, table, full, total, at, mask, sums);
      sums += width == 4 ? 32 : 16;
    }
  }
}

/** Writes `taps` sums of each of `outputs` channels as rows, `rowStride` bytes apart. */
function writeSums(sums: usize, outputs: i32, width: i32, taps: i32, padded: i32, target: usize, rowStride: usize): void {
  for (let output = 0; output < outputs; output++) {
    const from = sums + (<usize>(output / width * padded * width + output % width) << 2);
    const to = target + <usize>output * rowStride;
    for (let tap = 0; tap < taps; tap++) store<f32>(to + (<usize>tap << 2), load<f32>(from + (<usize>(tap * width) << 2)));
  }
}

/**
 * The gradient over slices of `sliceImages` images, one after the other in `sums`. An item is a slice, a group, and a block of
 * `outputBlock` channels of dy and of `channelBlock` channels of x. Channels are counted per group.
 */
function filterGradient(begin: i32, end: i32, scratch: usize, args: FilterGradientArguments): void {
  const { source, dy, sums, images, groups, channels, outputs } = args;
  const { sourceY, targetY, tapsY } = args;
  const { sourceX, targetX, tapsX } = args;
  const { tileImages, tileRows, tileColumns, outputBlock, channelBlock, sliceImages } = args;
  const y = axisAt(scratch, changetype<usize>(args) + offsetof<FilterGradientArguments>("sourceY"), 0);
  const x = axisAt(scratch + axisBytes, changetype<usize>(args) + offsetof<FilterGradientArguments>("sourceX"), 0);
  enterPhase(y, 0);
  enterPhase(x, 0);
  const area = tapsY * tapsX, width = outputs <= 2 ? 1 : 4;
  const segmentsOfTile = tileImages * tileRows * ((tileColumns + segmentLanes - 1) / segmentLanes);
  const paddedTaps = (channelBlock * area + 3) & ~3, paddedOutputs = (outputBlock + width - 1) / width * width;
  const masks = scratch + 2 * axisBytes, offsets = masks + tileBytes, table = offsets + (<usize>paddedTaps << 2);
  const partial = table + <usize>segmentsOfTile * segmentBytes + 15 & ~15;
  const packed = partial + (<usize>(paddedTaps * paddedOutputs) << 2);
  const patches = packed + <usize>(paddedOutputs * segmentsOfTile) * pixelBytes;
  const sourceChannel = <usize>(sourceY * sourceX) << 2, targetChannel = <usize>(targetY * targetX) << 2;
  const sourceImage = sourceChannel * groups * channels, targetImage = targetChannel * groups * outputs;
  const channelBlocks = (channels + channelBlock - 1) / channelBlock, outputBlocks = (outputs + outputBlock - 1) / outputBlock;
  const slices = max(1, (images + sliceImages - 1) / sliceImages);
  for (let item = begin; item < end; item++) {
    let rest = item;
    const firstChannel = (rest % channelBlocks) * channelBlock, ownChannels = min(channelBlock, channels - firstChannel);
    rest /= channelBlocks;
    const firstOutput = (rest % outputBlocks) * outputBlock, ownOutputs = min(outputBlock, outputs - firstOutput);
    rest /= outputBlocks;
    const slice = rest % slices, group = rest / slices;
    const taps = ownChannels * area, padded = width == 4 ? (taps + 1) & ~1 : (taps + 3) & ~3;
    memory.fill(partial, 0, <usize>(padded * paddedOutputs) << 2);
    const fromX = source + <usize>(group * channels + firstChannel) * sourceChannel;
    const fromDy = dy + <usize>(group * outputs + firstOutput) * targetChannel;
    const stop = min(images, (slice + 1) * sliceImages);
    for (let image = slice * sliceImages; image < stop; image += tileImages) {
      const count = min(tileImages, stop - image);
      for (let row = 0; row < targetY; row += tileRows) {
        enterTile(y, row, tileRows);
        for (let column = 0; column < targetX; column += tileColumns) {
          enterTile(x, column, tileColumns);
          const lines = count * y.length, tail = x.length & (segmentLanes - 1);
          const full = lines * (x.length / segmentLanes), total = lines * ((x.length + segmentLanes - 1) / segmentLanes);
          packSource(fromX + <usize>image * sourceImage, sourceImage, sourceChannel, count, ownChannels, y, x, patches);
          writeOffsets(ownChannels, count, y, x, offsets);
          for (let tap = taps; tap < padded; tap++) store<u32>(offsets + (<usize>tap << 2), load<u32>(offsets));
          writeSegments(count, targetImage, y, x, patches, table);
          const own = fromDy + <usize>image * targetImage + (<usize>(targetAt(y) * targetX + targetAt(x)) << 2);
          packGradients(own, ownOutputs, targetChannel, width, table, full, total, tail, packed);
          sumTile(packed, (ownOutputs + width - 1) / width, width, table, full, total, tail, offsets, padded, partial, masks);
        }
      }
    }
    const row = (<usize>slice * groups * outputs + group * outputs + firstOutput) * channels + firstChannel;
    writeSums(partial, ownOutputs, width, taps, padded, sums + ((row * area) << 2), <usize>(channels * area) << 2);
  }
}

/** Adds up `slices` arrays of `size` floats, in order. An item is `block` floats. */
function mergeSlices(begin: i32, end: i32, scratch: usize, args: MergeSlicesArguments): void {
  const { parts, target, size, slices, block } = args;
  const stop = <usize>min(size, end * block) << 2, stride = <usize>size << 2;
  let at = <usize>(begin * block) << 2;
  for (const wide = stop - 16; <isize>at <= <isize>wide; at += 16) {
    let sum = v128.load(parts + at), from = parts + at;
    for (let slice = 1; slice < slices; slice++) sum = f32x4.add(sum, v128.load(from += stride));
    v128.store(target + at, sum);
  }
  for (; at < stop; at += 4) {
    let sum = load<f32>(parts + at), from = parts + at;
    for (let slice = 1; slice < slices; slice++) sum += load<f32>(from += stride);
    store<f32>(target + at, sum);
  }
}

export { filterGradient, mergeSlices };
