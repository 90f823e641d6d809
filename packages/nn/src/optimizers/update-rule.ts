import type { Tensor, Value } from "@evenkeel/tensor";
import type { Parameter } from "../module/variable.ts";
import type { Schedule } from "../schedules/schedule.ts";

/** What changes from step to step: numbers that reach the device as scalars. */
export interface StepNumbers {
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Counts updates from 1. */
  readonly step: number;
}

/**
 * What an update needs of a whole parameter, before any value changes: a norm, or a product of matrices. Each parameter is then
 * updated by launches of its own.
 */
export interface WholeParameter {
  /** What `compute` gets, for one element. */
  direction(value: Value, slots: readonly Value[], gradient: Value, scalars: readonly Value[]): Value;
  /**
   * One number, or one for each element. `scalars` are the numbers of the update.
   *
   * Shapes: that of the parameter, twice -> [] or that of the parameter.
   */
  compute(direction: Tensor, value: Tensor, scalars: readonly number[]): Tensor;
}

/** How one value is updated: the formula of an optimizer, for one element. */
export interface UpdateRule {
  /** The name of the rule and its hyperparameters, including defaults: a run is resumed with the same ones. */
  readonly settings?: { readonly [name: string]: string | number | boolean };
  /** What the optimizer remembers for each value, zero at the beginning: `momentum`. */
  readonly slots: readonly string[];
  /** The numbers that `update` gets as `scalars`. */
  scalars(numbers: StepNumbers): readonly number[];
  /** Present where the update of an element depends on the others of its parameter. */
  readonly whole?: WholeParameter;
  /** The new value, then the new slots. `ofWhole` is what `whole` has computed. */
  update(
    value: Value,
    slots: readonly Value[],
    gradient: Value,
    scalars: readonly Value[],
    ofWhole: Value | undefined,
  ): Value[];
}

/** Several rules for the parameters of one model. */
export interface RuleChoice {
  /** As those of a rule. */
  readonly settings: NonNullable<UpdateRule["settings"]>;
  /** The rule of a parameter: one object for all that share it. */
  choose(name: string, parameter: Parameter): UpdateRule;
}

/** A hyperparameter as the settings have it: runs are not told apart by their schedules. */
export const describeSetting = (value: number | Schedule): number | string =>
  typeof value === "number" ? value : "a schedule";
