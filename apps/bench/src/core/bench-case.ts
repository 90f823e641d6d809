import type { Task } from "./task.ts";

/** A limit of the machine, measured beside a case: a copy or a read of so many bytes, or so many additions and multiplications. */
export type Roof =
  | { readonly name: "roof-copy" | "roof-read"; readonly bytes: number }
  | { readonly name: "roof-fma"; readonly flops: number };

/** A task with its name, what it takes at least, and the roofs that belong to it. */
export interface BenchCase {
  readonly suite: string;
  readonly name: string;
  readonly task: Task;
  /** That have to go through memory, by the best known algorithm. */
  readonly bytes?: number;
  /** That a repetition learns from. */
  readonly images?: number;
  /** Of the direct algorithm. */
  readonly flops?: number;
  readonly roofs: readonly Roof[];
  /** The same in another way, timed beside it: with less to do, or with statistics that the convolution does not take. */
  readonly beside?: {
    readonly name: "evenkeel-plain" | "evenkeel-separate-statistics";
    readonly task: Task;
  };
  /** Of the comparison, see `disagreement`. */
  readonly tolerance: number;
}
