/** The schemas of the kernels in moments.as.ts. */
export const momentsKernels = {
  moments: {
    reads: ["x"],
    writes: ["partials?", "mean?", "variance?"],
    parameters: {
      length: "u32",
      inner: "u32",
      splits: "u32",
      splitLength: "u32",
      tile: "u32",
      divisor: "f32",
    },
  },
  mergeMoments: {
    reads: ["from"],
    writes: ["partials?", "mean?", "variance?"],
    parameters: {
      length: "u32",
      inner: "u32",
      count: "f32",
      last: "f32",
      divisor: "f32",
    },
  },
} as const;
