/** The schemas of the kernels in cells.as.ts. */
export const cellKernels = {
  lstmCell: {
    reads: ["gates", "c"],
    writes: ["h", "next"],
    parameters: { size: "u32" },
  },
  lstmCellGradient: {
    reads: ["gates", "c", "dh", "dNext"],
    writes: ["dGates", "dc"],
    parameters: { size: "u32" },
  },
  gruCell: {
    reads: ["x", "hidden", "h"],
    writes: ["y"],
    parameters: { size: "u32" },
  },
  gruCellGradient: {
    reads: ["x", "hidden", "h", "dy"],
    writes: ["dx", "dHidden", "dh"],
    parameters: { size: "u32" },
  },
} as const;
