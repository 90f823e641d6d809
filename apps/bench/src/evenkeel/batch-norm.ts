import { vjp } from "@evenkeel/autodiff";
import { type BatchNormResult, batchNorm } from "@evenkeel/batchnorm";
import type { Tensor } from "@evenkeel/tensor";
import type { BatchNormTask } from "../core/task.ts";
import type { Call, Tensors } from "./call.ts";

/** The fused op, and its gradient through the tape. */
export function makeBatchNormCall({ pass, epilogue }: BatchNormTask, inputs: Tensors): Call {
  const { x, scale, shift, residual, dy } = inputs as { readonly [name: string]: Tensor };
  const forward = (x: Tensor, scale: Tensor, shift: Tensor, residual?: Tensor): BatchNormResult =>
    batchNorm(x, {
      scale,
      shift,
      residual,
      training: true,
      activation: epilogue === "none" ? "none" : "relu",
      runningMean: inputs.runningMean,
      runningVariance: inputs.runningVariance,
    });
  if (pass === "forward") {
    return () => listForwardResults(forward(x!, scale!, shift!, residual));
  }
  const arguments_ = [x!, scale!, shift!, ...(residual === undefined ? [] : [residual])];
  return () => {
    const [[y, runningMean, runningVariance], pullback] = vjp(
      (...[x, scale, shift, residual]: Tensor[]) =>
        Object.values(listForwardResults(forward(x!, scale!, shift!, residual))),
      ...arguments_,
    );
    // Nothing depends on the running statistics.
    const [dx, dScale, dShift, dResidual] = pullback([dy!, undefined, undefined]) as Tensor[];
    return {
      y: y!,
      runningMean: runningMean!,
      runningVariance: runningVariance!,
      dx: dx!,
      dScale: dScale!,
      dShift: dShift!,
      ...(dResidual && { dResidual }),
    };
  };
}

const listForwardResults = ({ y, runningMean, runningVariance }: BatchNormResult): Tensors => ({
  y,
  runningMean: runningMean!,
  runningVariance: runningVariance!,
});
