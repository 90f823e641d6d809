import type { Tensor, TensorContainerObject } from "@tensorflow/tfjs-core";
import type { Results } from "../../core/task.ts";

export type Tfjs = typeof import("@tensorflow/tfjs-core");

/** A task in TensorFlow.js. */
export interface TfjsRun {
  /** One repetition, in a `tidy`. */
  once(): TensorContainerObject;
  /** A result in PyTorch's layout, where its own differs. */
  read?(tensor: Tensor, name: string): Tensor;
  /** Where they are not what `once` returns. */
  results?(): Promise<Results>;
  dispose?(): void;
}

export type TfjsInputs = { readonly [name: string]: Tensor };
