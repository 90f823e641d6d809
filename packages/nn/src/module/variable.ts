import type { Spec, Tensor } from "@evenkeel/tensor";
import { formatSpec, isSameShape, keep, ShapeError } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import {
  aTensor,
  checkOptions,
  checkValue,
  nonNegativeInteger,
  text,
  yesOrNo,
} from "@evenkeel/tensor/checks";

/** How a variable is saved. */
export interface VariableOptions {
  /** The last part of its name in saved state, instead of the name of the property; not used in arrays and plain objects. */
  readonly name?: string;
}

const variableRules: Rules<VariableOptions> = { name: text };

/** A tensor that a module owns and replaces over time; shape and dtype do not change. */
export class Variable {
  readonly name: string | undefined;
  private current: Tensor;

  constructor(value: Tensor, options: VariableOptions = {}) {
    checkValue("value", value, aTensor);
    checkOptions<VariableOptions>("options", options, variableRules);
    this.current = keep(value);
    this.name = options.name;
  }

  get value(): Tensor {
    return this.current;
  }

  /** Takes the new tensor out of its scope and disposes the old one. Throws ShapeError for another spec. */
  set value(next: Tensor) {
    const previous = this.current;
    if (next === previous) return;
    if (!isSameShape(next.shape, previous.shape) || next.dtype !== previous.dtype) {
      throw new ShapeError(
        `${this.name ?? "value"}: found ${formatSpec(next)}, expected ${formatSpec(previous)}`,
      );
    }
    this.current = keep(next);
    previous.dispose();
  }

  get spec(): Spec {
    return { shape: this.current.shape, dtype: this.current.dtype };
  }

  dispose(): void {
    this.current.dispose();
  }
}

/** How a parameter is saved and trained. */
export interface ParameterOptions extends VariableOptions {
  /** Whether gradients are taken; default true. */
  readonly trainable?: boolean;
  /** Whether optimizers with weight decay shrink it; default true. Layers set it to false for biases and scales. */
  readonly decayed?: boolean;
}

/**
 * A tensor that training changes.
 *
 * @example class Scale extends Module { factor = new Parameter(ones([1])); forward(x) { return mul(x, this.factor.value); } }
 */
export class Parameter extends Variable {
  trainable: boolean;
  readonly isDecayed: boolean;

  constructor(value: Tensor, options: ParameterOptions = {}) {
    checkOptions<ParameterOptions>("options", options, {
      ...variableRules,
      trainable: yesOrNo,
      decayed: yesOrNo,
    });
    const { name, trainable = true, decayed = true } = options;
    super(value, { name });
    this.trainable = trainable;
    this.isDecayed = decayed;
  }
}

/** A tensor that is saved with the model but not trained, such as a running mean. */
export class Buffer extends Variable {}

/** A whole number that is saved with the model as a 64-bit scalar, such as the number of batches seen. */
export class Counter {
  readonly name: string | undefined;
  value: number;

  constructor(value = 0, options: VariableOptions = {}) {
    checkValue("value", value, nonNegativeInteger);
    checkOptions<VariableOptions>("options", options, variableRules);
    this.value = value;
    this.name = options.name;
  }
}

/** A member whose value is part of saved state. */
export type Stateful = Parameter | Buffer | Counter;

export const isStateful = (value: object): value is Stateful =>
  value instanceof Parameter || value instanceof Buffer || value instanceof Counter;
