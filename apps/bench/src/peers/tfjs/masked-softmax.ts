import type { Tensor } from "@tensorflow/tfjs-core";
import type { MaskedSoftmaxTask } from "../../core/task.ts";
import type { Tfjs, TfjsInputs, TfjsRun } from "./tfjs-run.ts";

/** Composed of operations; the library has none for it. */
export function makeMaskedSoftmaxRun(tf: Tfjs, { scale }: MaskedSoftmaxTask, inputs: TfjsInputs): TfjsRun {
  const { x, dy } = inputs;
  const mask = tf.cast(inputs.mask!, "bool");
  const hidden = tf.scalar(Number.NEGATIVE_INFINITY);
  const forward = (x: Tensor): Tensor => tf.softmax(tf.where(mask, tf.mul(x, scale), hidden));
  const differentiate = tf.valueAndGrad(forward);
  const both = () => {
    const { value, grad } = differentiate(x!, dy);
    return { y: value, dx: grad };
  };
  return {
    once: dy === undefined ? () => ({ y: forward(x!) }) : both,
    dispose: () => tf.dispose([mask, hidden]),
  };
}
