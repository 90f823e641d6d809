import type { Effort } from "./measure.ts";
import type { Task } from "./task.ts";

/**
 * A limit of the machine, measured next to a case: copying or reading a number of bytes, or a number of additions and
 * multiplications, with vectors of 128 bits or of 256.
 */
export type Roof =
  | { readonly name: "roof-copy" | "roof-read"; readonly bytes: number }
  | { readonly name: "roof-fma" | "roof-fma-256"; readonly flops: number };

/**
 * A variant that is timed next to a case: with less work, with convolutions that do not compute statistics, without the guards of
 * `fit`, without folding, or without a fused operation.
 */
export interface Variant {
  readonly name:
    | "evenkeel-plain"
    | "evenkeel-separate-statistics"
    | "evenkeel-unguarded"
    | "evenkeel-unfolded"
    | "evenkeel-unfused";
  readonly task: Task;
  /** Whether it has the results of the case, which are compared then. */
  readonly isEquivalent: boolean;
}

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
  readonly beside?: Variant;
  /** Whether Evenkeel with vectors of 128 bits takes part too where it has wider ones: `evenkeel-128`. */
  readonly comparesVectors?: boolean;
  /** What differs from the usual effort, where smaller differences than usual have to show. */
  readonly effort?: Partial<Effort>;
  /** The tolerance of the comparison, see `disagreement`. */
  readonly tolerance: number;
}
