import type { ShrinkOptions, Tensor } from "@evenkeel/tensor";
import { hardshrink, softshrink, tanhshrink } from "@evenkeel/tensor";
import { checkOptions, nonNegative } from "@evenkeel/tensor/checks";
import { Module } from "../module/module.ts";
import { compute } from "./layer.ts";

/** The base class of layers that set values near 0 to 0. */
abstract class Shrink extends Module {
  readonly lambda: number;

  constructor(name: string, options: ShrinkOptions) {
    super();
    checkOptions<ShrinkOptions>(name, options, { lambda: nonNegative });
    const { lambda = 0.5 } = options;
    this.lambda = lambda;
  }
}

/** x moved towards 0 by lambda, 0 for values that are not farther away than that. Throws ArgumentError for a negative lambda. */
export class Softshrink extends Shrink {
  constructor(options: ShrinkOptions = {}) {
    super("Softshrink", options);
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => softshrink(x, { lambda: this.lambda }));
  }
}

/** x, 0 for values that are not farther than lambda from 0. Throws ArgumentError for a negative lambda. */
export class Hardshrink extends Shrink {
  constructor(options: ShrinkOptions = {}) {
    super("Hardshrink", options);
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => hardshrink(x, { lambda: this.lambda }));
  }
}

/** x - tanh(x). */
export class Tanhshrink extends Module {
  forward(x: Tensor): Tensor {
    return compute(this, x, () => tanhshrink(x));
  }
}
