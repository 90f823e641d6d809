import { conv2d, execute, type Tensor } from "@evenkeel/tensor";
import { conv2dFilterGradientOp, conv2dInputGradientOp } from "@evenkeel/tensor/ops";
import type { ConvolutionTask } from "../core/task.ts";
import type { Call, Tensors } from "./call.ts";

/** A single pass of a convolution. */
export function makeConvolutionCall({ pass, taps }: ConvolutionTask, inputs: Tensors): Call {
  const { x, weight, dy } = inputs as { readonly [name: string]: Tensor };
  const side = (taps - 1) / 2;
  const border = [side, side] as const;
  const attrs = { stride: [1, 1], dilation: [1, 1], padding: [border, border], groups: 1 } as const;
  switch (pass) {
    case "forward":
      return () => ({ y: conv2d(x!, weight!, undefined, { padding: side }) });
    case "input-gradient":
      return () => ({ dx: execute(conv2dInputGradientOp, [dy!, weight!], attrs)[0]! });
    case "filter-gradient":
      return () => ({ dWeight: execute(conv2dFilterGradientOp, [x!, dy!], attrs)[0]! });
  }
}
