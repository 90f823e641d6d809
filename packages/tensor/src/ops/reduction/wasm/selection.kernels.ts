/** The schemas of the kernels in selection.as.ts. */
export const selectionKernels = {
  argExtreme: {
    reads: ["x"],
    writes: ["y"],
    parameters: {
      length: "u32",
      inner: "u32",
      tile: "u32",
      isFloat: "i32",
      flip: "i32",
    },
  },
  topK: {
    reads: ["x"],
    writes: ["values", "positions"],
    parameters: {
      length: "u32",
      inner: "u32",
      k: "u32",
      isFloat: "i32",
      flip: "i32",
    },
  },
} as const;
