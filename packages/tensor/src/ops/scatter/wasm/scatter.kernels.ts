export const scatter = {
  reads: ["x", "indices", "updates"],
  writes: ["y"],
  parameters: {
    length: "u32",
    count: "u32",
    inner: "u32",
    tile: "u32",
    elementwise: "i32",
    fromEnd: "u32",
    reduction: "i32",
    startsAnew: "i32",
    identity: "i32",
  },
} as const;

/** The schemas of the kernels in scatter.as.ts. */
export const scatterKernels: {
  readonly scatterFloats: typeof scatter;
  readonly scatterSigned: typeof scatter;
  readonly scatterUnsigned: typeof scatter;
} = {
  scatterFloats: scatter,
  scatterSigned: scatter,
  scatterUnsigned: scatter,
};
