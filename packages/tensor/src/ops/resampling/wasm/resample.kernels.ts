/** The schema of the kernel in resample.as.ts. */
export const resampleKernels = {
  resample: {
    reads: ["x", "rowSpans?", "rowWeights?", "columnSpans?", "columnWeights?"],
    writes: ["y"],
    parameters: {
      height: "u32",
      width: "u32",
      outHeight: "u32",
      outWidth: "u32",
      rowTaps: "u32",
      columnTaps: "u32",
    },
  },
} as const;
