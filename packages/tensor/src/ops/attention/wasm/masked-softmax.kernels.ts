/** The codes of the kinds of masks. */
export const maskKinds = { none: 0, bool: 1, bias: 2 } as const;

/** The schemas of the kernels in masked-softmax.as.ts. */
export const maskedSoftmaxKernels = {
  maskedSoftmax: {
    reads: ["x", "mask?"],
    writes: ["y"],
    parameters: {
      length: "u32",
      /** The number of rows of a matrix, or 0 if no element is left out by its position. */
      causalRows: "u32",
      scale: "f32",
      kind: "u32",
      size1: "u32",
      size2: "u32",
      size3: "u32",
      stride0: "u32",
      stride1: "u32",
      stride2: "u32",
      stride3: "u32",
      keyStride: "u32",
    },
  },
} as const;
