/** `maxPool` for places of one byte and of four bytes. */
export const maxPool = {
  reads: ["x"],
  writes: ["y", "places"],
  parameters: {
    height: "i32",
    width: "i32",
    outHeight: "i32",
    outWidth: "i32",
    kernelHeight: "i32",
    kernelWidth: "i32",
    strideHeight: "i32",
    strideWidth: "i32",
    padHeight: "i32",
    padWidth: "i32",
    dilationHeight: "i32",
    dilationWidth: "i32",
    adaptive: "i32",
  },
} as const;

/** `maxPoolSelect` for places of one byte and of four bytes. */
export const maxPoolSelect = {
  reads: ["x", "places"],
  writes: ["y"],
  parameters: {
    height: "i32",
    width: "i32",
    outHeight: "i32",
    outWidth: "i32",
    kernelHeight: "i32",
    kernelWidth: "i32",
    strideHeight: "i32",
    strideWidth: "i32",
    padHeight: "i32",
    padWidth: "i32",
    dilationHeight: "i32",
    dilationWidth: "i32",
    adaptive: "i32",
  },
} as const;

/** `maxPoolGradient` for places of one byte and of four bytes. */
export const maxPoolGradient = {
  reads: ["dy", "places"],
  writes: ["dx"],
  parameters: {
    height: "i32",
    width: "i32",
    outHeight: "i32",
    outWidth: "i32",
    kernelHeight: "i32",
    kernelWidth: "i32",
    strideHeight: "i32",
    strideWidth: "i32",
    padHeight: "i32",
    padWidth: "i32",
    dilationHeight: "i32",
    dilationWidth: "i32",
    adaptive: "i32",
  },
} as const;

/** The schemas of the kernels in max-pool.as.ts. */
export const maxPoolKernels: {
  readonly maxPoolBytes: typeof maxPool;
  readonly maxPoolWords: typeof maxPool;
  readonly maxPoolSelectBytes: typeof maxPoolSelect;
  readonly maxPoolSelectWords: typeof maxPoolSelect;
  readonly maxPoolGradientBytes: typeof maxPoolGradient;
  readonly maxPoolGradientWords: typeof maxPoolGradient;
} = {
  maxPoolBytes: maxPool,
  maxPoolWords: maxPool,
  maxPoolSelectBytes: maxPoolSelect,
  maxPoolSelectWords: maxPoolSelect,
  maxPoolGradientBytes: maxPoolGradient,
  maxPoolGradientWords: maxPoolGradient,
};
