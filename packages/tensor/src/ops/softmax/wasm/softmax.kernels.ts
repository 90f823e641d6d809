/** The schemas of the kernels in softmax.as.ts. */
export const softmaxKernels = {
  softmax: {
    reads: ["x"],
    writes: ["y"],
    parameters: {
      length: "u32",
      inner: "u32",
    },
  },
  logSoftmax: {
    reads: ["x"],
    writes: ["y"],
    parameters: {
      length: "u32",
      inner: "u32",
    },
  },
  logSumExp: {
    reads: ["x"],
    writes: ["y"],
    parameters: {
      length: "u32",
      inner: "u32",
      splits: "u32",
      splitLength: "u32",
      tile: "u32",
    },
  },
  softmaxGradient: {
    reads: ["y", "dy"],
    writes: ["dx"],
    parameters: {
      length: "u32",
      inner: "u32",
      scale: "f32",
    },
  },
  logSoftmaxGradient: {
    reads: ["y", "dy"],
    writes: ["dx"],
    parameters: {
      length: "u32",
      inner: "u32",
    },
  },
  crossEntropy: {
    reads: ["x", "labels"],
    writes: ["loss"],
    parameters: {
      classes: "u32",
      smoothing: "f32",
      ignored: "i32",
    },
  },
  crossEntropyGradient: {
    reads: ["x", "labels", "dLoss"],
    writes: ["dx"],
    parameters: {
      classes: "u32",
      smoothing: "f32",
      ignored: "i32",
    },
  },
} as const;
