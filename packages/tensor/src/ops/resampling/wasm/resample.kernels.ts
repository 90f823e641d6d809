/** The schema of the kernel in resample.as.ts. */
export const resampleKernels = {
  resample: {
    reads: ["x", "rows?", "columns?"],
    writes: ["y"],
    parameters: {
      height: "u32",
      width: "u32",
      outHeight: "u32",
      outWidth: "u32",
      rowBytes: "u32",
      columnBytes: "u32",
    },
  },
} as const;
