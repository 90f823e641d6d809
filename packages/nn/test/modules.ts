import type { Tensor } from "@evenkeel/tensor";
import { add, full, RandomSource } from "@evenkeel/tensor";
import { Module } from "../src/module/module.ts";
import { Buffer, Counter, Parameter } from "../src/module/variable.ts";

/** A layer with a parameter, a buffer and a counter. */
export class Shift extends Module {
  readonly amount: Parameter;
  readonly runningMean: Buffer = new Buffer(full([2], 0), { name: "running_mean" });
  readonly batches: Counter = new Counter(0, { name: "num_batches_tracked" });
  readonly note = "not a member";

  constructor(value = 1) {
    super();
    this.amount = new Parameter(full([2], value), { name: "weight", decayed: false });
  }

  forward(x: Tensor): Tensor {
    return add(x, this.amount.value);
  }
}

/** A model with layers in a property and in an array, a parameter of its own, and a random source. */
export class Net extends Module {
  readonly first: Shift = new Shift(1);
  readonly layers: readonly Shift[] = [new Shift(2), new Shift(3)];
  readonly own: Parameter = new Parameter(full([3], 4));
  readonly random: RandomSource = new RandomSource(1);

  forward(x: Tensor): Tensor {
    return [this.first, ...this.layers].reduce((y, layer) => layer.forward(y), x);
  }
}

/** A model of one parameter with two values, both 1. */
export class TwoValues extends Module {
  readonly weight: Parameter = new Parameter(full([2], 1));

  forward(x: Tensor): Tensor {
    return x;
  }
}
