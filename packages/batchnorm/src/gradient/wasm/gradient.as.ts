import { fillInner } from "../../cpu/lanes.as";
import { computeCentre, computeFactor, computeInverseStd, computeOffset, computeRestOfMean } from "../../pre-activation/wasm/coefficients.as";
import { readCount, mergeStatistics, momentsBytes } from "../../statistics/wasm/moments.as";
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
function countValues(moments: usize, parts: usize, count: i32): f64 {
  if (parts) return f64(count);
  const values = readCount(moments);
  return values == 0 ? 1 : values;
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
  const cells = scratch + 32;
  const leak = f32x4.splat(slope);
  for (let item = begin; item < end; item++) {
    const firstChannel = item % blocks * channelsPerItem;
    const itemChannels = min(channelsPerItem, channels - firstChannel);
    const part = item / blocks;
    const tile = part * tilesPerItem;
    const lastTile = min(tile + tilesPerItem, tiles);
    const at = firstChannel * columns * 4;
    memory.fill(cells, 0, itemChannels * cellBytes);
    for (let index: usize = 0; index < itemChannels; index++) {
      const channel = firstChannel + index, cell = cells + index * cellBytes;
      mergeStatistics(scratch, statistics, 1, channels, channel);
      const inverseStd = computeInverseStd(scratch, epsilon);
      const factor = computeFactor(inverseStd, scale, channel);
      store<f32>(cell, computeCentre(scratch), centreAt);
      store<f32>(cell, factor, factorAt);
      store<f32>(cell, computeOffset(scratch, factor, shift, channel), offsetAt);
      if (parts == 0) restoreSums(cell, partials, channels, channel, computeRestOfMean(scratch), inverseStd);
      else if (partials) addParts(cell, partials, parts, channels, channel);
    }
    if (!partials) {
      planarSums(
        cells, dy + at, x + at, y ? y + at : 0, dz ? dz + at : 0, dx && !count ? dx + at : 0, itemChannels, tile, lastTile,
        channels, rows, columns, tileRows, tileColumns, activation, leak,
      );
    }
    for (let index: usize = 0; index < itemChannels; index++) {
      const channel = firstChannel + index, cell = cells + index * cellBytes;
      if (sums) {
        storePart(sums, part, channels, channel, cell);
        continue;
      }
      mergeStatistics(scratch, statistics, 1, channels, channel);
      const inverseStd = computeInverseStd(scratch, epsilon);
      const rest = computeRestOfMean(scratch);
      if (part == 0) storeParameterGradients(dScale, dShift, channel, cell, rest, inverseStd);
      const values = countValues(scratch, parts, count);
      const factor = load<f32>(cell, factorAt), linear = linearTerm(cell, rest, inverseStd, factor, values);
      store<f32>(cell, f32(linear), linearAt);
      store<f32>(cell, constantTerm(cell, rest, factor, linear, values), constantAt);
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
  const totals = moments + momentsBytes;
  const leak = f32x4.splat(slope);
  for (let item = begin; item < end; item++) {
    const firstChannel = item % blocks * channelsPerItem;
    const itemChannels = min(channelsPerItem, channels - firstChannel);
    const part = item / blocks;
    const row = part * rowsPerItem;
    const itemRows = min(rowsPerItem, rows - row);
    const at = row * stride + firstChannel * inner * 4;
    for (let index: usize = 0; index < itemChannels; index++) {
      const channel = firstChannel + index;
      const column = scratch + index * inner * 4;
      mergeStatistics(moments, statistics, 1, channels, channel);
      const factor = computeFactor(computeInverseStd(moments, epsilon), scale, channel);
      fillInner(column, inner, computeCentre(moments));
      fillInner(column + arrayBytes, inner, factor);
      fillInner(column + 2 * arrayBytes, inner, computeOffset(moments, factor, shift, channel));
    }
    if (!partials) {
      interleavedSums(
        totals, dy + at, x + at, y ? y + at : 0, dz ? dz + at : 0, dx && !count ? dx + at : 0, itemRows, itemChannels, inner, stride,
        activation, scratch, arrayBytes, leak,
      );
    }
    for (let index: usize = 0; index < itemChannels; index++) {
      const channel = firstChannel + index;
      const total = totals + index * 16;
      if (parts && partials) addParts(total, partials, parts, channels, channel);
      if (sums) {
        storePart(sums, part, channels, channel, total);
        continue;
      }
      mergeStatistics(moments, statistics, 1, channels, channel);
      const inverseStd = computeInverseStd(moments, epsilon);
      const rest = computeRestOfMean(moments);
      if (parts == 0) restoreSums(total, partials, channels, channel, rest, inverseStd);
      if (part == 0) storeParameterGradients(dScale, dShift, channel, total, rest, inverseStd);
      const column = scratch + index * inner * 4, factor = load<f32>(column + arrayBytes);
      const values = countValues(moments, parts, count);
      const linear = linearTerm(total, rest, inverseStd, factor, values);
      fillInner(column + 3 * arrayBytes, inner, f32(linear));
      fillInner(column + 4 * arrayBytes, inner, constantTerm(total, rest, factor, linear, values));
    }
    if (sums || !count) continue;
    interleavedApply(dx + at, (dz ? dz : dy) + at, x + at, itemRows, itemChannels * inner, stride, dz ? 0 : activation, scratch, arrayBytes, leak);
  }
}

export { planarGradient, interleavedGradient };
