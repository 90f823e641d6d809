import { fillInner, loadFloats, replaceWhere, storeFloats } from "../../cpu/pairs.as";
import { computeCentre, computeFactor, computeInverseStd, computeOffset, computeRestOfMean } from "../../pre-activation/wasm/coefficients.as";
import { loadCounts, mergeStatistics, momentsBytes } from "../../statistics/wasm/moments.as";
import { addParts, constantTerm, linearTerm, restoreSums, storeParameterGradients, storePart } from "./channel-sums.as";
import { interleavedApply, interleavedSums } from "./interleaved.as";
import { cellBytes, centreAt, constantAt, factorAt, linearAt, offsetAt, planarApply, planarSums } from "./planar.as";
import { PlanarGradientArguments, InterleavedGradientArguments } from "./gradient.kernels.as";

// An item writes the sums of its share to `sums`, or takes the sums of all parts from `partials`, or, if both are
// absent, holds all values of its channels and does both. `count` is the number of values that the statistics cover,
// or 0 if they do not depend on x: then dx is complete after the first pass. If `parts` is 0, `partials` are dScale
// and dShift of a batch of which this may be a part, and the count is that of the statistics. An absent dy lies in
// the memory of dz, or else of dx; an absent x in that of dx; an absent dShift is the second row of dScale.

/** The number of values to divide by: `count`, or without parts the count of the statistics (1 for none). */
@inline
function countValues(moments: usize, step: usize, parts: usize, count: i32): v128 {
  if (parts) return f64x2.splat(f64(count));
  const values = loadCounts(moments, step);
  return replaceWhere(f64x2.eq(values, f64x2.splat(0)), values, f64x2.splat(1));
}

/** An item is a part, `tilesPerItem` tiles, of `channelsPerItem` channels. */
function planarGradient(begin: usize, end: usize, scratch: usize, args: PlanarGradientArguments): void {
  const { statistics, scale, shift, y, partials, dx, dScale, dz, sums } = args;
  const { channels, rows, columns, channelsPerItem, tileRows, tileColumns, tiles, tilesPerItem } = args;
  const { parts, count, epsilon, activation, slope } = args;
  const x = args.x ? args.x : dx;
  const dy = args.dy ? args.dy : dz ? dz : dx;
  const dShift = args.dShift || !dScale ? args.dShift : dScale + channels * 4;
  const blocks = (channels + channelsPerItem - 1) / channelsPerItem;
  const cells = scratch + 2 * momentsBytes;
  const leak = f32x4.splat(slope);
  for (let item = begin; item < end; item++) {
    const firstChannel = item % blocks * channelsPerItem;
    const itemChannels = min(channelsPerItem, channels - firstChannel);
    const part = item / blocks;
    const tile = part * tilesPerItem;
    const lastTile = min(tile + tilesPerItem, tiles);
    const at = firstChannel * columns * 4;
    memory.fill(cells, 0, itemChannels * cellBytes);
    for (let index: usize = 0; index < itemChannels; index += 2) {
      const channel = firstChannel + index, cell = cells + index * cellBytes, hasTwo = index + 1 < itemChannels;
      const step: usize = hasTwo ? momentsBytes : 0, next: usize = hasTwo ? cellBytes : 0;
      mergeStatistics(scratch, step, statistics, 1, channels, channel);
      const inverseStd = computeInverseStd(scratch, step, epsilon);
      const factor = computeFactor(inverseStd, scale, channel, step);
      storeFloats(cell + centreAt, next, computeCentre(scratch, step));
      storeFloats(cell + factorAt, next, factor);
      storeFloats(cell + offsetAt, next, computeOffset(scratch, step, factor, shift, channel));
      if (parts == 0) restoreSums(cell, next, partials, channels, channel, computeRestOfMean(scratch, step), inverseStd);
      else if (partials) addParts(cell, next, partials, parts, channels, channel);
    }
    if (!partials) {
      planarSums(
        cells, dy + at, x + at, y ? y + at : 0, dz ? dz + at : 0, dx && !count ? dx + at : 0, itemChannels, tile, lastTile,
        channels, rows, columns, tileRows, tileColumns, activation, leak,
      );
    }
    for (let index: usize = 0; index < itemChannels; index += 2) {
      const channel = firstChannel + index, cell = cells + index * cellBytes, hasTwo = index + 1 < itemChannels;
      const step: usize = hasTwo ? momentsBytes : 0, next: usize = hasTwo ? cellBytes : 0;
      if (sums) {
        storePart(sums, part, channels, channel, cell, next);
        continue;
      }
      mergeStatistics(scratch, step, statistics, 1, channels, channel);
      const inverseStd = computeInverseStd(scratch, step, epsilon);
      const rest = computeRestOfMean(scratch, step);
      if (part == 0) storeParameterGradients(dScale, dShift, channel, cell, next, rest, inverseStd);
      const values = countValues(scratch, step, parts, count);
      const factor = loadFloats(cell + factorAt, next), linear = linearTerm(cell, next, rest, inverseStd, factor, values);
      storeFloats(cell + linearAt, next, linear);
      storeFloats(cell + constantAt, next, constantTerm(cell, next, rest, factor, linear, values));
    }
    if (sums || !count) continue;
    planarApply(
      cells, dx + at, (dz ? dz : dy) + at, x + at, itemChannels, tile, lastTile, channels, rows, columns, tileRows, tileColumns,
      dz ? 0 : activation, leak,
    );
  }
}

/** An item is `rowsPerItem` rows of a block of `channelsPerItem` channels. */
function interleavedGradient(begin: usize, end: usize, scratch: usize, args: InterleavedGradientArguments): void {
  const { statistics, scale, shift, y, partials, dx, dScale, dz, sums } = args;
  const { channels, rows, inner, channelsPerItem, rowsPerItem } = args;
  const { parts, count, epsilon, activation, slope } = args;
  const x = args.x ? args.x : dx;
  const dy = args.dy ? args.dy : dz ? dz : dx;
  const dShift = args.dShift || !dScale ? args.dShift : dScale + channels * 4;
  const blocks = (channels + channelsPerItem - 1) / channelsPerItem;
  const stride = channels * inner * 4;
  const arrayBytes = (channelsPerItem * inner * 4 + 15) & ~15;
  const moments = scratch + 5 * arrayBytes;
  const totals = moments + 2 * momentsBytes;
  const leak = f32x4.splat(slope);
  for (let item = begin; item < end; item++) {
    const firstChannel = item % blocks * channelsPerItem;
    const itemChannels = min(channelsPerItem, channels - firstChannel);
    const part = item / blocks;
    const row = part * rowsPerItem;
    const itemRows = min(rowsPerItem, rows - row);
    const at = row * stride + firstChannel * inner * 4;
    for (let index: usize = 0; index < itemChannels; index += 2) {
      const channel = firstChannel + index, column = scratch + index * inner * 4, hasTwo = index + 1 < itemChannels;
      const step: usize = hasTwo ? momentsBytes : 0, next: usize = hasTwo ? 4 : 0;
      mergeStatistics(moments, step, statistics, 1, channels, channel);
      const factor = computeFactor(computeInverseStd(moments, step, epsilon), scale, channel, step);
      fillInner(column, next, inner, computeCentre(moments, step));
      fillInner(column + arrayBytes, next, inner, factor);
      fillInner(column + 2 * arrayBytes, next, inner, computeOffset(moments, step, factor, shift, channel));
    }
    if (!partials) {
      interleavedSums(
        totals, dy + at, x + at, y ? y + at : 0, dz ? dz + at : 0, dx && !count ? dx + at : 0, itemRows, itemChannels, inner, stride,
        activation, scratch, arrayBytes, leak,
      );
    }
    for (let index: usize = 0; index < itemChannels; index += 2) {
      const channel = firstChannel + index, total = totals + index * 16, hasTwo = index + 1 < itemChannels;
      const step: usize = hasTwo ? momentsBytes : 0, apart: usize = hasTwo ? 16 : 0, next: usize = hasTwo ? 4 : 0;
      if (parts && partials) addParts(total, apart, partials, parts, channels, channel);
      if (sums) {
        storePart(sums, part, channels, channel, total, apart);
        continue;
      }
      mergeStatistics(moments, step, statistics, 1, channels, channel);
      const inverseStd = computeInverseStd(moments, step, epsilon);
      const rest = computeRestOfMean(moments, step);
      if (parts == 0) restoreSums(total, apart, partials, channels, channel, rest, inverseStd);
      if (part == 0) storeParameterGradients(dScale, dShift, channel, total, apart, rest, inverseStd);
      const column = scratch + index * inner * 4, factor = loadFloats(column + arrayBytes, next * inner);
      const values = countValues(moments, step, parts, count);
      const linear = linearTerm(total, apart, rest, inverseStd, factor, values);
      fillInner(column + 3 * arrayBytes, next, inner, linear);
      fillInner(column + 4 * arrayBytes, next, inner, constantTerm(total, apart, rest, factor, linear, values));
    }
    if (sums || !count) continue;
    interleavedApply(dx + at, (dz ? dz : dy) + at, x + at, itemRows, itemChannels * inner, stride, dz ? 0 : activation, scratch, arrayBytes, leak);
  }
}

export { planarGradient, interleavedGradient };
