import type { Sampling } from "./sampling.ts";

export interface ResampleAttributes {
  /** How the last but one axis is resized; null if it stays. */
  readonly rows: Sampling | null;
  /** How the last axis is resized; null if it stays. */
  readonly columns: Sampling | null;
}
