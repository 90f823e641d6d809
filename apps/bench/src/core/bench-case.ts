import type { Task } from "./task.ts";

/**
 * A limit of the machine, measured next to a case: copying or reading a number of bytes, or a number of additions and
 * multiplications, with vectors of 128 bits or of 256.
 */
export type Roof =
  | { readonly name: "roof-copy" | "roof-read"; readonly bytes: number }
  | { readonly name: "roof-fma" | "roof-fma-256"; readonly flops: number };

/** A task with its name, the minimum work that it needs, and its roofs. */
export interface BenchCase {
  readonly suite: string;
  readonly name: string;
  readonly task: Task;
  /** The bytes that the best known algorithm has to move through memory. */
  readonly bytes?: number;
  /** The number of images in one repetition of a training step. */
  readonly images?: number;
  /** The floating-point operations of the direct algorithm. */
  readonly flops?: number;
  readonly roofs: readonly Roof[];
  /**
   * A variant that is timed next to it: one with less work, or one in which the convolution does not compute the
   * statistics.
   */
  readonly beside?: {
    readonly name: "evenkeel-plain" | "evenkeel-separate-statistics";
    readonly task: Task;
  };
  /** Whether Evenkeel with vectors of 128 bits takes part too where it has wider ones: `evenkeel-128`. */
  readonly comparesVectors?: boolean;
  /** The tolerance of the comparison, see `disagreement`. */
  readonly tolerance: number;
}
