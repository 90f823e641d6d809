import { momentsBytes, storeStatistics } from "./moments.as";
import { interleavedMoments } from "./interleaved-moments.as";
import { cellBytes, planarMoments } from "./planar-moments.as";
import { PlanarStatisticsArguments, InterleavedStatisticsArguments } from "./statistics.kernels.as";

/** An item is a part, `tilesPerItem` tiles, of `channelsPerItem` channels. */
function planarStatistics(begin: usize, end: usize, scratch: usize, args: PlanarStatisticsArguments): void {
  const { x, statistics } = args;
  const { channels, rows, columns, channelsPerItem, tileRows, tileColumns, tiles, tilesPerItem } = args;
  const blocks = (channels + channelsPerItem - 1) / channelsPerItem;
  for (let item = begin; item < end; item++) {
    const channel = item % blocks * channelsPerItem;
    const part = item / blocks;
    const tile = part * tilesPerItem;
    const count = min(channelsPerItem, channels - channel);
    planarMoments(scratch, x + channel * columns * 4, count, tile, min(tile + tilesPerItem, tiles), channels, rows, columns, tileRows, tileColumns);
    for (let index: usize = 0; index < count; index += 2) {
      const step: usize = index + 1 < count ? cellBytes : 0;
      storeStatistics(statistics + part * channels * 16, channels, channel + index, scratch + index * cellBytes, step);
    }
  }
}

/** An item is `rowsPerItem` rows of a block of `channelsPerItem` channels. */
function interleavedStatistics(begin: usize, end: usize, scratch: usize, args: InterleavedStatisticsArguments): void {
  const { x, statistics, channels, rows, inner, channelsPerItem, rowsPerItem } = args;
  const blocks = (channels + channelsPerItem - 1) / channelsPerItem;
  const stride = channels * inner * 4;
  const arrayBytes = (channelsPerItem * inner * 4 + 15) & ~15;
  const moments = scratch + 3 * arrayBytes;
  for (let item = begin; item < end; item++) {
    const channel = item % blocks * channelsPerItem;
    const part = item / blocks;
    const row = part * rowsPerItem;
    const count = min(channelsPerItem, channels - channel);
    interleavedMoments(moments, scratch, arrayBytes, x + row * stride + channel * inner * 4, min(rowsPerItem, rows - row), count, inner, stride);
    for (let index: usize = 0; index < count; index += 2) {
      const step: usize = index + 1 < count ? momentsBytes : 0;
      storeStatistics(statistics + part * channels * 16, channels, channel + index, moments + index * momentsBytes, step);
    }
  }
}

export { planarStatistics, interleavedStatistics };
