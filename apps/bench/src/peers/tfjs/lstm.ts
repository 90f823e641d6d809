import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import type { RecurrentTask } from "../../core/task.ts";
import { readAll } from "./read-all.ts";
import type { Tfjs, TfjsInputs, TfjsRun } from "./tfjs-run.ts";

/** The library's cell, step by step, with the products of inputs and states in one. */
export function makeLstmRun(
  tf: Tfjs,
  { batch, inputs: width, size }: RecurrentTask,
  inputs: TfjsInputs,
): TfjsRun {
  const names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"];
  const model = names.map((name) => inputs[`model.${name}`]!) as [Tensor, Tensor, Tensor, Tensor];
  /** The third and the second gate are exchanged: here the gates are i, g, f, o, in PyTorch i, f, g, o. */
  const exchangeGates = (x: Tensor): Tensor => {
    const [i, second, third, o] = tf.split(x, 4);
    return tf.concat([i!, third!, second!, o!]);
  };
  const [kernel, bias] = tf.tidy(() => {
    const joined = tf.concat([model[0], model[1]], 1);
    return [tf.transpose(exchangeGates(joined)), exchangeGates(tf.add(model[2], model[3]))];
  }) as [Tensor2D, Tensor1D];
  const [forgetBias, zeros] = [tf.scalar(0), tf.zeros([batch, size]) as Tensor2D];
  const forward = (x: Tensor, kernel: Tensor, bias: Tensor): Tensor => {
    let [c, h] = [zeros, zeros];
    const outputs = tf.unstack(x).map((step) => {
      [c, h] = tf.basicLSTMCell(forgetBias, kernel as Tensor2D, bias as Tensor1D, step as Tensor2D, c, h);
      return h;
    });
    return tf.stack(outputs);
  };
  const differentiate = tf.valueAndGrads(forward as (...leaves: Tensor[]) => Tensor);
  const run = () => {
    const { value, grads } = differentiate([inputs.x!, kernel, bias], inputs.dy);
    const [dx, dKernel, dBias] = grads as [Tensor, Tensor, Tensor];
    return { y: value, dx, dKernel, dBias };
  };
  const runForPytorch = () => {
    const { y, dx, dKernel, dBias } = run();
    const [ofInputs, ofStates] = tf.split(exchangeGates(tf.transpose(dKernel)), [width, size], 1);
    const ofBias = exchangeGates(dBias);
    const gradients = [ofInputs!, ofStates!, ofBias, ofBias.clone()];
    return { y, dx, ...Object.fromEntries(gradients.map((each, at) => [`gradient ${names[at]}`, each])) };
  };
  return {
    once: run,
    results: () => readAll(tf, { once: runForPytorch }),
    dispose: () => tf.dispose([kernel, bias, forgetBias, zeros]),
  };
}
