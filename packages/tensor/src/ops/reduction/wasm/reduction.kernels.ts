/** The schemas of the kernels in reduction.as.ts. */
export const reductionKernels = {
  sumFloats: {
    reads: ["x"],
    writes: ["y"],
    parameters: {
      length: "u32",
      inner: "u32",
      splits: "u32",
      splitLength: "u32",
      tile: "u32",
      divisor: "f32",
    },
  },
  sumIntegers: {
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
  multiplyFloats: {
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
  extremeFloats: {
    reads: ["x"],
    writes: ["y"],
    parameters: {
      length: "u32",
      inner: "u32",
      splits: "u32",
      splitLength: "u32",
      tile: "u32",
      flip: "i32",
    },
  },
  extremeIntegers: {
    reads: ["x"],
    writes: ["y"],
    parameters: {
      length: "u32",
      inner: "u32",
      splits: "u32",
      splitLength: "u32",
      tile: "u32",
      flip: "i32",
    },
  },
} as const;
