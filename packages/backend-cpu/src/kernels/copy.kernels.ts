/** The kernels of copy.as.ts. */
export const copyKernels = {
  copy: {
    reads: ["from"],
    writes: ["to"],
    parameters: {},
  },
} as const;
