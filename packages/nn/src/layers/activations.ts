import type { Activation, Tensor } from "@evenkeel/tensor";
import { elu, gelu, leakyRelu, relu, sigmoid, silu, softplus, tanh } from "@evenkeel/tensor";
import { Module } from "../module/module.ts";
import { FusibleActivation } from "./fusion.ts";

/** max(x, 0). */
export class ReLU extends FusibleActivation {
  readonly fusedAs: Activation = "relu";

  forward(x: Tensor): Tensor {
    return relu(x);
  }
}

/** x above 0, negativeSlope * x below. */
export class LeakyReLU extends FusibleActivation {
  readonly negativeSlope: number;
  readonly fusedAs: Activation;

  constructor(options: { readonly negativeSlope?: number } = {}) {
    super();
    this.negativeSlope = options.negativeSlope ?? 0.01;
    this.fusedAs = { leakyRelu: this.negativeSlope };
  }

  forward(x: Tensor): Tensor {
    return leakyRelu(x, { negativeSlope: this.negativeSlope });
  }
}

/** The Gaussian error linear unit; with `approximate: "tanh"` the form of GPT-2. */
export class GELU extends Module {
  readonly approximate: "none" | "tanh";

  constructor(options: { readonly approximate?: "none" | "tanh" } = {}) {
    super();
    this.approximate = options.approximate ?? "none";
  }

  forward(x: Tensor): Tensor {
    return gelu(x, { approximate: this.approximate });
  }
}

/** x * sigmoid(x). */
export class SiLU extends Module {
  forward(x: Tensor): Tensor {
    return silu(x);
  }
}

/** 1 / (1 + exp(-x)). */
export class Sigmoid extends Module {
  forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}

/** The hyperbolic tangent. */
export class Tanh extends Module {
  forward(x: Tensor): Tensor {
    return tanh(x);
  }
}

/** x above 0, alpha * (exp(x) - 1) below. */
export class ELU extends Module {
  readonly alpha: number;

  constructor(options: { readonly alpha?: number } = {}) {
    super();
    this.alpha = options.alpha ?? 1;
  }

  forward(x: Tensor): Tensor {
    return elu(x, { alpha: this.alpha });
  }
}

/** log(1 + exp(beta * x)) / beta. */
export class Softplus extends Module {
  readonly beta: number;

  constructor(options: { readonly beta?: number } = {}) {
    super();
    this.beta = options.beta ?? 1;
  }

  forward(x: Tensor): Tensor {
    return softplus(x, { beta: this.beta });
  }
}
