import { conv2dBatchNormOp } from "@evenkeel/batchnorm/ops";
import type { AnyOp, Executor, Tensor } from "@evenkeel/tensor";
import { getCurrentExecutor, runComposition } from "@evenkeel/tensor";

/** An executor that runs every convolution with batch norm as two separate operations. */
export function separateStatistics(): Executor {
  const inner = getCurrentExecutor();
  const isFused = (op: AnyOp): boolean => op === (conv2dBatchNormOp as unknown as AnyOp);
  const unchanged = (input: Tensor): Tensor => input;
  return {
    backend: inner.backend,
    execute: (call) => (isFused(call.op) ? runComposition(call, unchanged) : inner.execute(call)),
  };
}
