import {
  callable,
  checkOptions,
  checkValue,
  fraction,
  listOf,
  nonNegative,
  positive,
} from "@evenkeel/tensor/checks";

/** The learning rate of an update, counted from 0: a pure function, so that a resumed run continues with the same rates. */
export type Schedule = (step: number) => number;

/** From `from` to `to` along half a cosine, as `progress` goes from 0 to 1. */
const anneal = (from: number, to: number, progress: number): number =>
  to + ((from - to) * (1 + Math.cos(Math.PI * progress))) / 2;

/** The same rate at every step. Throws ArgumentError for one that is negative or not finite. */
export function constant(rate: number): Schedule {
  checkValue("constant: rate", rate, nonNegative);
  return () => rate;
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
  return (step) => anneal(rate, final, Math.min(1, step / steps));
}

/**
 * Rises linearly from `from` times the first rate for `steps` steps, then follows `schedule` from its beginning
 * (Goyal et al. 2017, section 2.2). Throws ArgumentError for numbers out of range.
 *
 * @example warmUp(cosine(0.1, { steps: 900 }), { steps: 100 })
 */
export function warmUp(
  schedule: Schedule,
  options: { readonly steps: number; readonly from?: number },
): Schedule {
  const rules = { schedule: callable, steps: nonNegative, from: nonNegative };
  checkOptions("warmUp", { schedule, ...options }, rules, ["schedule", "steps"]);
  const { steps, from = 0 } = options;
  return (step) =>
    step < steps ? schedule(0) * (from + ((1 - from) * step) / steps) : schedule(step - steps);
}

/** The shape of a cycle; the defaults are PyTorch's. */
export interface OneCycleOptions {
  /** Length of the whole cycle. */
  readonly steps: number;
  /** The share of the steps in which the rate rises; default 0.3. */
  readonly warmUpShare?: number;
  /** The first rate is the peak divided by this; default 25. */
  readonly initialDivisor?: number;
  /** The last rate is the first one divided by this; default 1e4. */
  readonly finalDivisor?: number;
}

/**
 * Up to `peak` and down to almost 0, both along half a cosine (Smith and Topin 2017; PyTorch's OneCycleLR). Throws ArgumentError
 * for an unknown option, and unless steps and divisors are positive and the share is in [0, 1].
 */
export function oneCycle(peak: number, options: OneCycleOptions): Schedule {
  const divisors = { initialDivisor: positive, finalDivisor: positive };
  const rules = { peak: nonNegative, steps: positive, warmUpShare: fraction, ...divisors };
  checkOptions("oneCycle", { peak, ...options }, rules, ["peak", "steps"]);
  const { steps, warmUpShare = 0.3, initialDivisor = 25, finalDivisor = 1e4 } = options;
  const first = peak / initialDivisor;
  const top = warmUpShare * steps - 1;
  const last = steps - 1;
  return (step) => {
    // A rise of a single step begins at the peak.
    if (step <= top) return anneal(first, peak, top === 0 ? 1 : step / top);
    return anneal(peak, first / finalDivisor, last > top ? Math.min(1, (step - top) / (last - top)) : 1);
  };
}
