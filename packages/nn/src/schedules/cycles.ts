import type { Rule } from "@evenkeel/tensor/checks";
import { checkOptions, nonNegative, oneOf, positive } from "@evenkeel/tensor/checks";
import { computeAnnealing } from "./anneal.ts";
import type { Schedule } from "./schedule.ts";

const atLeastOne: Rule = {
  expected: "a finite number of at least 1",
  accepts: (value) => typeof value === "number" && value >= 1 && value < Number.POSITIVE_INFINITY,
};

/** The lengths of the cycles of `cosineRestarts`. */
export interface CosineRestartsOptions {
  /** Length of the first cycle. */
  readonly steps: number;
  /** How much longer each cycle is than the one before; default 1. */
  readonly growth?: number;
  /** The rate at the end of a cycle; default 0. */
  readonly final?: number;
}

/**
 * Half a cosine from `rate` to `final`, again and again (Loshchilov and Hutter 2017; PyTorch's CosineAnnealingWarmRestarts). Throws
 * ArgumentError for numbers out of range.
 *
 * @example cosineRestarts(0.1, { steps: 100, growth: 2 })
 */
export function cosineRestarts(rate: number, options: CosineRestartsOptions): Schedule {
  const rules = { rate: nonNegative, steps: positive, growth: atLeastOne, final: nonNegative };
  checkOptions("cosineRestarts", { rate, ...options }, rules, ["rate", "steps"]);
  const { steps, growth = 1, final = 0 } = options;
  return (step) => {
    let [at, length] = [growth === 1 ? step % steps : step, steps];
    for (; at >= length; length *= growth) at -= length;
    return computeAnnealing(rate, final, at / length);
  };
}

/** The shape of the cycles of `cyclic`; the defaults are PyTorch's. */
export interface CyclicOptions {
  /** The steps in which the rate rises; default 2000. */
  readonly stepsUp?: number;
  /** The steps in which it falls; by default as many as those in which it rises. */
  readonly stepsDown?: number;
  /**
   * How the height changes: `triangular` not at all, `triangular2` by a half after each cycle, `exp_range` by `factor` after each
   * step. Default `triangular`.
   */
  readonly mode?: "triangular" | "triangular2" | "exp_range";
  /** Default 1. */
  readonly factor?: number;
}

/**
 * Up from `base` to `peak` and down again, both linearly, again and again (Smith 2017; PyTorch's CyclicLR). As a momentum, from the
 * larger one to the smaller. Throws ArgumentError for an unknown option and numbers out of range.
 *
 * @example cyclic(0.01, 0.1, { stepsUp: 500, mode: "triangular2" })
 */
export function cyclic(base: number, peak: number, options: CyclicOptions = {}): Schedule {
  const modes = oneOf("triangular", "triangular2", "exp_range");
  const lengths = { stepsUp: positive, stepsDown: positive };
  const rules = { base: nonNegative, peak: nonNegative, ...lengths, mode: modes, factor: nonNegative };
  checkOptions("cyclic", { base, peak, ...options }, rules, ["base", "peak"]);
  const { stepsUp = 2000, stepsDown = stepsUp, mode = "triangular", factor = 1 } = options;
  const heights = {
    triangular: () => 1,
    triangular2: (_step: number, cycle: number) => 0.5 ** cycle,
    exp_range: (step: number) => factor ** step,
  };
  const length = stepsUp + stepsDown;
  return (step) => {
    const cycle = Math.floor(step / length);
    const at = step - cycle * length;
    const share = at <= stepsUp ? at / stepsUp : (length - at) / stepsDown;
    return base + (peak - base) * share * heights[mode](step, cycle);
  };
}
