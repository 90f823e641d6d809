import type { DType, Expression, Tensor } from "@evenkeel/tensor";
import {
  avgPool2d,
  buildExpression,
  countElements,
  e,
  evaluateExpression,
  pad,
  reshape,
  scope,
  square,
} from "@evenkeel/tensor";
import { checkOptions, checkValue, finite, positiveInteger } from "@evenkeel/tensor/checks";
import { Module } from "../module/module.ts";
import { checkInput, compute } from "./layer.ts";

export interface LocalResponseNormOptions {
  /** The factor of the mean of squares; default 1e-4. */
  readonly alpha?: number;
  /** The power of the divisor; default 0.75. */
  readonly beta?: number;
  /** Is added to the mean of squares; default 1. */
  readonly k?: number;
}

const quotients = new Map<DType, Expression>();

/** x / (k + alpha mean)^beta. */
function buildQuotient(dtype: DType): Expression {
  let expression = quotients.get(dtype);
  if (expression === undefined) {
    expression = buildExpression(
      { inputs: [dtype, dtype], scalars: ["f32", "f32", "f32"], outputs: [dtype] },
      ([x, mean], [k, alpha, beta]) => e.div(x!, e.pow(e.add(k!, e.mul(alpha!, mean!)), beta!)),
    );
    quotients.set(dtype, expression);
  }
  return expression;
}

/**
 * Divides by (k + alpha mean)^beta, where the mean is that of the squares of `size` neighbouring channels; those beyond the edge
 * count as 0 (Krizhevsky et al. 2012, section 3.3, with PyTorch's mean in place of the sum).
 *
 * Shapes: f32 or f16 [n, channels, ...] -> the same. Throws ShapeError for less than two dimensions, DTypeError for other dtypes,
 * ArgumentError for options that are not finite.
 *
 * @example new LocalResponseNorm(5, { alpha: 5e-4, k: 2 })
 */
export class LocalResponseNorm extends Module {
  readonly size: number;
  private readonly scalars: readonly [k: number, alpha: number, beta: number];

  constructor(size: number, options: LocalResponseNormOptions = {}) {
    super();
    checkValue("LocalResponseNorm: size", size, positiveInteger);
    checkOptions<LocalResponseNormOptions>("LocalResponseNorm", options, {
      alpha: finite,
      beta: finite,
      k: finite,
    });
    const { alpha = 1e-4, beta = 0.75, k = 1 } = options;
    this.size = size;
    this.scalars = [k, alpha, beta];
  }

  override describe(): string {
    const [k, alpha, beta] = this.scalars;
    return `LocalResponseNorm ${this.size}, alpha ${alpha}, beta ${beta}, k ${k}`;
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => {
      const [n, channels, ...rest] = checkInput(this, x, x.rank < 2 ? ["n", "channels"] : ["..."]).shape;
      return scope(() => {
        const planes = reshape(square(x), [n!, channels!, countElements(rest)]);
        const before = Math.floor(this.size / 2);
        const padded = pad(planes, [
          [0, 0],
          [before, this.size - 1 - before],
          [0, 0],
        ]);
        const means = reshape(avgPool2d(padded, [this.size, 1], { stride: 1 }), x.shape);
        return evaluateExpression(buildQuotient(x.dtype), [x, means], { scalars: this.scalars })[0]!;
      });
    });
  }
}
