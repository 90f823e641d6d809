import type { Tensor } from "@evenkeel/tensor";
import { elu, gelu, sigmoid, silu, softplus, tanh } from "@evenkeel/tensor";
import { checkOptions, finite, oneOf, positive } from "@evenkeel/tensor/checks";
import { Module } from "../module/module.ts";
import { FusibleActivation } from "./fusion.ts";
import { compute } from "./layer.ts";

/** max(x, 0). */
export class ReLU extends FusibleActivation {
  get fusedAs(): "relu" {
    return "relu";
  }
}

/** x above 0, negativeSlope * x below it. */
export class LeakyReLU extends FusibleActivation {
  readonly negativeSlope: number;

  constructor(options: { readonly negativeSlope?: number } = {}) {
    super();
    checkOptions<typeof options>("LeakyReLU", options, { negativeSlope: finite });
    const { negativeSlope = 0.01 } = options;
    this.negativeSlope = negativeSlope;
  }

  get fusedAs(): { readonly leakyRelu: number } {
    return { leakyRelu: this.negativeSlope };
  }

  override describe(): string {
    return `LeakyReLU ${this.negativeSlope}`;
  }
}

/** The Gaussian error linear unit; with `approximate: "tanh"`, the approximation that GPT-2 uses. */
export class GELU extends Module {
  readonly approximate: "none" | "tanh";

  constructor(options: { readonly approximate?: "none" | "tanh" } = {}) {
    super();
    checkOptions<typeof options>("GELU", options, { approximate: oneOf("none", "tanh") });
    const { approximate = "none" } = options;
    this.approximate = approximate;
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => gelu(x, { approximate: this.approximate }));
  }
}

/** x * sigmoid(x). */
export class SiLU extends Module {
  forward(x: Tensor): Tensor {
    return compute(this, x, () => silu(x));
  }
}

/** 1 / (1 + exp(-x)). */
export class Sigmoid extends Module {
  forward(x: Tensor): Tensor {
    return compute(this, x, () => sigmoid(x));
  }
}

/** The hyperbolic tangent. */
export class Tanh extends Module {
  forward(x: Tensor): Tensor {
    return compute(this, x, () => tanh(x));
  }
}

/** x above 0, alpha * (exp(x) - 1) below it. */
export class ELU extends Module {
  readonly alpha: number;

  constructor(options: { readonly alpha?: number } = {}) {
    super();
    checkOptions<typeof options>("ELU", options, { alpha: finite });
    const { alpha = 1 } = options;
    this.alpha = alpha;
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => elu(x, { alpha: this.alpha }));
  }
}

/** log(1 + exp(beta * x)) / beta. */
export class Softplus extends Module {
  readonly beta: number;

  constructor(options: { readonly beta?: number } = {}) {
    super();
    checkOptions<typeof options>("Softplus", options, { beta: positive });
    const { beta = 1 } = options;
    this.beta = beta;
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => softplus(x, { beta: this.beta }));
  }
}
