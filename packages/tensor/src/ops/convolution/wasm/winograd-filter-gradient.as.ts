import { FilterGradientWinogradArguments } from "./convolution.kernels.as";
import { multiplyRows } from "./panel.as";
import { fillLane, finishGroup, groupBytes, readGradient, readSource } from "./winograd-tiles.as";
import { coefficientBytes, transformToTaps, writeCoefficients } from "./winograd-transforms.as";
import { positions, computeStep, tileBytes } from "./winograd.as";

// The filter gradient of a convolution with 3x3 taps and stride 1: the derivative of the forward product of transformed tiles. For
// each of the 36 positions, transformed sources times transformed gradients, summed over tiles, then the transform to taps.


/** What an item sums over. In memory, so that it can be passed on. Strides in bytes. */
// @ts-ignore: decorator
@unmanaged
class Slice {
  images: i32;
  sourceY: i32;
  sourceX: i32;
  targetY: i32;
  targetX: i32;
  beforeY: i32;
  beforeX: i32;
  sourceImage: usize;
  targetImage: usize;
}

/** One tap of the gradient of one pair of channels by the definition. Stops at NaN, which stays what it is. */
function sumTap(slice: Slice, tap: i32, x: usize, dy: usize): f32 {
  let sum: f32 = 0;
  const down = tap / 3 - slice.beforeY, right = tap % 3 - slice.beforeX;
  for (let image = 0; image < slice.images; image++, x += slice.sourceImage, dy += slice.targetImage) {
    for (let row = max(0, -down); row < min(slice.targetY, slice.sourceY - down); row++) {
      for (let column = max(0, -right); column < min(slice.targetX, slice.sourceX - right); column++) {
        sum += load<f32>(x + (<usize>((row + down) * slice.sourceX + column + right) << 2)) * load<f32>(dy + (<usize>(row * slice.targetX + column) << 2));
      }
      if (sum != sum) return sum;
    }
  }
  return sum;
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
  const targetStride = <usize>(slice.targetY * slice.targetX) << 2;
  for (let lane = 0; lane < 4; lane++, dy += targetStride, target += outputStride) {
    if (!((i32x4.bitmask(check) >> lane) & 1)) continue;
    for (let tap = 0; tap < 9; tap++) store<f32>(target + (<usize>tap << 2), sumTap(slice, tap, x, dy));
  }
}

/**
 * The gradient over slices of `sliceImages` images, one after the other in `sums`. An item is a slice, a group, and a block of
 * `outputBlock` channels of dy, in eights, and of `channelBlock` channels of x, in fours; `tiles` tiles are transformed at a time.
 * Channels are counted per group.
 */
function filterGradientWinograd(begin: i32, end: i32, scratch: usize, args: FilterGradientWinogradArguments): void {
  const { source, dy, sums, images, groups, channels, outputs } = args;
  const { sourceY, targetY, beforeY, sourceX, targetX, beforeX, outputBlock, channelBlock, sliceImages, tiles } = args;
  const slice = changetype<Slice>(scratch);
  const k = scratch + 64, lines = k + coefficientBytes, table = lines + tileBytes;
  const tableOfDy = table + <usize>tiles * groupBytes;
  const sources = tableOfDy + <usize>tiles * groupBytes;
  const sourceStep = computeStep(channelBlock, tiles), gradientStep = computeStep(outputBlock, tiles), sumStep = computeStep(channelBlock, outputBlock);
  const gradients = sources + positions * sourceStep, products = gradients + positions * gradientStep;
  const sourceStride = <usize>(sourceY * sourceX) << 2, targetStride = <usize>(targetY * targetX) << 2;
  const outputBytes = <usize>outputBlock << 2, tilesBytes = <usize>tiles << 4;
  writeCoefficients(k);
  memory.fill(lines, 0, tileBytes);
  slice.sourceY = sourceY;
  slice.sourceX = sourceX;
  slice.targetY = targetY;
  slice.targetX = targetX;
  slice.beforeY = beforeY;
  slice.beforeX = beforeX;
  slice.sourceImage = sourceStride * groups * channels;
  slice.targetImage = targetStride * groups * outputs;
  const channelBlocks = (channels + channelBlock - 1) / channelBlock, outputBlocks = (outputs + outputBlock - 1) / outputBlock;
  const slices = (images + sliceImages - 1) / sliceImages;
  const across = (targetX + 3) >> 2, ofImage = ((targetY + 3) >> 2) * across;
  for (let item = begin; item < end; item++) {
    let rest = item;
    const firstChannel = (rest % channelBlocks) * channelBlock, ownChannels = min(channelBlock, channels - firstChannel);
    rest /= channelBlocks;
    const firstOutput = (rest % outputBlocks) * outputBlock, ownOutputs = min(outputBlock, outputs - firstOutput);
    rest /= outputBlocks;
    const firstImage = (rest % slices) * sliceImages, group = rest / slices;
    slice.images = min(sliceImages, images - firstImage);
    const x = source + <usize>firstImage * slice.sourceImage + <usize>(group * channels + firstChannel) * sourceStride;
    const gradient = dy + <usize>firstImage * slice.targetImage + <usize>(group * outputs + firstOutput) * targetStride;
    const total = slice.images * ofImage;
    for (let first = 0; first < total; first += tiles) {
      const count = min(tiles, total - first);
      for (let index = 0; index < count; index++) {
        const tile = first + index, image = tile / ofImage, row = (tile % ofImage) / across << 2, column = tile % ofImage % across << 2;
        const top = row - beforeY, left = column - beforeX;
        const from = x + <usize>image * slice.sourceImage + (<usize>(top * sourceX + left) << 2);
        const fromDy = gradient + <usize>image * slice.targetImage + (<usize>(row * targetX + column) << 2);
        const own = table + <usize>index * groupBytes, ownOfDy = tableOfDy + <usize>index * groupBytes;
        for (let lane = 0; lane < 4; lane++) {
          fillLane(own, lane, from + <usize>lane * sourceStride, 0, top, left, 0, 0);
          fillLane(ownOfDy, lane, fromDy + <usize>lane * targetStride, 0, row, column, 0, 0);
        }
        finishGroup(own, sourceX);
        finishGroup(ownOfDy, targetX);
      }
      for (let channel = 0; channel < ownChannels; channel += 4) {
        let to = sources + <usize>(channel >> 2) * tilesBytes;
        for (let index = 0; index < count; index++, to += 16) {
          readSource(k, table + <usize>index * groupBytes, <usize>channel * sourceStride, <usize>sourceX << 2, sourceY, lines, to, sourceStep);
        }
      }
      for (let output = 0; output < ownOutputs; output += 4) {
        let to = gradients + (<usize>output << 2);
        for (let index = 0; index < count; index++, to += outputBytes) {
          readGradient(k, tableOfDy + <usize>index * groupBytes, <usize>output * targetStride, <usize>targetX << 2, targetY, lines, to, gradientStep);
        }
      }
      for (let position: usize = 0; position < positions; position++) {
        let panel = sources + position * sourceStep, to = products + position * sumStep;
        for (let channel = 0; channel < ownChannels; channel += 4, panel += tilesBytes, to += 4 * outputBytes) {
          multiplyRows(panel, count, gradients + position * gradientStep, outputBytes, <usize>ownOutputs << 2, to, outputBytes, first > 0, 0, 1);
        }
      }
    }
    const block = (<usize>(firstImage / sliceImages * groups + group) * outputs + firstOutput) * channels + firstChannel;
    for (let channel = 0; channel < ownChannels; channel++) {
      for (let output = 0; output < ownOutputs; output += 4) {
        writeTaps(
          slice, k, products + <usize>channel * outputBytes + (<usize>output << 2), sumStep, lines,
          sums + (block + <usize>output * channels + channel) * 36, <usize>channels * 36,
          x + <usize>channel * sourceStride, gradient + <usize>output * targetStride,
        );
      }
    }
  }
}

export { filterGradientWinograd };
