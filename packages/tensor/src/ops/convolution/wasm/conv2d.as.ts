import { packAlong } from "../../matmul/wasm/simd.as";
import { ConvolutionSizes, ConvolveArguments, PackFiltersArguments } from "./convolution.kernels.as";
import { axisAt, axisBytes, enterPhase, enterTile, findPhase, targetAt } from "./geometry.as";
import { multiplyPatches, multiplyRows } from "./panel.as";
import { convolveApart, convolveWhole, finishSegment, multiplyThin, targetBytes } from "./segments.as";
import { packSource, segmentBytes, segmentLanes, writeOffsets, writeSegments } from "./patches.as";
import { addRectangle, clearWritten, writeStatistics, writtenAt } from "./written.as";

// Convolution as an implicit matrix product (Dukhan 2019, the indirect convolution algorithm): filters, packed once into panels
// of 4 target channels, times patches that are read from a padded copy of the source. Its input gradient is the same product
// with the parts of source and target exchanged.


const tileBytes: usize = ConvolutionSizes.tileBytes;
/** What the rows of one product take: half of a first-level cache of 32 KiB. */
const rowBytesInUse: i32 = 16384;
/** What `multiplyRows` takes at a time: two segments. */
const rowBytes: i32 = 8 * segmentLanes;

/**
 * Filters in the order of their use: for each group and four target channels, for each phase, for each source channel and tap of
 * the phase, four floats. An item is four target channels of a group.
 */
function packFilters(begin: i32, end: i32, scratch: usize, args: PackFiltersArguments): void {
  const { filters, packed, targetChannels, sourceChannels, transposed } = args;
  const { tapsY, tapsX } = args;
  const y = axisAt(scratch, changetype<usize>(args) + offsetof<PackFiltersArguments>("sourceY"), transposed);
  const x = axisAt(scratch + axisBytes, changetype<usize>(args) + offsetof<PackFiltersArguments>("sourceX"), transposed);
  const area = tapsY * tapsX, panels = (targetChannels + 3) >> 2;
  const targetStride = <usize>(transposed ? area : area * sourceChannels) << 2;
  const sourceStride = <usize>(transposed ? area * targetChannels : area) << 2;
  for (let item = begin; item < end; item++) {
    const group = item / panels, first = (item % panels) << 2;
    const lanes = min(4, targetChannels - first);
    const from = filters + (<usize>(group * targetChannels * sourceChannels * area) << 2) + <usize>first * targetStride;
    let to = packed + (<usize>(item * sourceChannels * area) << 4);
    if (!transposed) {
      packAlong(from, lanes, targetStride, sourceChannels * area, to, 16);
      continue;
    }
    for (let phase = 0; phase < y.step * x.step; phase++) {
      enterPhase(y, phase / x.step);
      enterPhase(x, phase % x.step);
      const taps = y.taps * x.taps;
      let index = 0;
      for (let tap = 0; tap < area; tap++) {
        if (findPhase(y, tap / tapsX) != y.phase || findPhase(x, tap % tapsX) != x.phase) continue;
        for (let channel = 0; channel < sourceChannels; channel++) {
          const own = from + <usize>channel * sourceStride + (<usize>tap << 2);
          const at = to + (<usize>(channel * taps + index) << 4);
          for (let lane = 0; lane < 4; lane++) {
            store<f32>(at + (<usize>lane << 2), lane < lanes ? load<f32>(own + <usize>lane * targetStride) : 0);
          }
        }
        index++;
      }
      to += <usize>(taps * sourceChannels) << 4;
    }
  }
}

/** Where the segments of an item are written, and how. In memory, so that it can be passed on. */
// @ts-ignore: decorator
@unmanaged
class Output {
  table: usize;
  segments: i32;
  /** Segments from here on have only `tail` lanes. */
  full: i32;
  tail: i32;
  /** The first segment of the first channel. Steps and strides in bytes. */
  target: usize;
  step: usize;
  channelStride: usize;
  channels: i32;
  accumulate: bool;
  last: bool;
  /** All segments lie side by side, and so does what their only tap reads. */
  isRow: bool;
  bias: usize;
  slope: f32;
}

/** Lanes of a segment: none beyond the last one. */
// @ts-ignore: decorator
@inline
function countLanes(output: Output, segment: i32): i32 {
  return segment < output.full ? segmentLanes : segment < output.segments ? output.tail : 0;
}

/** All target channels of a block, for the source channels in scratch. `panelStride` in bytes. */
function convolveBlock(output: Output, filters: usize, panelStride: usize, offsets: usize, depth: i32, tile: usize): void {
  const step = output.step, stride = output.channelStride, accumulate = output.accumulate, last = output.last, channels = output.channels;
  const firstBias = last ? output.bias : 0, nextBias: usize = firstBias ? 4 : 0, slope = last ? output.slope : 1;
  const whole = output.isRow && !(channels & 3) ? output.full & ~1 : 0;
  if (whole) {
    const block = max(rowBytes, rowBytesInUse / max(1, depth) & ~(rowBytes - 1)), rowStep = depth > 1 ? load<u32>(offsets, 4) : 0, end = whole * (rowBytes >> 1);
    for (let at = 0; at < end; at += block) {
      const from = <usize>load<u32>(output.table) + at, width = min(block, end - at);
      let panel = filters, bias = firstBias, to = output.target + at;
      for (let channel = 0; channel < channels; channel += 4, panel += panelStride, bias += 4 * nextBias, to += 4 * stride) {
        multiplyRows(panel, depth, from, rowStep, width, to, stride, accumulate, bias, slope);
      }
    }
  }
  for (let segment = whole; segment < output.segments; segment += 2) {
    const entry = output.table + <usize>segment * segmentBytes;
    const left = <usize>load<u32>(entry), right = <usize>load<u32>(entry, segmentBytes);
    let target = output.target + <usize>load<u32>(entry, 4), beside = output.target + <usize>load<u32>(entry, segmentBytes + 4);
    const lanes = countLanes(output, segment), lanesBeside = countLanes(output, segment + 1);
    const areWhole = lanes == segmentLanes && lanesBeside == segmentLanes, isWhole = areWhole && step == 4;
    let panel = filters, bias = firstBias;
    for (let channel = 0; channel < channels; channel += 4, panel += panelStride, bias += 4 * nextBias) {
      if (isWhole && channel + 4 <= channels) {
        convolveWhole(panel, offsets, depth, left, right, target, beside, stride, accumulate, bias, slope, tile);
      } else if (VECTOR_BITS == 256 && areWhole && channel + 4 <= channels) {
        convolveApart(panel, offsets, depth, left, right, target, beside, stride, step, accumulate, bias, slope, tile);
      } else {
        multiplyPatches(panel, offsets, depth, left, right, tile, tile + targetBytes, 2 * targetBytes);
        const rows = min(4, channels - channel);
        for (let row = 0, from = tile; row < rows; row++, from += 2 * targetBytes) {
          const below = <usize>row * stride, own = bias + <usize>row * nextBias;
          finishSegment(from, target + below, step, lanes, accumulate, own, slope);
          finishSegment(from + targetBytes, beside + below, step, lanesBeside, accumulate, own, slope);
        }
      }
      target += 4 * stride;
      beside += 4 * stride;
    }
  }
}

function convolveThin(output: Output, filters: usize, offsets: usize, depth: i32, tile: usize): void {
  const accumulate = output.accumulate, last = output.last, slope = last ? output.slope : 1;
  for (let channel = 0; channel < output.channels; channel++, filters += 4) {
    const target = output.target + <usize>channel * output.channelStride, bias = last && output.bias ? output.bias + (<usize>channel << 2) : 0;
    let entry = output.table;
    for (let segment = 0; segment < output.segments; segment += 4) {
      multiplyThin(filters, offsets, depth, entry, tile);
      for (let own = 0, from = tile; own < 4; own++, from += targetBytes, entry += segmentBytes) {
        const to = target + <usize>load<u32>(entry, 4);
        finishSegment(from, to, output.step, countLanes(output, segment + own), accumulate, bias, slope);
      }
    }
  }
}

/**
 * target = activation(convolution of the source + bias). An item is a tile of `tileImages` images, `tileRows` rows and
 * `tileColumns` columns of a phase of a group, for `targetBlock` target channels; `sourceBlock` source channels are in scratch at
 * a time. Channels are counted per group. `statistics`, where they are wanted, are of what each item writes: rows of all channels,
 * four for each tile.
 */
function convolve(begin: i32, end: i32, scratch: usize, args: ConvolveArguments): void {
  const { source, filters, bias, target, statistics, slope } = args;
  const { images, groups, sourceChannels, targetChannels, transposed } = args;
  const { sourceY, targetY, tapsY } = args;
  const { sourceX, targetX, tapsX } = args;
  const { tileImages, tileRows, tileColumns, targetBlock, sourceBlock } = args;
  const y = axisAt(scratch, changetype<usize>(args) + offsetof<ConvolveArguments>("sourceY"), transposed);
  const x = axisAt(scratch + axisBytes, changetype<usize>(args) + offsetof<ConvolveArguments>("sourceX"), transposed);
  const output = changetype<Output>(scratch + 2 * axisBytes);
  const written = writtenAt(scratch + 3 * axisBytes, targetY, targetX, <usize>(targetY * targetX * groups * targetChannels) << 2);
  const tile = scratch + 4 * axisBytes, offsets = tile + tileBytes;
  const table = offsets + (<usize>(sourceBlock * tapsY * tapsX) << 2);
  const segmentsOfTile = tileImages * tileRows * ((tileColumns + segmentLanes - 1) / segmentLanes);
  // The kernels take segments by twos or fours: a few beyond the last one repeat what is read, and write nothing.
  const patches = table + <usize>(segmentsOfTile + 3) * segmentBytes + 15 & ~15;
  const sourceChannel = <usize>(sourceY * sourceX) << 2, targetChannel = <usize>(targetY * targetX) << 2;
  const sourceImage = sourceChannel * groups * sourceChannels, targetImage = targetChannel * groups * targetChannels;
  const blocks = (targetChannels + targetBlock - 1) / targetBlock;
  const across = ((targetX + x.step - 1) / x.step + tileColumns - 1) / tileColumns;
  const down = ((targetY + y.step - 1) / y.step + tileRows - 1) / tileRows;
  const panelStride = <usize>(sourceChannels * tapsY * tapsX) << 4;
  const phases = y.step * x.step;
  let imagesBefore = 0, rowsBefore = 0, columnsBefore = 0;
  output.table = table;
  output.channelStride = targetChannel;
  output.step = <usize>x.step << 2;
  output.slope = slope;
  for (let item = begin; item < end; item++) {
    let rest = item;
    const firstChannel = (rest % blocks) * targetBlock;
    rest /= blocks;
    const firstColumn = (rest % across) * tileColumns;
    rest /= across;
    const firstRow = (rest % down) * tileRows;
    rest /= down;
    const group = rest % groups, firstImage = (rest / groups) * tileImages, count = min(tileImages, images - firstImage);
    const channel = group * targetChannels + firstChannel;
    const toChannel = target + <usize>firstImage * targetImage + <usize>channel * targetChannel;
    const from = source + <usize>firstImage * sourceImage + <usize>(group * sourceChannels) * sourceChannel;
    const panels = filters + <usize>(group * ((targetChannels + 3) >> 2) + (firstChannel >> 2)) * panelStride;
    output.channels = min(targetBlock, targetChannels - firstChannel);
    output.bias = bias ? bias + (<usize>channel << 2) : 0;
    // Runs once where there is nothing to add up too: the sum is zero.
    let first = 0;
    do {
      const block = min(sourceBlock, sourceChannels - first);
      output.accumulate = first > 0;
      output.last = first + block == sourceChannels;
      for (let phase = 0; phase < phases; phase++) {
        enterPhase(y, phase / x.step);
        enterPhase(x, phase % x.step);
        enterTile(y, firstRow, tileRows);
        enterTile(x, firstColumn, tileColumns);
        if (phase == 0) packSource(from + <usize>first * sourceChannel, sourceImage, sourceChannel, count, block, y, x, patches);
        if (x.length == 0 || y.length == 0) continue;
        if (phases > 1 || count != imagesBefore || y.length != rowsBefore || x.length != columnsBefore) {
          imagesBefore = count;
          rowsBefore = y.length;
          columnsBefore = x.length;
          output.isRow = tapsY * tapsX == 1 && x.jump * phases == 1 && count * y.length == 1;
          output.tail = x.length & (segmentLanes - 1);
          output.full = count * y.length * (x.length / segmentLanes);
          output.segments = count * y.length * ((x.length + segmentLanes - 1) / segmentLanes);
          writeSegments(count, targetImage, y, x, patches, table);
          for (let extra = 0; extra < 3; extra++) {
            store<u64>(table + <usize>(output.segments + extra) * segmentBytes, load<u64>(table));
          }
          writeOffsets(block, count, y, x, offsets);
        }
        const taps = y.taps * x.taps, before = y.tapsBefore * tapsX + y.taps * x.tapsBefore;
        const own = panels + (<usize>(before * sourceChannels + first * taps) << 4);
        output.target = toChannel + (<usize>(targetAt(y) * targetX + targetAt(x)) << 2);
        if (targetChannels <= 2) convolveThin(output, own, offsets, block * taps, tile);
        else convolveBlock(output, own, panelStride, offsets, block * taps, tile);
      }
      first += block;
    } while (first < sourceChannels);
    if (statistics) {
      const part = (item / blocks) / (across * down * groups) * (across * down) + (item / blocks) % (across * down);
      const row = <usize>(groups * targetChannels) << 2, to = statistics + <usize>(4 * part) * row + (<usize>channel << 2);
      clearWritten(written);
      addRectangle(written, firstImage, firstRow, count * y.length, firstColumn, x.length);
      for (let own = 0; own < output.channels; own++) {
        writeStatistics(written, target + <usize>(channel + own) * targetChannel, to + (<usize>own << 2), row);
      }
    }
  }
}

export { packFilters, convolve };
