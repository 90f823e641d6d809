import type { Activation, Tensor } from "@evenkeel/tensor";

/** Operations that a layer applies to its result before it stores it. */
export interface Epilogue {
  readonly activation?: Activation;
}

/** Operations that a batch norm applies to its result in the same pass. */
export interface BatchNormEpilogue extends Epilogue {
  /** Added to the result before the activation. */
  readonly residual?: Tensor;
}
