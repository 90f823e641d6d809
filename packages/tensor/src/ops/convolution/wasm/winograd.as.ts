import { activate, finish } from "../../matmul/wasm/simd.as";
import { ConvolveWinogradArguments, TransformFiltersArguments } from "./convolution.kernels.as";
import { multiplyRows } from "./panel.as";
import { computeStep, convolveTile, Layer, layerBytes, lineBytes, positions } from "./winograd-layer.as";
import { columnsAt, fillLane, finishGroup, groupBytes, nowhere, readSource, rowsAt, targetAt, wholeAt } from "./winograd-tiles.as";
import { coefficientBytes, transformBack, transformTaps, writeCoefficients } from "./winograd-transforms.as";
import { describeStrips, placeStrips, readStrips, writeStripsOfChannel } from "./winograd-wide.as";
import { addRectangle, clearWritten, writeStatistics, Written, writtenAt, writtenBytes } from "./written.as";

// Convolution with 3x3 taps and stride 1 by tiles of 4x4 targets: transformed sources times transformed filters, a small matrix
// product for each of the 36 positions of a tile, then the transform back. A tile whose result is not finite is convolved again
// as the definition says, so that NaN and infinities reach no pixel that they should not.


/** Filters in panels of four target channels, transformed: for each group and position, for each panel, for each source channel. An item is a panel. */
function transformFilters(begin: i32, end: i32, scratch: usize, args: TransformFiltersArguments): void {
  const { weight, packed, targetChannels, sourceChannels, transposed } = args;
  const panels = (targetChannels + 3) >> 2, step = computeStep(panels << 2, sourceChannels);
  const targetStride = <usize>(transposed ? 9 : 9 * sourceChannels) << 2, sourceStride = <usize>(transposed ? 9 * targetChannels : 9) << 2;
  const lines = scratch + coefficientBytes, taps = lines + 18 * 16;
  writeCoefficients(scratch);
  for (let item = begin; item < end; item++) {
    const group = item / panels, first = (item % panels) << 2, lanes = min(4, targetChannels - first);
    const from = weight + (<usize>(group * targetChannels * sourceChannels * 9) << 2) + <usize>first * targetStride;
    let to = packed + <usize>(group * positions) * step + (<usize>((first >> 2) * sourceChannels) << 4);
    memory.fill(taps, 0, 9 * 16);
    for (let channel = 0; channel < sourceChannels; channel++, to += 16) {
      for (let lane = 0; lane < lanes; lane++) {
        const own = from + <usize>channel * sourceStride + <usize>lane * targetStride;
        for (let tap = 0; tap < 9; tap++) {
          store<f32>(taps + (<usize>tap << 4) + (<usize>lane << 2), load<f32>(own + (<usize>(transposed ? 8 - tap : tap) << 2)));
        }
      }
      for (let row: usize = 0; row < 3; row++) {
        const at = taps + row * 48;
        transformTaps(scratch, v128.load(at), v128.load(at, 16), v128.load(at, 32), lines + row * 96, 16);
      }
      for (let column: usize = 0; column < 6; column++) {
        const at = lines + (column << 4);
        transformTaps(scratch, v128.load(at), v128.load(at, 96), v128.load(at, 192), to + column * step, 6 * step);
      }
    }
  }
}

/** Transforms four tiles of a channel back, finishes and writes them. `offset` is of the channel, in bytes. */
function writeTiles(layer: Layer, group: usize, from: usize, step: usize, offset: usize, weight: usize, bias: usize): void {
  const scratch = layer.scratch, k = layer.coefficients;
  let line = scratch;
  for (let column = 0; column < 6; column++, line += 16) transformBack(k, from + <usize>column * step, 6 * step, line, 96);
  const zero = f32x4.splat(0), isWhole = load<i32>(group, wholeAt) != 0, slope = layer.slope, down = layer.targetRowBytes;
  const b = bias ? v128.load32_splat(bias) : zero;
  let t0 = load<usize>(group, targetAt) + offset, t1 = load<usize>(group, targetAt + 4) + offset;
  let t2 = load<usize>(group, targetAt + 8) + offset, t3 = load<usize>(group, targetAt + 12) + offset;
  let check = zero;
  line = scratch;
  for (let row = 0; row < 4; row++, line += 96, t0 += down, t1 += down, t2 += down, t3 += down) {
    transformBack(k, line, 16, line, 16);
    let y0 = v128.load(line), y1 = v128.load(line, 16), y2 = v128.load(line, 32), y3 = v128.load(line, 48);
    check = f32x4.add(check, f32x4.mul(f32x4.add(f32x4.add(y0, y1), f32x4.add(y2, y3)), zero));
    y0 = activate(f32x4.add(y0, b), slope);
    y1 = activate(f32x4.add(y1, b), slope);
    y2 = activate(f32x4.add(y2, b), slope);
    y3 = activate(f32x4.add(y3, b), slope);
    const s0 = v128.shuffle<f32>(y0, y1, 0, 4, 1, 5), s1 = v128.shuffle<f32>(y0, y1, 2, 6, 3, 7);
    const s2 = v128.shuffle<f32>(y2, y3, 0, 4, 1, 5), s3 = v128.shuffle<f32>(y2, y3, 2, 6, 3, 7);
    const r0 = v128.shuffle<f64>(s0, s2, 0, 2), r1 = v128.shuffle<f64>(s0, s2, 1, 3), r2 = v128.shuffle<f64>(s1, s3, 0, 2), r3 = v128.shuffle<f64>(s1, s3, 1, 3);
    if (isWhole) {
      v128.store(t0, r0);
      v128.store(t1, r1);
      v128.store(t2, r2);
      v128.store(t3, r3);
    } else {
      v128.store(line, r0);
      v128.store(line, r1, 16);
      v128.store(line, r2, 32);
      v128.store(line, r3, 48);
      for (let lane: usize = 0; lane < 4; lane++) {
        const own = group + (lane << 2), to = load<usize>(own, targetAt) + offset + <usize>row * down;
        if (row < load<i32>(own, rowsAt)) finish(to, 4, min(4, load<i32>(own, columnsAt)), v128.load(line + (lane << 4)), false, false, 0, 0, 1);
      }
    }
  }
  check = f32x4.ne(check, check);
  if (!v128.any_true(check)) return;
  for (let lane: usize = 0; lane < 4; lane++) {
    if ((i32x4.bitmask(check) >> <i32>lane) & 1) {
      convolveTile(layer, group + (lane << 2), weight, bias, load<usize>(group + (lane << 2), targetAt) + offset);
    }
  }
}

/** Transforms the tiles of a channel back. */
// @ts-ignore: decorator
@inline
function writeTilesOfChannel(layer: Layer, groups: i32, from: usize, step: usize, offset: usize, weight: usize, bias: usize): void {
  for (let index = 0; index < groups; index++) {
    writeTiles(layer, layer.table + <usize>index * groupBytes, from + (<usize>index << 4), step, offset, weight, bias);
  }
}

/** Tiles `tile` to `end`: whole rows of tiles, and what is before and after them. */
function addTiles(written: Written, tile: i32, end: i32, across: i32): void {
  const rows = written.rows, down = (rows + 3) >> 2;
  clearWritten(written);
  while (tile < end) {
    const row = tile / across, column = tile % across, height = column ? 1 : max(1, (end - tile) / across);
    const next = min(across, column + end - tile), first = row % down << 2, last = (row + height) % down << 2;
    const images = (row + height) / down - row / down;
    addRectangle(written, row / down, first, images * rows + last - first, column << 2, min(written.columns, next << 2) - (column << 2));
    tile += height * (next - column);
  }
}

/** What all items share, at the start of scratch. */
// @ts-ignore: decorator
@inline
function describeLayer(scratch: usize, args: ConvolveWinogradArguments): Layer {
  const { groups, sourceChannels, targetChannels, sourceY, sourceX, targetY, targetX, tiles, transposed } = args;
  const layer = changetype<Layer>(scratch);
  layer.coefficients = scratch + layerBytes + writtenBytes;
  layer.scratch = layer.coefficients + coefficientBytes;
  layer.table = layer.scratch + lineBytes;
  layer.sources = layer.table + <usize>(tiles >> 2) * groupBytes;
  layer.channels = sourceChannels;
  layer.sourceY = sourceY;
  layer.sourceX = sourceX;
  layer.sourceStride = <usize>(sourceY * sourceX) << 2;
  layer.sourceImage = layer.sourceStride * groups * sourceChannels;
  layer.targetImage = <usize>(targetY * targetX * groups * targetChannels) << 2;
  layer.rowBytes = <usize>sourceX << 2;
  layer.targetRowBytes = <usize>targetX << 2;
  layer.weightStride = <usize>(transposed ? 9 * targetChannels : 9) << 2;
  layer.transposed = transposed;
  layer.slope = args.slope;
  if (VECTOR_BITS == 256) placeStrips(layer, tiles);
  writeCoefficients(layer.coefficients);
  memory.fill(layer.scratch, 0, lineBytes);
  return layer;
}

/** Describes tiles `first` to `end`, and those without a tile up to a multiple of four. `from` and `to` are of the first channel of the first image. */
// @ts-ignore: decorator
@inline
function describeTiles(layer: Layer, first: i32, end: i32, from: usize, to: usize, args: ConvolveWinogradArguments): void {
  const { tiles, sourceX, targetY, targetX, beforeY, beforeX } = args;
  const across = (targetX + 3) >> 2, ofImage = ((targetY + 3) >> 2) * across;
  for (let index = 0; index < tiles; index++) {
    const own = layer.table + <usize>(index >> 2) * groupBytes;
    const tile = first + index, image = <usize>(tile / ofImage), row = (tile % ofImage) / across << 2, column = tile % ofImage % across << 2;
    const top = row - beforeY, left = column - beforeX;
    if (tile < end) {
      fillLane(
        own, index & 3, from + image * layer.sourceImage + (<usize>(top * sourceX + left) << 2),
        to + image * layer.targetImage + (<usize>(row * targetX + column) << 2), top, left, targetY - row, targetX - column,
      );
    } else fillLane(own, index & 3, from, to, nowhere, 0, 0, 0);
    if ((index & 3) == 3) finishGroup(own, sourceX);
  }
}

/** Transforms the tiles of all channels. */
// @ts-ignore: decorator
@inline
function readTilesOfItem(layer: Layer, groups: i32, sources: usize, rowBytes: usize, step: usize): void {
  for (let channel = 0; channel < layer.channels; channel++, sources += rowBytes) {
    for (let index = 0; index < groups; index++) {
      readSource(
        layer.coefficients, layer.table + <usize>index * groupBytes, <usize>channel * layer.sourceStride, layer.rowBytes, layer.sourceY, layer.scratch,
        sources + (<usize>index << 4), step,
      );
    }
  }
}

/**
 * target = activation(convolution of the source + bias). An item is `tiles` tiles, in the order of images, rows and columns, of a
 * group. `weight` is the filters as they came, `filters` what `transformFilters` made of them. Channels are counted per group.
 * `statistics`, where they are wanted, are of what each item writes: rows of all channels, four for each `tiles` tiles.
 */
function convolveWinograd(begin: i32, end: i32, scratch: usize, args: ConvolveWinogradArguments): void {
  const { source, filters, bias, target, statistics, tiles } = args;
  const { images, groups, sourceChannels, targetChannels, targetY, targetX } = args;
  const panels = (targetChannels + 3) >> 2;
  const sourceStep = computeStep(sourceChannels, tiles), targetStep = computeStep(panels << 2, tiles), filterStep = computeStep(panels << 2, sourceChannels);
  const layer = describeLayer(scratch, args), sources = layer.sources, targets = sources + positions * sourceStep;
  const rowBytes = <usize>tiles << 2, targetStride = <usize>(targetY * targetX) << 2;
  const written = writtenAt(scratch + layerBytes, targetY, targetX, layer.targetImage);
  const across = (targetX + 3) >> 2, total = images * ((targetY + 3) >> 2) * across;
  for (let item = begin; item < end; item++) {
    const group = item % groups, first = item / groups * tiles, stop = min(total, first + tiles), groupsOfItem = (stop - first + 3) >> 2;
    const from = source + <usize>(group * sourceChannels) * layer.sourceStride, to = target + <usize>(group * targetChannels) * targetStride;
    if (VECTOR_BITS == 256) {
      describeStrips(layer, first, stop, from, to, args);
      readStrips(layer, stop - first, sources, rowBytes, sourceStep);
    } else {
      describeTiles(layer, first, stop, from, to, args);
      readTilesOfItem(layer, groupsOfItem, sources, rowBytes, sourceStep);
    }
    if (statistics) addTiles(written, first, stop, across);
    for (let position: usize = 0; position < positions; position++) {
      const right = sources + position * sourceStep;
      let panel = filters + (<usize>(group * positions) + position) * filterStep, product = targets + position * targetStep;
      for (let index = 0; index < panels; index++, panel += <usize>sourceChannels << 4, product += 4 * rowBytes) {
        multiplyRows(panel, sourceChannels, right, rowBytes, <usize>groupsOfItem << 4, product, rowBytes, false, 0, 1);
      }
    }
    for (let channel = 0; channel < targetChannels; channel++) {
      const ofGroup = group * targetChannels + channel, ownBias = bias ? bias + (<usize>ofGroup << 2) : 0;
      const weight = args.weight + (<usize>(args.transposed ? group * sourceChannels * targetChannels + channel : ofGroup * sourceChannels) * 36);
      const products = targets + <usize>channel * rowBytes, offset = <usize>channel * targetStride;
      if (VECTOR_BITS == 256) writeStripsOfChannel(layer, stop - first, products, targetStep, offset, weight, ownBias);
      else writeTilesOfChannel(layer, groupsOfItem, products, targetStep, offset, weight, ownBias);
      if (statistics) {
        const row = <usize>(groups * targetChannels) << 2, at = statistics + <usize>(item / groups * 4) * row + (<usize>ofGroup << 2);
        writeStatistics(written, target + <usize>ofGroup * targetStride, at, row);
      }
    }
  }
}

export { transformFilters, convolveWinograd };
