import type { Tensor } from "@evenkeel/tensor";
import {
  add,
  cast,
  formatShape,
  isSameShape,
  linear,
  matmul,
  reshape,
  ShapeError,
  scope,
} from "@evenkeel/tensor";
import { checkOptions, checkTensors, checkValue, positiveInteger } from "@evenkeel/tensor/checks";
import { symmetric } from "../initializers/init.ts";
import { attempt } from "../module/failure.ts";
import { Module } from "../module/module.ts";
import type { Parameter } from "../module/variable.ts";
import type { WeightOptions } from "./weights.ts";
import { makeWeights, weightRules } from "./weights.ts";

/**
 * first^T W_k second + b_k for each output k. Initial values are uniform within 1 / sqrt(firstInputs), as in PyTorch.
 *
 * Shapes: [..., firstInputs] and [..., secondInputs] -> [..., outputs]; weight [outputs, firstInputs, secondInputs], bias [outputs].
 * Throws ShapeError for other inputs, ArgumentError for sizes that are not positive.
 *
 * @example new Bilinear(20, 30, 40, { seed: 1 })
 */
export class Bilinear extends Module<[first: Tensor, second: Tensor]> {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  constructor(firstInputs: number, secondInputs: number, outputs: number, options: WeightOptions = {}) {
    super();
    checkOptions<WeightOptions>("Bilinear", options, weightRules);
    for (const [name, size] of Object.entries({ firstInputs, secondInputs, outputs })) {
      checkValue(`Bilinear: ${name}`, size, positiveInteger);
    }
    const within: WeightOptions["weightInit"] = (shape, draw) => symmetric(shape, firstInputs ** -0.5, draw);
    const { weight, bias } = makeWeights([outputs, firstInputs, secondInputs], outputs, {
      ...options,
      weightInit: options.weightInit ?? within,
      biasInit: options.biasInit ?? within,
    });
    this.weight = weight;
    this.bias = bias;
  }

  forward(first: Tensor, second: Tensor): Tensor {
    return attempt(this, () => {
      checkTensors("forward", first, second);
      this.checkInputs(first, second);
      return scope(() => this.run(first, second));
    });
  }

  override describe(): string {
    const [outputs, first, second] = this.weight.value.shape;
    return `Bilinear ${first}, ${second} -> ${outputs}`;
  }

  /** W second for all rows as one product, then its product with `first`, row by row. */
  private run(first: Tensor, second: Tensor): Tensor {
    const { value: weight } = this.weight;
    const [outputs, firstInputs, secondInputs] = weight.shape as [number, number, number];
    const rows = first.size / firstInputs;
    const products = linear(
      reshape(second, [rows, secondInputs]),
      reshape(weight, [outputs * firstInputs, secondInputs]),
    );
    const y = matmul(reshape(products, [rows, outputs, firstInputs]), reshape(first, [rows, firstInputs, 1]));
    const shaped = reshape(y, [...first.shape.slice(0, -1), outputs]);
    return this.bias ? add(shaped, cast(this.bias.value, shaped.dtype)) : shaped;
  }

  private checkInputs(first: Tensor, second: Tensor): void {
    const [, firstInputs, secondInputs] = this.weight.value.shape;
    const fits =
      first.shape.at(-1) === firstInputs &&
      second.shape.at(-1) === secondInputs &&
      isSameShape(first.shape.slice(0, -1), second.shape.slice(0, -1));
    if (fits) return;
    throw new ShapeError(
      `found ${formatShape(first.shape)} and ${formatShape(second.shape)}, expected [..., ${firstInputs}] and [..., ${secondInputs}]`,
    );
  }
}
