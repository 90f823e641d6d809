import type { Array as JaxArray } from "@jax-js/jax";
import type { Results } from "../../core/task.ts";

export type Jax = typeof import("@jax-js/jax");

export interface JaxArrays {
  readonly [name: string]: JaxArray;
}

/** A task in jax-js, in which passing an array to a function consumes it unless the caller passes its `ref`. */
export interface JaxRun {
  /** One repetition, under `jit`. */
  once(): JaxArrays;
  /** The results, if they differ from what `once` returns. */
  results?(): Promise<Results>;
  dispose?(): void;
}
