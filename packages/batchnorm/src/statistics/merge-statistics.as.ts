import { mergeStatistics as merge, storeStatistics } from "./moments.as";

/** An item is a channel: merges its statistics over all parts. */
function mergeStatistics(
  begin: usize, end: usize, scratch: usize, partials: usize, statistics: usize, channels: usize, parts: usize,
): void {
  for (let channel = begin; channel < end; channel++) {
    merge(scratch, partials, parts, channels, channel);
    storeStatistics(statistics, channels, channel, scratch);
  }
}

export { mergeStatistics };
