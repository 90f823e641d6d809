/** The operands of the kernels in rows.as.ts. */
export const rowsKernels = {
  normalizeRows: {
    reads: ["x", "scale?", "shift?"],
    writes: ["y", "statistics"],
    parameters: {
      rows: "u32",
      width: "u32",
      epsilon: "f32",
      centered: "i32",
    },
  },
  rowsGradient: {
    reads: ["dy", "x", "statistics", "scale?"],
    writes: ["dx", "partials"],
    parameters: {
      rows: "u32",
      width: "u32",
      epsilon: "f32",
      centered: "i32",
      rowsPerItem: "u32",
    },
  },
  columnSums: {
    reads: ["partials"],
    writes: ["dScale", "dShift?"],
    parameters: {
      width: "u32",
      parts: "u32",
    },
  },
} as const;
