import {
  belowOne,
  checkOptions,
  fraction,
  nonNegative,
  oneOf,
  positive,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import { computeAnnealing } from "./anneal.ts";
import type { Schedule } from "./schedule.ts";

/** The shape of a cycle; the defaults are PyTorch's. */
interface CycleShape {
  /** Length of the whole cycle. */
  readonly steps: number;
  /** The share of the steps in which the rate rises; default 0.3. */
  readonly warmUpShare?: number;
  /** Default `cosine`. */
  readonly annealing?: "cosine" | "linear";
  /** Whether the rate falls back to the first one, as fast as it rose, before it falls to the last one; default false. */
  readonly threePhase?: boolean;
}

/** The rates of a cycle; the defaults are PyTorch's. */
export interface OneCycleOptions extends CycleShape {
  /** The first rate is the peak divided by this; default 25. */
  readonly initialDivisor?: number;
  /** The last rate is the first one divided by this; default 1e4. */
  readonly finalDivisor?: number;
}

/** The momenta of a cycle; the defaults are PyTorch's. */
export interface OneCycleMomentumOptions extends CycleShape {
  /** The momentum where the rate is highest; default 0.85. */
  readonly base?: number;
  /** The first momentum and the last one; default 0.95. */
  readonly max?: number;
}

const shapeRules = {
  steps: positive,
  warmUpShare: fraction,
  annealing: /* @__PURE__ */ oneOf("cosine", "linear"),
  threePhase: yesOrNo,
};

/**
 * Up to `peak` and down to almost 0, both along half a cosine (Smith and Topin 2017; PyTorch's OneCycleLR). Throws ArgumentError for
 * an unknown option, and unless steps and divisors are positive and the share is in [0, 1].
 *
 * @example oneCycle(0.1, { steps: 1000 })
 */
export function oneCycle(peak: number, options: OneCycleOptions): Schedule {
  const rules = { peak: nonNegative, ...shapeRules, initialDivisor: positive, finalDivisor: positive };
  checkOptions("oneCycle", { peak, ...options }, rules, ["peak", "steps"]);
  const { initialDivisor = 25, finalDivisor = 1e4 } = options;
  const first = peak / initialDivisor;
  return makeCycle(options, [first, peak, first / finalDivisor]);
}

/**
 * The momentum beside `oneCycle`, for the optimizer: low where the rate is high. It counts the updates of the optimizer. Throws
 * ArgumentError for an unknown option and numbers out of range.
 *
 * @example new SGD(model, { learningRate: 0.1, momentum: oneCycleMomentum({ steps: 1000 }) })
 */
export function oneCycleMomentum(options: OneCycleMomentumOptions): Schedule {
  checkOptions("oneCycleMomentum", options, { ...shapeRules, base: belowOne, max: belowOne }, ["steps"]);
  const { base = 0.85, max = 0.95 } = options;
  return makeCycle(options, [max, base, max]);
}

/** From the first value to the middle one, in three phases back to the first, and to the last, where it stays. */
function makeCycle(
  { steps, warmUpShare = 0.3, annealing = "cosine", threePhase = false }: CycleShape,
  [first, middle, last]: readonly [number, number, number],
): Schedule {
  const top = warmUpShare * steps;
  const phases = [
    { end: top - 1, from: first, to: middle },
    ...(threePhase ? [{ end: 2 * top - 2, from: middle, to: first }] : []),
    { end: steps - 1, from: threePhase ? first : middle, to: last },
  ];
  const curve = annealing === "cosine" ? computeAnnealing : interpolate;
  return (step) => {
    const found = phases.findIndex(({ end }) => step <= end);
    const index = found < 0 ? phases.length - 1 : found;
    const { end, from, to } = phases[index]!;
    const begin = phases[index - 1]?.end ?? 0;
    // A phase without a length is at its end.
    return curve(from, to, end > begin ? Math.min(1, (step - begin) / (end - begin)) : 1);
  };
}

const interpolate = (from: number, to: number, progress: number): number => from + (to - from) * progress;
