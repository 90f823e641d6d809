import type { Tensor, Tensor4D, TensorContainerObject } from "@tensorflow/tfjs-core";
import type { BatchNormTask } from "../../core/task.ts";
import type { Tfjs, TfjsInputs, TfjsRun } from "./tfjs-run.ts";

interface Normalized {
  readonly y: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/**
 * Normalizes by the statistics of the batch, over the last axis, composed as in tfjs-layers: the library has no
 * training op.
 */
export function normalizeByBatch(tf: Tfjs, x: Tensor, scale: Tensor, shift: Tensor): Normalized {
  const axes = x.shape.map((_, axis) => axis).slice(0, -1);
  const { mean, variance } = tf.moments(x, axes);
  const y = tf.batchNorm(
    x as Tensor4D,
    mean as never,
    variance as never,
    shift as never,
    scale as never,
    1e-5,
  );
  return { y, mean, variance };
}

/** Moves the channel axis of images to the end, and back. */
export const toNhwc: number[] = [0, 2, 3, 1];
export const toNchw: number[] = [0, 3, 1, 2];

/** NHWC, the only layout of tfjs's batch norm; the data is converted in advance. */
export function makeBatchNormRun(
  tf: Tfjs,
  { pass, epilogue, shape }: BatchNormTask,
  inputs: TfjsInputs,
): TfjsRun {
  const placed = [inputs.x, inputs.dy, inputs.residual].map((tensor) =>
    tensor?.rank === 4 ? tf.transpose(tensor, toNhwc) : tensor?.clone(),
  );
  const [x, dy, residual] = placed;
  const count = shape.reduce((product, size) => product * size, 1) / shape[1]!;
  const running = (old: Tensor, fresh: Tensor, factor: number): Tensor =>
    tf.add(tf.mul(old, 0.9), tf.mul(fresh, 0.1 * factor));
  const forward = (x: Tensor, scale: Tensor, shift: Tensor, residual?: Tensor) => {
    const { y, mean, variance } = normalizeByBatch(tf, x, scale, shift);
    const sum = residual === undefined ? y : tf.add(y, residual);
    return {
      y: epilogue === "none" ? sum : tf.relu(sum),
      runningMean: tf.keep(running(inputs.runningMean!, mean, 1)),
      runningVariance: tf.keep(running(inputs.runningVariance!, variance, count / (count - 1))),
    };
  };
  const leaves = [x!, inputs.scale!, inputs.shift!, ...(residual ? [residual] : [])];
  const [ofX, scale, shift, ofResidual] = leaves as [Tensor, Tensor, Tensor, Tensor?];
  const forwardBackward = () => {
    let statistics: TensorContainerObject = {};
    const { value, grads } = tf.valueAndGrads((...[x, scale, shift, residual]: Tensor[]) => {
      const { y, ...rest } = forward(x!, scale!, shift!, residual);
      statistics = rest;
      return y;
    })(leaves, dy);
    const [dx, dScale, dShift, dResidual] = grads as [Tensor, Tensor, Tensor, Tensor?];
    return { y: value, dx, dScale, dShift, ...(dResidual && { dResidual }), ...statistics };
  };
  return {
    once: pass === "forward" ? () => forward(ofX, scale, shift, ofResidual) : forwardBackward,
    read: (tensor) => (tensor.rank === 4 ? tf.transpose(tensor, toNchw) : tensor),
    dispose: () => tf.dispose(placed as Tensor[]),
  };
}
