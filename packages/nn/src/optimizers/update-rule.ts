import type { Expression, Value } from "@evenkeel/tensor";
import { buildExpression, e } from "@evenkeel/tensor";

/** What changes from step to step: numbers that reach the device as scalars. */
export interface StepNumbers {
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Counts updates from 1. */
  readonly step: number;
}

/** How one value is updated: the formula of an optimizer, for one element. */
export interface UpdateRule {
  /** The name of the rule and its hyperparameters, including defaults: a run is resumed with the same ones. */
  readonly settings?: { readonly [name: string]: string | number | boolean };
  /** What the optimizer remembers for each value, zero at the beginning: `momentum`. */
  readonly slots: readonly string[];
  /** The numbers that `update` gets as `scalars`. */
  scalars(numbers: StepNumbers): readonly number[];
  /** The new value, then the new slots. */
  update(value: Value, slots: readonly Value[], gradient: Value, scalars: readonly Value[]): Value[];
}

/** How gradients are limited. */
export interface Clipping {
  /** Whether they are multiplied by a factor, which is the last input. */
  readonly byNorm: boolean;
  readonly maxValue?: number | undefined;
}

/**
 * One launch for any number of values: inputs are value, slots, gradient and, where gradients are clipped by their norm, the factor
 * that they are multiplied by; outputs are value and slots.
 */
export function buildUpdate(rule: UpdateRule, { byNorm, maxValue }: Clipping): Expression {
  const count = rule.slots.length;
  const scalars = rule.scalars({ learningRate: 0, weightDecay: 0, step: 1 }).map(() => "f32" as const);
  const inputs = new Array<"f32">(count + (byNorm ? 3 : 2)).fill("f32");
  return buildExpression({ inputs, scalars }, (values, numbers) => {
    const scaled = byNorm ? e.mul(values[count + 1]!, values[count + 2]!) : values[count + 1]!;
    const gradient = maxValue === undefined ? scaled : limitValue(scaled, maxValue);
    return rule.update(values[0]!, values.slice(1, count + 1), gradient, numbers);
  });
}

/** Comparisons instead of min and max preserve NaN. */
function limitValue(x: Value, limit: number): Value {
  const below = e.select(e.greater(x, limit), limit, x);
  return e.select(e.less(x, -limit), -limit, below);
}
