import type { Tensor } from "@evenkeel/tensor";
import { celu, logSigmoid, mish, selu, softsign } from "@evenkeel/tensor";
import { checkOptions, positive } from "@evenkeel/tensor/checks";
import { Module } from "../module/module.ts";
import { compute } from "./layer.ts";

/**
 * The scaled exponential linear unit. With weights from `init.kaimingNormal({ nonlinearity: "linear" })`, mean and variance stay near 0 and 1 from layer to layer;
 * `AlphaDropout` preserves them.
 */
export class SELU extends Module {
  forward(x: Tensor): Tensor {
    return compute(this, x, () => selu(x));
  }
}

/** x above 0, alpha * (exp(x / alpha) - 1) below it. */
export class CELU extends Module {
  readonly alpha: number;

  constructor(options: { readonly alpha?: number } = {}) {
    super();
    checkOptions<typeof options>("CELU", options, { alpha: positive });
    const { alpha = 1 } = options;
    this.alpha = alpha;
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => celu(x, { alpha: this.alpha }));
  }
}

/** x * tanh(softplus(x)). */
export class Mish extends Module {
  forward(x: Tensor): Tensor {
    return compute(this, x, () => mish(x));
  }
}

/** log(1 / (1 + exp(-x))). */
export class LogSigmoid extends Module {
  forward(x: Tensor): Tensor {
    return compute(this, x, () => logSigmoid(x));
  }
}

/** x / (1 + |x|). */
export class Softsign extends Module {
  forward(x: Tensor): Tensor {
    return compute(this, x, () => softsign(x));
  }
}
