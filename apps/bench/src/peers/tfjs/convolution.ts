import type { Tensor, Tensor4D } from "@tensorflow/tfjs-core";
import type { ConvolutionTask } from "../../core/task.ts";
import { toNchw, toNhwc } from "./batch-norm.ts";
import type { Tfjs, TfjsInputs, TfjsRun } from "./tfjs-run.ts";

/** Converts filters from [o, c, kh, kw] to [kh, kw, c, o], and back. */
const toHwio: number[] = [2, 3, 1, 0];
const toOihw: number[] = [3, 2, 0, 1];

/** NHWC, which all backends of tfjs require; the data is converted in advance. */
export function makeConvolutionRun(tf: Tfjs, task: ConvolutionTask, inputs: TfjsInputs): TfjsRun {
  const { pass, filters, taps } = task;
  const [n, c, h, w] = task.image;
  const place = (tensor: Tensor | undefined, axes: number[]): Tensor4D =>
    tensor === undefined ? tf.zeros([0, 0, 0, 0]) : tf.transpose(tensor as Tensor4D, axes);
  const [x, weight, dy] = [place(inputs.x, toNhwc), place(inputs.weight, toHwio), place(inputs.dy, toNhwc)];
  const filterGradient = (): Tensor =>
    tf
      .engine()
      .runKernel(
        "Conv2DBackpropFilter",
        { x, dy },
        { strides: [1, 1], pad: "same", dataFormat: "NHWC", filterShape: [taps, taps, c, filters] },
      ) as Tensor;
  const passes = {
    forward: () => ({ y: tf.conv2d(x, weight, 1, "same") }),
    "input-gradient": () => ({ dx: tf.conv2dTranspose(dy, weight, [n, h, w, c], 1, "same") }),
    "filter-gradient": () => ({ dWeight: filterGradient() }),
  };
  return {
    once: passes[pass],
    read: (tensor) => tf.transpose(tensor, pass === "filter-gradient" ? toOihw : toNchw),
    dispose: () => tf.dispose([x, weight, dy]),
  };
}
