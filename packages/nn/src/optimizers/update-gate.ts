import type { Tensor } from "@evenkeel/tensor";

/** Decides on the device whether an update takes place, so that the host need not wait for the answer. */
export interface UpdateGate {
  /** One element, 0 where values and slots shall stay as they are. `gradients` are those of the update, as flat tensors. */
  admit(gradients: readonly Tensor[]): Tensor;
}
