/** The operands of the kernels in statistics.as.ts and merge-statistics.as.ts. */
export const statisticsKernels = {
  planarStatistics: {
    reads: ["x"],
    writes: ["statistics"],
    parameters: {
      channels: "u32",
      rows: "u32",
      columns: "u32",
      channelsPerItem: "u32",
      tileRows: "u32",
      tileColumns: "u32",
      tiles: "u32",
      tilesPerItem: "u32",
    },
  },
  interleavedStatistics: {
    reads: ["x"],
    writes: ["statistics"],
    parameters: {
      channels: "u32",
      rows: "u32",
      inner: "u32",
      channelsPerItem: "u32",
      rowsPerItem: "u32",
    },
  },
  mergeStatistics: {
    reads: ["partials"],
    writes: ["statistics"],
    parameters: {
      channels: "u32",
      parts: "u32",
    },
  },
} as const;
