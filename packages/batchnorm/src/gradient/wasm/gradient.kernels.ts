/** The operands of the kernels in gradient.as.ts. */
export const gradientKernels = {
  planarGradient: {
    reads: ["dy?", "x?", "statistics?", "scale?", "shift?", "y?", "partials?"],
    writes: ["dx?", "dScale?", "dShift?", "dz?", "sums?"],
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
      count: "i32",
      epsilon: "f32",
      activation: "i32",
      slope: "f32",
    },
  },
  interleavedGradient: {
    reads: ["dy?", "x?", "statistics?", "scale?", "shift?", "y?", "partials?"],
    writes: ["dx?", "dScale?", "dShift?", "dz?", "sums?"],
    parameters: {
      channels: "u32",
      rows: "u32",
      inner: "u32",
      channelsPerItem: "u32",
      rowsPerItem: "u32",
      parts: "u32",
      count: "i32",
      epsilon: "f32",
      activation: "i32",
      slope: "f32",
    },
  },
} as const;
