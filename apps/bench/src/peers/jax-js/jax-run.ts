import type { Array as JaxArray } from "@jax-js/jax";
import type { Results } from "../../core/task.ts";

export type Jax = typeof import("@jax-js/jax");

export interface JaxArrays {
  readonly [name: string]: JaxArray;
}

/** A task in jax-js, whose arrays are used up by what they are passed to unless it gets a `ref`. */
export interface JaxRun {
  /** One repetition, under `jit`. */
  once(): JaxArrays;
  /** Where they are not what `once` returns. */
  results?(): Promise<Results>;
  dispose?(): void;
}
