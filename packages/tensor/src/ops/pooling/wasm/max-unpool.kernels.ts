/** The schemas of the kernels in max-unpool.as.ts. */
export const maxUnpoolKernels = {
  maxUnpool: {
    reads: ["x", "indices"],
    writes: ["y"],
    parameters: { count: "i32", size: "i32" },
  },
} as const;
