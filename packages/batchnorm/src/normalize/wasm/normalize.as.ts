import { fillInner, storeFloats } from "../../cpu/pairs.as";
import { computeCentre, computeFactor, computeInverseStd, computeOffset } from "../../pre-activation/wasm/coefficients.as";
import { mergeStatistics, momentsBytes, storeStatistics } from "../../statistics/wasm/moments.as";
import { interleavedMoments } from "../../statistics/wasm/interleaved-moments.as";
import { cellBytes, planarMoments } from "../../statistics/wasm/planar-moments.as";
import { interleavedNormalize } from "./interleaved-normalize.as";
import { planarNormalize } from "./planar-normalize.as";
import { updateRunning } from "./running.as";
import { PlanarNormalizationArguments, InterleavedNormalizationArguments } from "./normalize.kernels.as";

// `partials` are the statistics of `parts` parts of the batch, which are merged here. If there are none, an item
// holds all values of its channels and takes their statistics here.

/** An item is a part, `tilesPerItem` tiles, of `channelsPerItem` channels. */
function planarNormalization(begin: usize, end: usize, scratch: usize, args: PlanarNormalizationArguments): void {
  const { x, partials, scale, shift, residual, runningMean, runningVariance, y, statistics, newMean, newVariance } = args;
  const { channels, rows, columns, channelsPerItem, tileRows, tileColumns, tiles, tilesPerItem } = args;
  const { parts, epsilon, momentum, activation, slope } = args;
  const blocks = (channels + channelsPerItem - 1) / channelsPerItem;
  for (let item = begin; item < end; item++) {
    const firstChannel = item % blocks * channelsPerItem;
    const count = min(channelsPerItem, channels - firstChannel);
    const tile = item / blocks * tilesPerItem;
    const at = firstChannel * columns * 4;
    const source = (x ? x : y) + at;
    if (!parts) planarMoments(scratch, source, count, 0, tiles, channels, rows, columns, tileRows, tileColumns);
    for (let index: usize = 0; index < count; index += 2) {
      const channel = firstChannel + index, own = scratch + index * cellBytes;
      const step: usize = index + 1 < count ? cellBytes : 0;
      if (parts) mergeStatistics(own, step, partials, parts, channels, channel);
      if (tile == 0) {
        if (statistics) storeStatistics(statistics, channels, channel, own, step);
        updateRunning(own, step, channel, runningMean, runningVariance, newMean, newVariance, momentum);
      }
      const factor = computeFactor(computeInverseStd(own, step, epsilon), scale, channel, step);
      const offset = computeOffset(own, step, factor, shift, channel);
      storeFloats(own, step, computeCentre(own, step));
      storeFloats(own + 4, step, factor);
      storeFloats(own + 8, step, offset);
    }
    planarNormalize(
      y + at, source, residual ? residual + at : 0, scratch, count, tile, min(tile + tilesPerItem, tiles),
      channels, rows, columns, tileRows, tileColumns, activation, f32x4.splat(slope),
    );
  }
}

/** An item is `rowsPerItem` rows of a block of `channelsPerItem` channels. */
function interleavedNormalization(begin: usize, end: usize, scratch: usize, args: InterleavedNormalizationArguments): void {
  const { x, partials, scale, shift, residual, runningMean, runningVariance, y, statistics, newMean, newVariance } = args;
  const { channels, rows, inner, channelsPerItem, rowsPerItem } = args;
  const { parts, epsilon, momentum, activation, slope } = args;
  const blocks = (channels + channelsPerItem - 1) / channelsPerItem;
  const stride = channels * inner * 4;
  const arrayBytes = (channelsPerItem * inner * 4 + 15) & ~15;
  const moments = scratch + 3 * arrayBytes;
  for (let item = begin; item < end; item++) {
    const firstChannel = item % blocks * channelsPerItem;
    const count = min(channelsPerItem, channels - firstChannel);
    const row = item / blocks * rowsPerItem;
    const itemRows = min(rowsPerItem, rows - row);
    const at = row * stride + firstChannel * inner * 4;
    const source = (x ? x : y) + at;
    if (!parts) interleavedMoments(moments, scratch, arrayBytes, source, itemRows, count, inner, stride);
    for (let index: usize = 0; index < count; index += 2) {
      const channel = firstChannel + index, own = moments + index * momentsBytes;
      const hasTwo = index + 1 < count, step: usize = hasTwo ? momentsBytes : 0, next: usize = hasTwo ? 4 : 0;
      if (parts) mergeStatistics(own, step, partials, parts, channels, channel);
      if (row == 0) {
        if (statistics) storeStatistics(statistics, channels, channel, own, step);
        updateRunning(own, step, channel, runningMean, runningVariance, newMean, newVariance, momentum);
      }
      const factor = computeFactor(computeInverseStd(own, step, epsilon), scale, channel, step);
      const column = scratch + index * inner * 4;
      fillInner(column, next, inner, computeCentre(own, step));
      fillInner(column + arrayBytes, next, inner, factor);
      fillInner(column + 2 * arrayBytes, next, inner, computeOffset(own, step, factor, shift, channel));
    }
    interleavedNormalize(y + at, source, residual ? residual + at : 0, itemRows, count * inner, stride, scratch, arrayBytes, activation, f32x4.splat(slope));
  }
}

export { planarNormalization, interleavedNormalization };
