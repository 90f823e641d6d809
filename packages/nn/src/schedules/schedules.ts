import { checkOptions, checkValue, listOf, nonNegative, positive } from "@evenkeel/tensor/checks";
import { computeAnnealing } from "./anneal.ts";
import type { Schedule } from "./schedule.ts";

/** How long and by how much `constant` scales the rate; the defaults are PyTorch's. */
export interface ConstantOptions {
  /** Default 1/3. */
  readonly factor?: number;
  /** From this step on, the rate is not scaled; default 5. */
  readonly steps?: number;
}

/**
 * The same rate at every step; with options, `factor` times the rate in the first `steps` steps (PyTorch's ConstantLR). Throws
 * ArgumentError for numbers out of range.
 *
 * @example constant(0.1, { factor: 0.5, steps: 100 })
 */
export function constant(rate: number, options?: ConstantOptions): Schedule {
  checkValue("constant: rate", rate, nonNegative);
  if (options === undefined) return () => rate;
  checkOptions<ConstantOptions>("constant", options, { factor: nonNegative, steps: nonNegative });
  const { factor = 1 / 3, steps = 5 } = options;
  return (step) => (step < steps ? factor * rate : rate);
}

/** The shape of a ramp; the defaults are PyTorch's. */
export interface LinearRampOptions {
  /** The first factor; default 1/3. */
  readonly from?: number;
  /** The last factor; default 1. */
  readonly to?: number;
  /** The step at which it is reached; default 5. */
  readonly steps?: number;
}

/**
 * The rate times a factor that changes linearly (PyTorch's LinearLR). Throws ArgumentError for numbers out of range.
 *
 * @example linearRamp(0.1, { from: 1, to: 0, steps: 1000 })
 */
export function linearRamp(rate: number, options: LinearRampOptions = {}): Schedule {
  const rules = { rate: nonNegative, from: nonNegative, to: nonNegative, steps: positive };
  checkOptions("linearRamp", { rate, ...options }, rules, ["rate"]);
  const { from = 1 / 3, to = 1, steps = 5 } = options;
  return (step) => rate * (from + (to - from) * Math.min(1, step / steps));
}

/** The shape of a polynomial; the defaults are PyTorch's. */
export interface PolynomialOptions {
  /** The step at which the rate is 0; default 5. */
  readonly steps?: number;
  /** Default 1: linear. */
  readonly power?: number;
}

/**
 * rate * (1 - step / steps)^power, then 0 (PyTorch's PolynomialLR). Throws ArgumentError for numbers out of range.
 *
 * @example polynomial(0.1, { steps: 1000, power: 0.9 })
 */
export function polynomial(rate: number, options: PolynomialOptions = {}): Schedule {
  const rules = { rate: nonNegative, steps: positive, power: nonNegative };
  checkOptions("polynomial", { rate, ...options }, rules, ["rate"]);
  const { steps = 5, power = 1 } = options;
  return (step) => rate * (1 - Math.min(1, step / steps)) ** power;
}

/**
 * Multiplies the rate by `factor`, 0.1 by default, at regular intervals of steps. Throws ArgumentError for numbers
 * out of range.
 */
export function stepDecay(
  rate: number,
  options: { readonly every: number; readonly factor?: number },
): Schedule {
  const rules = { rate: nonNegative, every: positive, factor: nonNegative };
  checkOptions("stepDecay", { rate, ...options }, rules, ["rate", "every"]);
  const { every, factor = 0.1 } = options;
  return (step) => rate * factor ** Math.floor(step / every);
}

/** Multiplies the rate by `factor`, 0.1 by default, at each milestone, a step. Throws ArgumentError for numbers out of range. */
export function multiStep(
  rate: number,
  options: { readonly milestones: readonly number[]; readonly factor?: number },
): Schedule {
  const rules = { rate: nonNegative, milestones: listOf(nonNegative), factor: nonNegative };
  checkOptions("multiStep", { rate, ...options }, rules, ["rate", "milestones"]);
  const { milestones, factor = 0.1 } = options;
  return (step) => rate * factor ** milestones.filter((milestone) => step >= milestone).length;
}

/** Multiplies the rate by `factor` at every step. Throws ArgumentError for numbers out of range. */
export function exponential(rate: number, options: { readonly factor: number }): Schedule {
  const rules = { rate: nonNegative, factor: nonNegative };
  checkOptions("exponential", { rate, ...options }, rules, ["rate", "factor"]);
  const { factor } = options;
  return (step) => rate * factor ** step;
}

/**
 * Half a cosine from `rate` to `final`, 0 by default, in `steps` steps, then `final` (Loshchilov and Hutter 2017, without
 * restarts). Throws ArgumentError for numbers out of range.
 */
export function cosine(rate: number, options: { readonly steps: number; readonly final?: number }): Schedule {
  const rules = { rate: nonNegative, steps: positive, final: nonNegative };
  checkOptions("cosine", { rate, ...options }, rules, ["rate", "steps"]);
  const { steps, final = 0 } = options;
  return (step) => computeAnnealing(rate, final, Math.min(1, step / steps));
}
