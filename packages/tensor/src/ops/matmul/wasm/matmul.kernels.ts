/** Numbers of matmul.as.ts that its plans know too. */
export const matmulSizes = {
  /** Up to here, packing b costs more than it saves: it is read as it is. */
  fewRows: 8,
  /** Where a tile at the edge waits to be placed. */
  tileBytes: 384,
} as const;

/** Of matmul.as.ts. */
export const matmulKernels = {
  packOperands: {
    reads: ["a", "b"],
    writes: ["packed"],
    parameters: {
      m: "i32",
      n: "i32",
      k: "i32",
      aRow: "u32",
      aDepth: "u32",
      bDepth: "u32",
      bColumn: "u32",
    },
  },
  matmul: {
    reads: ["a", "b", "addend?", "packed?"],
    writes: ["c"],
    parameters: {
      startA: "u32",
      startB: "u32",
      startAddend: "u32",
      startC: "u32",
      m: "i32",
      n: "i32",
      k: "i32",
      tileRows: "i32",
      tileColumns: "i32",
      depthBlock: "i32",
      aRow: "u32",
      aDepth: "u32",
      bDepth: "u32",
      bColumn: "u32",
      addendRow: "u32",
      addendColumn: "u32",
      inner: "i32",
      aOuter: "u32",
      aInner: "u32",
      bOuter: "u32",
      bInner: "u32",
      addendOuter: "u32",
      addendInner: "u32",
      slope: "f32",
    },
  },
} as const;
