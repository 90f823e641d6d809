import { vjp } from "@evenkeel/autodiff";
import { maskedSoftmax, mul, softmax, type Tensor, where } from "@evenkeel/tensor";
import type { MaskedSoftmaxTask } from "../core/task.ts";
import type { Call, Tensors } from "./call.ts";

/** The operation, or what it is composed of. The mask is of bool. */
export function makeMaskedSoftmaxCall(task: MaskedSoftmaxTask, { x, mask, dy }: Tensors): Call {
  const { scale } = task;
  const forward = task.isComposed
    ? (x: Tensor): Tensor => softmax(where(mask!, mul(x, scale), Number.NEGATIVE_INFINITY))
    : (x: Tensor): Tensor =>
        maskedSoftmax(x, task.mask === "causal" ? { scale, causal: true } : { scale, mask });
  if (task.pass === "forward") return () => ({ y: forward(x!) });
  return () => {
    const [y, pullback] = vjp(forward, x!);
    const [dx] = pullback(dy!);
    return { y, dx };
  };
}
