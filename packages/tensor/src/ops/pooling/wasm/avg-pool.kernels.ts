/** The schemas of the kernels in avg-pool.as.ts. */
export const avgPoolKernels = {
  avgPool: {
    reads: ["x"],
    writes: ["y"],
    parameters: {
      height: "i32",
      width: "i32",
      outHeight: "i32",
      outWidth: "i32",
      kernelHeight: "i32",
      kernelWidth: "i32",
      strideHeight: "i32",
      strideWidth: "i32",
      padHeight: "i32",
      padWidth: "i32",
      countPad: "i32",
    },
  },
  avgPoolGradient: {
    reads: ["dy"],
    writes: ["dx"],
    parameters: {
      height: "i32",
      width: "i32",
      outHeight: "i32",
      outWidth: "i32",
      kernelHeight: "i32",
      kernelWidth: "i32",
      strideHeight: "i32",
      strideWidth: "i32",
      padHeight: "i32",
      padWidth: "i32",
      countPad: "i32",
    },
  },
} as const;
