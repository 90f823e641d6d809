import type { Activation, Tensor } from "@evenkeel/tensor";

/** Operations on the result of a layer that are done before it is stored. */
export interface Epilogue {
  readonly activation?: Activation;
}

/** Operations on the result of a batch norm that are done in the same pass. */
export interface BatchNormEpilogue extends Epilogue {
  /** Added before the activation, in the same pass. */
  readonly residual?: Tensor;
}
