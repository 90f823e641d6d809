import type { Accuracy } from "@evenkeel/tensor";

/** The unit roundoff of f32. */
const u = 2 ** -24;

/** Below this a device may flush to zero: the smallest normal f32. */
const smallestNormal = 2 ** -126;

/** |found - expected| <= relative * |expected| + scaled * magnitude + absolute. */
export interface Bound {
  readonly relative: number;
  /** Of the sum of magnitudes of what was added up. */
  readonly scaled: number;
  readonly absolute: number;
}

interface Bounds {
  readonly rounding: Bound;
  readonly transcendental: Bound;
  /** `scaled` for a sum of `length` terms. */
  reduction(length: number): number;
  readonly reason: string;
}

const withinUlps = (ulps: number, absolute = 0): Bound => ({ relative: 2 * ulps * u, scaled: 0, absolute });

/**
 * A sum of n terms rounds n times; the errors of a blocked sum in several lanes add up like a random walk, so they stay
 * below u sqrt(n) times the sum of magnitudes (Higham and Mary 2019, probabilistic bounds), plus a few for the terms.
 */
const randomWalk = (length: number): number => u * (4 + Math.sqrt(length));

const defaults: Bounds = {
  rounding: withinUlps(4),
  transcendental: withinUlps(16, 16 * u),
  reduction: randomWalk,
  reason:
    "polynomials for exp, log, tanh and erf are within 4 ULP; an expression chains a few, and values near a zero of the function lose relative accuracy",
};

/** Backends whose built-ins are weaker than the defaults. */
const perBackend: { readonly [backend: string]: Bounds } = {
  webgpu: {
    rounding: withinUlps(8),
    transcendental: withinUlps(256, 2 ** -11),
    reduction: (length) => 2 * randomWalk(length),
    reason:
      "WGSL: division 2.5 ULP, exp 3 + 2|x| ULP, sin and cos 2^-11 absolute, tanh 1e-5 absolute, and products and sums may be fused",
  },
};

/** How far from the reference the results of a case may be. */
export function boundOf(accuracy: Accuracy, backend: string): Bound {
  const bounds = perBackend[backend] ?? defaults;
  if (accuracy === "exact") return { relative: 0, scaled: 0, absolute: 0 };
  if (accuracy === "rounding") return { ...bounds.rounding, absolute: smallestNormal };
  if (accuracy === "transcendental") return bounds.transcendental;
  if ("reduction" in accuracy) {
    return { relative: 2 * u, scaled: bounds.reduction(accuracy.reduction), absolute: smallestNormal };
  }
  return { relative: accuracy.relative, scaled: 0, absolute: accuracy.absolute };
}

/**
 * How far the gradient of a case may be, scaled by the largest magnitude of the reference gradient: a gradient sums over
 * what was broadcast and reduced (`length` terms) and chains a handful of roundings, each amplified like the op's own.
 */
export function gradientBoundOf(accuracy: Accuracy, length: number, backend: string): Bound {
  const own = boundOf(accuracy, backend);
  const bounds = perBackend[backend] ?? defaults;
  const terms = typeof accuracy === "object" && "reduction" in accuracy ? accuracy.reduction : 1;
  return {
    relative: 4 * own.relative + bounds.rounding.relative,
    scaled: 8 * bounds.reduction(Math.max(length, terms)) + 4 * own.relative,
    absolute: 4 * own.absolute + smallestNormal,
  };
}
