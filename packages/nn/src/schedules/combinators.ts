import { ArgumentError } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import {
  callable,
  checkOptions,
  checkValue,
  describeValue,
  listOf,
  nonNegative,
} from "@evenkeel/tensor/checks";
import { makeRunningProduct } from "./running-product.ts";
import type { Schedule } from "./schedule.ts";

const someSchedules: Rule = {
  expected: "an array of schedules, at least one",
  accepts: (value) => listOf(callable).accepts(value) && (value as unknown[]).length > 0,
};

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

/**
 * The rate times a function of the step (PyTorch's LambdaLR). Throws ArgumentError for a rate out of range, and for anything but a
 * function.
 *
 * @example lambda(0.1, (step) => 1 / Math.sqrt(1 + step))
 */
export function lambda(rate: number, factor: Schedule): Schedule {
  checkValue("lambda: rate", rate, nonNegative);
  checkValue("lambda: factor", factor, callable);
  return (step) => rate * factor(step);
}

/**
 * The rate times the product of `factor(1)` to `factor(step)` (PyTorch's MultiplicativeLR). Throws ArgumentError for a rate out of
 * range, and for anything but a function.
 *
 * @example multiplicative(0.1, (step) => (step % 100 === 0 ? 0.5 : 1))
 */
export function multiplicative(rate: number, factor: Schedule): Schedule {
  checkValue("multiplicative: rate", rate, nonNegative);
  checkValue("multiplicative: factor", factor, callable);
  const computeProduct = makeRunningProduct(factor);
  return (step) => rate * computeProduct(step);
}

/**
 * The product of several schedules (PyTorch's ChainedScheduler): the first gives the rate, and the others, made with a rate of 1,
 * factors. Throws ArgumentError for anything but an array of schedules.
 *
 * @example chained([exponential(0.1, { factor: 0.999 }), linearRamp(1, { steps: 100 })])
 */
export function chained(schedules: readonly Schedule[]): Schedule {
  checkValue("chained: schedules", schedules, someSchedules);
  return (step) => schedules.reduce((product, schedule) => product * schedule(step), 1);
}

/**
 * One schedule after another, each from its own beginning: at each milestone, a step, the next one takes over (PyTorch's
 * SequentialLR). Throws ArgumentError unless the milestones rise and are one fewer than the schedules.
 *
 * @example sequential([constant(0.01), cosine(0.1, { steps: 900 })], { milestones: [100] })
 */
export function sequential(
  schedules: readonly Schedule[],
  options: { readonly milestones: readonly number[] },
): Schedule {
  const rules = { schedules: someSchedules, milestones: listOf(nonNegative) };
  checkOptions("sequential", { schedules, ...options }, rules, ["schedules", "milestones"]);
  const { milestones } = options;
  const isRising = milestones.every((milestone, index) => index === 0 || milestone > milestones[index - 1]!);
  if (milestones.length !== schedules.length - 1 || !isRising) {
    throw new ArgumentError(
      `sequential: milestones: found ${describeValue(milestones)}, expected ${schedules.length - 1} rising numbers for ${schedules.length} schedules`,
    );
  }
  return (step) => {
    const index = milestones.filter((milestone) => step >= milestone).length;
    return schedules[index]!(index === 0 ? step : step - milestones[index - 1]!);
  };
}
