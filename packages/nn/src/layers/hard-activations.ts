import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, hardsigmoid, hardswish, hardtanh, relu6, threshold } from "@evenkeel/tensor";
import { checkOptions, checkValue, comparable, finite } from "@evenkeel/tensor/checks";
import { Module } from "../module/module.ts";
import { compute } from "./layer.ts";

/** max(x, 0), but at most 6. */
export class ReLU6 extends Module {
  forward(x: Tensor): Tensor {
    return compute(this, x, () => relu6(x));
  }
}

/** x limited to the range between two bounds, by default -1 and 1. Throws ArgumentError unless min < max. */
export class Hardtanh extends Module {
  readonly min: number;
  readonly max: number;

  constructor(options: { readonly min?: number; readonly max?: number } = {}) {
    super();
    checkOptions<typeof options>("Hardtanh", options, { min: comparable, max: comparable });
    const { min = -1, max = 1 } = options;
    if (!(min < max)) {
      throw new ArgumentError(`Hardtanh: found min ${min} and max ${max}, expected min < max`);
    }
    this.min = min;
    this.max = max;
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => hardtanh(x, { min: this.min, max: this.max }));
  }

  override describe(): string {
    return `Hardtanh ${this.min} to ${this.max}`;
  }
}

/** relu6(x + 3) / 6. */
export class Hardsigmoid extends Module {
  forward(x: Tensor): Tensor {
    return compute(this, x, () => hardsigmoid(x));
  }
}

/** x * hardsigmoid(x). */
export class Hardswish extends Module {
  forward(x: Tensor): Tensor {
    return compute(this, x, () => hardswish(x));
  }
}

/** x where it is greater than the limit, the value elsewhere. Throws ArgumentError unless both are finite. */
export class Threshold extends Module {
  readonly limit: number;
  readonly value: number;

  constructor(limit: number, value: number) {
    super();
    checkValue("Threshold: limit", limit, finite);
    checkValue("Threshold: value", value, finite);
    this.limit = limit;
    this.value = value;
  }

  forward(x: Tensor): Tensor {
    return compute(this, x, () => threshold(x, this.limit, this.value));
  }

  override describe(): string {
    return `Threshold ${this.limit}, ${this.value}`;
  }
}
