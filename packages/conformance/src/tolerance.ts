import type { Accuracy, DType, Rounding, Spec } from "@evenkeel/tensor";
import { getDTypeProperties } from "@evenkeel/tensor";

/** The unit roundoff of f32: half a unit in the last place (ULP) of 1. */
const u = 2 ** -24;

/** The maximum error of one step on a device. */
export interface StepBound {
  readonly ulps: number;
  /** An additional error for each unit of the operand's magnitude. */
  readonly ulpsPerUnit?: number;
  /** An absolute bound, where no relative bound is possible. */
  readonly absolute?: number;
}

/** The accuracy that a backend guarantees for its arithmetic. The reason gives the source of the figures. */
export interface Precision {
  /** Steps that are not listed are correctly rounded: half a ULP. */
  readonly steps: { readonly [step: string]: StepBound };
  /** Results below this may be flushed to zero. */
  readonly smallest: number;
  /** The error of a sum of `length` terms, relative to the sum of their magnitudes. */
  reduction(length: number): number;
  readonly reason: string;
}

/**
 * A sum of n terms rounds n times. The errors of a blocked sum in several lanes add up like a random walk, so they stay
 * below u sqrt(n) times the sum of magnitudes (Higham and Mary 2019, probabilistic bounds), plus a few for the terms.
 */
const computeRandomWalk = (length: number): number => u * (4 + Math.sqrt(length));

const ieee: Precision = {
  steps: {
    exp: { ulps: 2 },
    expm1: { ulps: 3 },
    log: { ulps: 2 },
    log1p: { ulps: 2 },
    sin: { ulps: 3 },
    cos: { ulps: 3 },
    tanh: { ulps: 4 },
    erf: { ulps: 3 },
    pow: { ulps: 3 },
    atan2: { ulps: 4 },
    rem: { ulps: 0 },
  },
  smallest: 2 ** -149,
  reduction: computeRandomWalk,
  reason:
    "IEEE 754 arithmetic. The functions are polynomials; over 200,000 points the worst seen were exp 1.0 ULP, expm1 1.4, log 0.8, log1p 0.8, sin and cos 2.8 for all x, tanh 2.5, erf 1.1, pow 1.1, atan2 3.1. A remainder is exact",
};

const wgsl: Precision = {
  steps: {
    div: { ulps: 2.5 },
    sqrt: { ulps: 4 },
    exp: { ulps: 3, ulpsPerUnit: 2 },
    expm1: { ulps: 10, ulpsPerUnit: 2 },
    log: { ulps: 3, absolute: 2 ** -21 },
    log1p: { ulps: 6, absolute: 2 ** -21 },
    sin: { ulps: 4 },
    cos: { ulps: 4 },
    tanh: { ulps: 16 },
    erf: { ulps: 8 },
    pow: { ulps: 256 },
    atan2: { ulps: 10 },
    rem: { ulps: 0 },
  },
  smallest: 2 ** -126,
  reduction: (length) => 2 * computeRandomWalk(length),
  reason:
    "WGSL, accuracy of built-in functions: division 2.5 ULP, sqrt as 1 / inverseSqrt, exp 3 + 2|x| ULP, log 3 ULP or 2^-21 between 1/2 and 2, pow as exp2(y log2(x)); subnormal numbers may be flushed. expm1, log1p, sin, cos, tanh, erf and atan2 are formulas of the backend over these: polynomials near 0 (2 ULP), beyond that what exp, log and division leave, times how it grows (e^x / (e^x - 1) is 2.5 where expm1 leaves its polynomial); sin and cos are polynomials (2 ULP) of a place in the turn that is within 1.5 ULP for all x; remainders are computed in integers",
};

/** Backends that deviate from IEEE 754. */
const perBackend: { readonly [backend: string]: Precision } = { webgpu: wgsl };

export const choosePrecision = (backend: string): Precision => perBackend[backend] ?? ieee;

/** |found - expected| <= relative * |expected| + scaled * magnitude + absolute. */
export interface Bound {
  readonly relative: number;
  /** Relative to the magnitude that accompanies each expected value. */
  readonly scaled: number;
  readonly absolute: number;
}

export const exact: Bound = { relative: 0, scaled: 0, absolute: 0 };

/**
 * The bound of a result as it is stored. If it is stored in fewer bits than it is computed in, it is rounded once
 * more, which also rounds its previous error.
 */
export function computeStoredBound(bound: Bound, dtype: DType): Bound {
  const { rounding } = getDTypeProperties(dtype);
  if (rounding === undefined || bound === exact) return bound;
  const { relative, absolute } = rounding;
  return {
    relative: bound.relative * (1 + relative) + relative,
    scaled: bound.scaled * (1 + relative),
    absolute: bound.absolute * (1 + relative) + absolute,
  };
}

/** How tensors round what they store, coarsest first; dtypes that store exactly what was computed are not included. */
export const listRoundings = (specs: readonly (Spec | undefined)[]): Rounding[] =>
  specs
    .flatMap((spec) => (spec && getDTypeProperties(spec.dtype).rounding) ?? [])
    .sort((a, b) => b.relative - a.relative);

/** The maximum error of the results of a case; expressions have tighter bounds (`computeExpressionErrors`). */
export function computeBound(accuracy: Accuracy, backend: string): Bound {
  const { reduction, smallest } = choosePrecision(backend);
  if (accuracy === "exact") return exact;
  if (accuracy === "rounding") return { relative: 8 * u, scaled: 0, absolute: smallest };
  if (accuracy === "transcendental") return { relative: 32 * u, scaled: 0, absolute: 32 * u };
  if ("reduction" in accuracy) {
    return { relative: 2 * u, scaled: reduction(accuracy.reduction), absolute: smallest };
  }
  return { relative: accuracy.relative, scaled: 0, absolute: accuracy.absolute };
}

/**
 * The maximum error of the gradient of a case, relative to the largest magnitude of the reference gradient: a
 * gradient sums over broadcast and reduced axes (`length` terms) and chains a few steps, each with the op's own
 * error. Saved and intermediate values are rounded like the operands.
 */
export function computeGradientBound(
  accuracy: Accuracy,
  length: number,
  backend: string,
  stored: Rounding = { relative: 0, absolute: 0 },
): Bound {
  const own = computeBound(accuracy, backend);
  const { reduction, smallest } = choosePrecision(backend);
  const terms = typeof accuracy === "object" && "reduction" in accuracy ? accuracy.reduction : 1;
  return {
    relative: 4 * own.relative + 8 * u,
    scaled: 8 * reduction(Math.max(length, terms)) + 4 * (own.relative + stored.relative),
    absolute: 4 * (own.absolute + stored.absolute) + smallest,
  };
}

/** A factor for the effect of one rounding error in every input and output gradient on a result. */
export const conditioningFactor = 8;
