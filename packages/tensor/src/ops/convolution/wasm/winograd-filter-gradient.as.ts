import { FilterGradientWinogradArguments } from "./convolution.kernels.as";
import { Axis, axisAt, axisBytes } from "./geometry.as";
import { multiplyRows } from "./panel.as";
import { sumTap } from "./sum-tap.as";
import { computeStep, lineBytes, positions } from "./winograd-layer.as";
import { copyGradients, copySource, pitch, stripBytes, writeStrips } from "./winograd-strips.as";
import { fillLane, finishGroup, groupBytes, readGradient, readSource } from "./winograd-tiles.as";
import { coefficientBytes, transformToTaps, writeCoefficients } from "./winograd-transforms.as";
import { transformGradients, transformSources } from "./winograd-wide-transforms.as";

// The filter gradient of a convolution with 3x3 taps and stride 1: the derivative of the forward product of transformed tiles. For
// each of the 36 positions, transformed sources times transformed gradients, summed over tiles, then the transform to taps.


/** What an item sums over. In memory, so that it can be passed on. Strides in bytes. */
// @ts-ignore: decorator
@unmanaged
class Slice {
  images: i32;
  y: Axis;
  across: Axis;
  sourceImage: usize;
  targetImage: usize;
  /** Channels of x and of dy, and the first pixels of the first of them. */
  channels: i32;
  outputs: i32;
  x: usize;
  dy: usize;
  /** What is in scratch: coefficients, lines of a tile, tables of tiles of x and of dy, and transformed tiles. */
  coefficients: usize;
  lines: usize;
  table: usize;
  tableOfDy: usize;
  sources: usize;
  gradients: usize;
  /** Bytes from position to position, from four channels to the next, and from tile to tile of dy. */
  sourceStep: usize;
  gradientStep: usize;
  tilesBytes: usize;
  outputBytes: usize;
  /** Copies of tiles, for wide vectors. */
  copies: usize;
}

const sliceBytes: usize = 128;

/** Transforms tiles `first` to `first + count`, of which a vector holds four channels. */
// @ts-ignore: decorator
@inline
function transformTiles(slice: Slice, first: i32, count: i32): void {
  const across = (slice.across.target + 3) >> 2, ofImage = ((slice.y.target + 3) >> 2) * across;
  const sourceStride = <usize>(slice.y.source * slice.across.source) << 2, targetStride = <usize>(slice.y.target * slice.across.target) << 2;
  for (let index = 0; index < count; index++) {
    const tile = first + index, image = <usize>(tile / ofImage), row = (tile % ofImage) / across << 2, column = tile % ofImage % across << 2;
    const top = row - slice.y.padding, left = column - slice.across.padding;
    const from = slice.x + image * slice.sourceImage + (<usize>(top * slice.across.source + left) << 2);
    const fromDy = slice.dy + image * slice.targetImage + (<usize>(row * slice.across.target + column) << 2);
    const own = slice.table + <usize>index * groupBytes, ownOfDy = slice.tableOfDy + <usize>index * groupBytes;
    for (let lane = 0; lane < 4; lane++) {
      fillLane(own, lane, from + <usize>lane * sourceStride, 0, top, left, 0, 0);
      fillLane(ownOfDy, lane, fromDy + <usize>lane * targetStride, 0, row, column, 0, 0);
    }
    finishGroup(own, slice.across.source);
    finishGroup(ownOfDy, slice.across.target);
  }
  const k = slice.coefficients, lines = slice.lines;
  for (let channel = 0; channel < slice.channels; channel += 4) {
    let to = slice.sources + <usize>(channel >> 2) * slice.tilesBytes;
    for (let index = 0; index < count; index++, to += 16) {
      readSource(k, slice.table + <usize>index * groupBytes, <usize>channel * sourceStride, <usize>slice.across.source << 2, slice.y.source, lines, to, slice.sourceStep);
    }
  }
  for (let output = 0; output < slice.outputs; output += 4) {
    let to = slice.gradients + (<usize>output << 2);
    for (let index = 0; index < count; index++, to += slice.outputBytes) {
      readGradient(k, slice.tableOfDy + <usize>index * groupBytes, <usize>output * targetStride, <usize>slice.across.target << 2, slice.y.target, lines, to, slice.gradientStep);
    }
  }
}

/** The same for wide vectors: two tiles of four channels of x, and one of eight channels of dy. */
function transformStrips(slice: Slice, first: i32, count: i32): void {
  const sourceStride = <usize>(slice.y.source * slice.across.source) << 2, targetStride = <usize>(slice.y.target * slice.across.target) << 2;
  const table = slice.table, copies = slice.copies, k = slice.coefficients, lines = slice.lines;
  const strips = writeStrips(
    table, first, first + count, slice.x, slice.sourceImage, slice.across.source, slice.y.padding, slice.across.padding,
    slice.dy, slice.targetImage, slice.y.target, slice.across.target,
  );
  for (let channel = 0; channel < slice.channels; channel += 4) {
    for (let lane = 0; lane < 4; lane++) {
      copySource(table, strips, <usize>(channel + lane) * sourceStride, slice.y.source, slice.across.source, copies + <usize>lane * 6 * pitch);
    }
    const to = slice.sources + <usize>(channel >> 2) * slice.tilesBytes;
    for (let index = 0; index < count; index += 2) {
      const own = <usize>index << 4;
      transformSources(k, copies + own, 6 * pitch, lines, to + own, slice.sourceStep);
    }
  }
  for (let output = 0; output < slice.outputs; output += 8) {
    copyGradients(table, strips, <usize>output * targetStride, targetStride, slice.across.target, copies);
    let to = slice.gradients + (<usize>output << 2);
    for (let index = 0; index < count; index++, to += slice.outputBytes) {
      transformGradients(k, copies + (<usize>index << 5), 4 * pitch, lines, to, slice.gradientStep);
    }
  }
}

/** The taps of one channel of x and four of dy, `outputStride` bytes apart in the target. */
function writeTaps(slice: Slice, k: usize, from: usize, step: usize, lines: usize, target: usize, outputStride: usize, x: usize, dy: usize): void {
  for (let column = 0; column < 6; column++) transformToTaps(k, from + <usize>column * step, 6 * step, lines + (<usize>column << 4), 96);
  let check = f32x4.splat(0);
  for (let row = 0; row < 3; row++) {
    const line = lines + <usize>row * 96;
    transformToTaps(k, line, 16, line, 16);
    for (let column = 0; column < 3; column++) {
      const v = v128.load(line + (<usize>column << 4)), to = target + (<usize>(3 * row + column) << 2);
      check = f32x4.add(check, f32x4.mul(v, f32x4.splat(0)));
      v128.store_lane<u32>(to, v, 0);
      v128.store_lane<u32>(to + outputStride, v, 1);
      v128.store_lane<u32>(to + 2 * outputStride, v, 2);
      v128.store_lane<u32>(to + 3 * outputStride, v, 3);
    }
  }
  check = f32x4.ne(check, check);
  if (!v128.any_true(check)) return;
  const targetStride = <usize>(slice.y.target * slice.across.target) << 2;
  for (let lane = 0; lane < 4; lane++, dy += targetStride, target += outputStride) {
    if (!((i32x4.bitmask(check) >> lane) & 1)) continue;
    for (let tap = 0; tap < 9; tap++) {
      store<f32>(target + (<usize>tap << 2), sumTap(x, slice.sourceImage, dy, slice.targetImage, slice.images, slice.y, slice.across, tap));
    }
  }
}

/** Describes what all items share, at the start of scratch. */
// @ts-ignore: decorator
@inline
function describeSlice(scratch: usize, args: FilterGradientWinogradArguments): Slice {
  const { groups, channels, outputs, sourceY, sourceX, targetY, targetX, outputBlock, channelBlock, tiles } = args;
  const slice = changetype<Slice>(scratch);
  slice.y = axisAt(scratch + sliceBytes, changetype<usize>(args) + offsetof<FilterGradientWinogradArguments>("sourceY"), 0);
  slice.across = axisAt(scratch + sliceBytes + axisBytes, changetype<usize>(args) + offsetof<FilterGradientWinogradArguments>("sourceX"), 0);
  slice.sourceImage = <usize>(sourceY * sourceX * groups * channels) << 2;
  slice.targetImage = <usize>(targetY * targetX * groups * outputs) << 2;
  slice.sourceStep = computeStep(channelBlock, tiles);
  slice.gradientStep = computeStep(outputBlock, tiles);
  slice.tilesBytes = <usize>tiles << 4;
  slice.outputBytes = <usize>outputBlock << 2;
  slice.coefficients = scratch + sliceBytes + 2 * axisBytes;
  slice.lines = slice.coefficients + coefficientBytes;
  slice.table = slice.lines + lineBytes;
  if (VECTOR_BITS == 256) {
    slice.copies = slice.table + <usize>tiles * stripBytes + 63 & ~63;
    slice.sources = slice.copies + 24 * pitch;
  } else {
    slice.tableOfDy = slice.table + <usize>tiles * groupBytes;
    slice.sources = slice.tableOfDy + <usize>tiles * groupBytes;
  }
  slice.gradients = slice.sources + positions * slice.sourceStep;
  writeCoefficients(slice.coefficients);
  memory.fill(slice.lines, 0, lineBytes);
  return slice;
}

/**
 * The gradient over slices of `sliceImages` images, one after the other in `sums`. An item is a slice, a group, and a block of
 * `outputBlock` channels of dy, in eights, and of `channelBlock` channels of x, in fours; `tiles` tiles are transformed at a time.
 * Channels are counted per group.
 */
function filterGradientWinograd(begin: i32, end: i32, scratch: usize, args: FilterGradientWinogradArguments): void {
  const { source, dy, sums, images, groups, channels, outputs } = args;
  const { sourceY, targetY, sourceX, targetX, outputBlock, channelBlock, sliceImages, tiles } = args;
  const slice = describeSlice(scratch, args);
  const sumStep = computeStep(channelBlock, outputBlock), products = slice.gradients + positions * slice.gradientStep;
  const sourceStride = <usize>(sourceY * sourceX) << 2, targetStride = <usize>(targetY * targetX) << 2;
  const outputBytes = slice.outputBytes;
  const channelBlocks = (channels + channelBlock - 1) / channelBlock, outputBlocks = (outputs + outputBlock - 1) / outputBlock;
  const slices = (images + sliceImages - 1) / sliceImages;
  const ofImage = ((targetY + 3) >> 2) * ((targetX + 3) >> 2);
  for (let item = begin; item < end; item++) {
    let rest = item;
    const firstChannel = (rest % channelBlocks) * channelBlock, ownChannels = min(channelBlock, channels - firstChannel);
    rest /= channelBlocks;
    const firstOutput = (rest % outputBlocks) * outputBlock, ownOutputs = min(outputBlock, outputs - firstOutput);
    rest /= outputBlocks;
    const firstImage = (rest % slices) * sliceImages, group = rest / slices;
    slice.images = min(sliceImages, images - firstImage);
    slice.channels = ownChannels;
    slice.outputs = ownOutputs;
    slice.x = source + <usize>firstImage * slice.sourceImage + <usize>(group * channels + firstChannel) * sourceStride;
    slice.dy = dy + <usize>firstImage * slice.targetImage + <usize>(group * outputs + firstOutput) * targetStride;
    const total = slice.images * ofImage;
    for (let first = 0; first < total; first += tiles) {
      const count = min(tiles, total - first);
      if (VECTOR_BITS == 256) transformStrips(slice, first, count);
      else transformTiles(slice, first, count);
      for (let position: usize = 0; position < positions; position++) {
        let panel = slice.sources + position * slice.sourceStep, to = products + position * sumStep;
        for (let channel = 0; channel < ownChannels; channel += 4, panel += slice.tilesBytes, to += 4 * outputBytes) {
          multiplyRows(panel, count, slice.gradients + position * slice.gradientStep, outputBytes, <usize>ownOutputs << 2, to, outputBytes, first > 0, 0, 1);
        }
      }
    }
    const block = (<usize>(firstImage / sliceImages * groups + group) * outputs + firstOutput) * channels + firstChannel;
    for (let channel = 0; channel < ownChannels; channel++) {
      for (let output = 0; output < ownOutputs; output += 4) {
        writeTaps(
          slice, slice.coefficients, products + <usize>channel * outputBytes + (<usize>output << 2), sumStep, slice.lines,
          sums + (block + <usize>output * channels + channel) * 36, <usize>channels * 36,
          slice.x + <usize>channel * sourceStride, slice.dy + <usize>output * targetStride,
        );
      }
    }
  }
}

export { filterGradientWinograd };
