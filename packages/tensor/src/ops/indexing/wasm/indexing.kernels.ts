export const take = {
  reads: ["x", "indices"],
  writes: ["y"],
  parameters: {
    length: "u32",
    count: "u32",
    inner: "u32",
    elementwise: "i32",
    fromEnd: "u32",
    rest: "i32",
  },
} as const;

export const add = {
  reads: ["x", "indices"],
  writes: ["y"],
  parameters: {
    length: "u32",
    count: "u32",
    inner: "u32",
    tile: "u32",
    elementwise: "i32",
    fromEnd: "u32",
  },
} as const;

/** The schemas of the kernels in indexing.as.ts. */
export const indexingKernels: {
  readonly takeWords: typeof take;
  readonly takeBytes: typeof take;
  readonly addFloats: typeof add;
  readonly addIntegers: typeof add;
} = {
  takeWords: take,
  takeBytes: take,
  addFloats: add,
  addIntegers: add,
};
