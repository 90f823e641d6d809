/** The schemas of the kernels in unfold-depth.as.ts. Sizes of planes are in bytes. */
export const unfoldDepthKernels = {
  unfoldDepth: {
    reads: ["x"],
    writes: ["y"],
    parameters: {
      channels: "i32",
      depth: "i32",
      windows: "i32",
      taps: "i32",
      stride: "i32",
      before: "i32",
      dilation: "i32",
      planeBytes: "u32",
    },
  },
  foldDepth: {
    reads: ["x"],
    writes: ["y"],
    parameters: {
      channels: "i32",
      depth: "i32",
      windows: "i32",
      taps: "i32",
      stride: "i32",
      before: "i32",
      dilation: "i32",
      planeBytes: "u32",
    },
  },
} as const;
