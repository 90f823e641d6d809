import type { Tensor, TensorContainerObject } from "@tensorflow/tfjs-core";
import type { Results } from "../../core/task.ts";

export type Tfjs = typeof import("@tensorflow/tfjs-core");

/** A task in TensorFlow.js. */
export interface TfjsRun {
  /** One repetition, in a `tidy`. */
  once(): TensorContainerObject;
  /** Converts a result to PyTorch's layout, if it differs. */
  read?(tensor: Tensor, name: string): Tensor;
  /** The results, if they differ from what `once` returns. */
  results?(): Promise<Results>;
  dispose?(): void;
}

export type TfjsInputs = { readonly [name: string]: Tensor };
