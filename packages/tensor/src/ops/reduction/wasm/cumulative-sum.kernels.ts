export const cumulativeSum = {
  reads: ["x"],
  writes: ["y"],
  parameters: {
    length: "u32",
    inner: "u32",
    tile: "u32",
    reverse: "i32",
    exclusive: "i32",
  },
} as const;

/** The schemas of the kernels in cumulative-sum.as.ts. */
export const cumulativeSumKernels: {
  readonly cumulativeSumFloats: typeof cumulativeSum;
  readonly cumulativeSumIntegers: typeof cumulativeSum;
} = {
  cumulativeSumFloats: cumulativeSum,
  cumulativeSumIntegers: cumulativeSum,
};
