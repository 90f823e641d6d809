import type { Shape } from "@evenkeel/tensor";

/** A module in a summary. */
export interface ModuleSummary {
  /** The path in the model; empty for the model itself. */
  readonly path: string;
  /** What the module is, as in `Linear 100 -> 10`. */
  readonly description: string;
  /** One shape for each call of `forward`; empty for a module that was not called. */
  readonly outputShapes: readonly Shape[];
  /** Including those of inner modules, and frozen ones. */
  readonly parameters: number;
  /**
   * The floating-point operations of matrix products and convolutions in the forward pass, two for each product, including those
   * of inner modules. Other operations are not counted.
   */
  readonly flops: number;
  /** The path of the module in whose launches this one runs; absent where it has launches of its own. */
  readonly fusedInto?: string;
}

/** What `summary` finds out about a model. */
export interface Summary {
  /** The model and every inner module, each once, in the order of the model. */
  readonly modules: readonly ModuleSummary[];
  readonly parameters: number;
  readonly trainableParameters: number;
  /** Of one forward pass with the given input: see `ModuleSummary`. */
  readonly flops: number;
  /** The bytes of all results of operations in a forward pass in training mode, most of which the backward pass needs. */
  readonly activationBytes: number;
  /** A table for people. */
  toString(): string;
}
