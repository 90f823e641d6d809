import { mergeStatistics as merge, momentsBytes, storeStatistics } from "./moments.as";
import { MergeStatisticsArguments } from "./statistics.kernels.as";

/** An item is a channel: merges its statistics over all parts. */
function mergeStatistics(begin: usize, end: usize, scratch: usize, args: MergeStatisticsArguments): void {
  const { partials, statistics, channels, parts } = args;
  for (let channel = begin; channel < end; channel += 2) {
    const step: usize = channel + 1 < end ? momentsBytes : 0;
    merge(scratch, step, partials, parts, channels, channel);
    storeStatistics(statistics, channels, channel, scratch, step);
  }
}

export { mergeStatistics };
