import type { Tensor } from "@evenkeel/tensor";
import { linear } from "@evenkeel/tensor";
import type { Parameter } from "../module/variable.ts";
import type { Epilogue } from "./fusion.ts";
import { FusingModule } from "./fusion.ts";
import type { WeightOptions } from "./weights.ts";
import { makeWeights } from "./weights.ts";

/**
 * x W^T + b.
 *
 * Shapes: [..., inputs] -> [..., outputs]; weight [outputs, inputs], bias [outputs]. Throws ShapeError for other inputs.
 *
 * @example new Linear(784, 10, { seed: 1 })
 */
export class Linear extends FusingModule {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  constructor(inputs: number, outputs: number, options: WeightOptions = {}) {
    super();
    const { weight, bias } = makeWeights([outputs, inputs], outputs, options);
    this.weight = weight;
    this.bias = bias;
  }

  forwardWith(x: Tensor, { activation }: Epilogue): Tensor {
    return linear(x, this.weight.value, this.bias?.value, { activation });
  }
}
