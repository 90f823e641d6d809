import type { Kernel, Work } from "@evenkeel/tensor";

/** A kernel that reads `bytes` of one buffer and may write the same number of bytes to another. */
export interface RoofKernel {
  readonly kernel: Kernel;
  readonly bytes: number;
  readonly work: Work;
  readonly parameters: readonly number[];
}
