import { ArgumentError } from "@evenkeel/tensor";

/** The learning rate of an update, counted from 0: a pure function, so a resumed run goes on where it was. */
export type Schedule = (step: number) => number;

function requirePositive(name: string, value: number): void {
  if (!(value > 0)) throw new ArgumentError(`${name}: found ${value}, expected a positive number`);
}

/** From `from` to `to` along half a cosine, as `progress` goes from 0 to 1. */
const anneal = (from: number, to: number, progress: number): number =>
  to + ((from - to) * (1 + Math.cos(Math.PI * progress))) / 2;

/** The same rate at every step. */
export const constant =
  (rate: number): Schedule =>
  () =>
    rate;

/** Multiplies the rate by `factor` every so many steps. */
export function stepDecay(
  rate: number,
  { every, factor = 0.1 }: { readonly every: number; readonly factor?: number },
): Schedule {
  requirePositive("every", every);
  return (step) => rate * factor ** Math.floor(step / every);
}

/** Multiplies the rate by `factor` at each milestone, a step number. */
export function multiStep(
  rate: number,
  { milestones, factor = 0.1 }: { readonly milestones: readonly number[]; readonly factor?: number },
): Schedule {
  return (step) => rate * factor ** milestones.filter((milestone) => step >= milestone).length;
}

/** Multiplies the rate by `factor` at every step. */
export const exponential =
  (rate: number, { factor }: { readonly factor: number }): Schedule =>
  (step) =>
    rate * factor ** step;

/** Half a cosine from `rate` to `final` in `steps` steps, then `final` (Loshchilov and Hutter 2017, without restarts). */
export function cosine(
  rate: number,
  { steps, final = 0 }: { readonly steps: number; readonly final?: number },
): Schedule {
  requirePositive("steps", steps);
  return (step) => anneal(rate, final, Math.min(1, step / steps));
}

/**
 * Rises linearly from `from` times the first rate for `steps` steps, then follows `schedule` from its beginning
 * (Goyal et al. 2017, section 2.2).
 *
 * @example warmUp(cosine(0.1, { steps: 900 }), { steps: 100 })
 */
export function warmUp(
  schedule: Schedule,
  { steps, from = 0 }: { readonly steps: number; readonly from?: number },
): Schedule {
  if (!(steps >= 0)) throw new ArgumentError(`steps: found ${steps}, expected a non-negative number`);
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
 * Up to `peak` and down to almost nothing, both along half a cosine (Smith and Topin 2017; PyTorch's OneCycleLR). Throws
 * ArgumentError unless steps and divisors are positive and the share lies in [0, 1].
 */
export function oneCycle(
  peak: number,
  { steps, warmUpShare = 0.3, initialDivisor = 25, finalDivisor = 1e4 }: OneCycleOptions,
): Schedule {
  for (const [name, value] of Object.entries({ steps, initialDivisor, finalDivisor })) {
    requirePositive(name, value);
  }
  if (!(warmUpShare >= 0 && warmUpShare <= 1)) {
    throw new ArgumentError(`warmUpShare: found ${warmUpShare}, expected a number in [0, 1]`);
  }
  const first = peak / initialDivisor;
  const top = warmUpShare * steps - 1;
  const last = steps - 1;
  return (step) => {
    // A rise of a single step is at its top.
    if (step <= top) return anneal(first, peak, top === 0 ? 1 : step / top);
    return anneal(peak, first / finalDivisor, last > top ? Math.min(1, (step - top) / (last - top)) : 1);
  };
}
