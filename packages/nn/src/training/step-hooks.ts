import type { Tensor } from "@evenkeel/tensor";

/** What happens between the parts of a training step. The functions are synchronous and read no values, so nothing waits for the device. */
export interface StepHooks {
  /**
   * Called with the gradients, in the order of `listTrainableParameters(model)`, before the update. The update uses those that it
   * returns: clipped ones, or their sums over several machines. With `undefined` there is no update in this step: to accumulate
   * gradients, keep their sums (`keep`) and return these in every nth step.
   *
   * Batch norm normalizes each micro-batch by its own statistics, and updates running statistics in each, with or without an
   * update of the parameters: accumulation is not the same as a larger batch.
   */
  transformGradients?(gradients: readonly Tensor[]): readonly Tensor[] | undefined;
  /** Called after each update of the parameters, to average weights for example. An error in it does not undo the update. */
  onUpdate?(): void;
}
