export const copy = {
  reads: ["x"],
  writes: ["y"],
  parameters: {
    n: "u32",
    piece: "u32",
    fromStep: "i32",
    toStep: "i32",
    across: "u32",
    acrossTo: "i32",
    d1: "u32",
    d2: "u32",
    d3: "u32",
    f0: "i32",
    f1: "i32",
    f2: "i32",
    f3: "i32",
    t0: "i32",
    t1: "i32",
    t2: "i32",
    t3: "i32",
    fromOffset: "i32",
    toOffset: "i32",
  },
} as const;

/** The schemas of the kernels in copy.as.ts, for elements of four bytes and of one byte. */
export const copyKernels: {
  readonly copyWords: typeof copy;
  readonly copyBytes: typeof copy;
} = {
  copyWords: copy,
  copyBytes: copy,
};
