import type { Tensor } from "@evenkeel/tensor";
import { linear } from "@evenkeel/tensor";
import { checkOptions, checkValue, positiveInteger } from "@evenkeel/tensor/checks";
import type { Parameter } from "../module/variable.ts";
import type { Epilogue } from "./epilogue.ts";
import { FusingModule } from "./fusion.ts";
import { checkInput } from "./layer.ts";
import type { WeightOptions } from "./weights.ts";
import { makeWeights, weightRules } from "./weights.ts";

/**
 * x W^T + b.
 *
 * Shapes: [..., inputs] -> [..., outputs]; weight [outputs, inputs], bias [outputs]. Throws ShapeError for other inputs,
 * ArgumentError for sizes that are not positive.
 *
 * @example new Linear(784, 10, { seed: 1 })
 */
export class Linear extends FusingModule {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  constructor(inputs: number, outputs: number, options: WeightOptions = {}) {
    super();
    checkOptions<WeightOptions>("Linear", options, weightRules);
    checkValue("Linear: inputs", inputs, positiveInteger);
    checkValue("Linear: outputs", outputs, positiveInteger);
    const { weight, bias } = makeWeights([outputs, inputs], outputs, options);
    this.weight = weight;
    this.bias = bias;
  }

  override describe(): string {
    const [outputs, inputs] = this.weight.value.shape;
    return `Linear ${inputs} -> ${outputs}`;
  }

  forwardWith(x: Tensor, { activation }: Epilogue): Tensor {
    checkInput(this, x, ["...", this.weight.value.shape[1]!]);
    return linear(x, this.weight.value, this.bias?.value, { activation });
  }
}
