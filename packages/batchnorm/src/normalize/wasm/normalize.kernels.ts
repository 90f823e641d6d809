/** The operands of the kernels in normalize.as.ts. */
export const normalizeKernels = {
  planarNormalization: {
    reads: ["x?", "partials?", "scale?", "shift?", "residual?", "runningMean?", "runningVariance?"],
    writes: ["y", "statistics?", "newMean?", "newVariance?"],
    parameters: {
      channels: "u32",
      rows: "u32",
      columns: "u32",
      channelsPerItem: "u32",
      tileRows: "u32",
      tileColumns: "u32",
      tiles: "u32",
      tilesPerItem: "u32",
      parts: "u32",
      epsilon: "f32",
      momentum: "f32",
      activation: "i32",
      slope: "f32",
    },
  },
  interleavedNormalization: {
    reads: ["x?", "partials?", "scale?", "shift?", "residual?", "runningMean?", "runningVariance?"],
    writes: ["y", "statistics?", "newMean?", "newVariance?"],
    parameters: {
      channels: "u32",
      rows: "u32",
      inner: "u32",
      channelsPerItem: "u32",
      rowsPerItem: "u32",
      parts: "u32",
      epsilon: "f32",
      momentum: "f32",
      activation: "i32",
      slope: "f32",
    },
  },
} as const;
