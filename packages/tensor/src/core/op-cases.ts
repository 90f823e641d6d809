import type { Attributes, Op } from "./op.ts";
import type { Spec } from "./spec.ts";

/** How the values of a case's input are drawn; always the same values for the same case. */
export type CaseValues =
  | readonly number[]
  | { readonly normal: readonly [mean: number, deviation: number] }
  | { readonly uniform: readonly [low: number, high: number] }
  /** Whole numbers, both ends included. */
  | { readonly integers: readonly [low: number, high: number] }
  /** All different and well apart, in random order: no ties for max, argmax or top-k. */
  | "distinct"
  /** Normal values with NaN, both infinities, both zeros and denormals among them. */
  | "non-finite";

export interface CaseInput extends Spec {
  readonly values: CaseValues;
}

/**
 * How far a result may be from the float64 reference; the bounds per backend stand in one table of conformance.
 * `exact`: same bits. `rounding`: correctly rounded steps. `transcendental`: polynomials and device built-ins.
 * `reduction`: sums of `length` terms, judged against the sum of magnitudes.
 */
export type Accuracy =
  | "exact"
  | "rounding"
  | "transcendental"
  | { readonly reduction: number }
  /** An op with a bound of its own: |error| <= relative * |reference| + absolute; `reason` derives it. */
  | { readonly relative: number; readonly absolute: number; readonly reason: string };

export interface OpCase<Attrs extends Attributes = Attributes> {
  /** What the case is about: `empty`, `rank 5`, `last axis`. Unique within the op. */
  readonly name: string;
  readonly inputs: readonly (CaseInput | undefined)[];
  readonly attrs: Attrs;
  readonly scalars?: readonly number[];
  /** Overrides the accuracy of the op for this case. */
  readonly accuracy?: Accuracy;
  /**
   * False where a derivative makes no sense. `subgradient`: at a kink or a jump, where the gradient is a convention: devices
   * must follow it, but differences say nothing.
   */
  readonly differentiable?: boolean | "subgradient";
  /** The message of the ArgumentError with which the next read rejects. The values are compared with the reference all the same. */
  readonly reports?: string;
  /** A capability that a device may lack: WGSL does not promise NaN and infinity. */
  readonly needs?: "non-finite";
}

/** The test cases of one op: its folder's `cases.ts` exports one as `cases`; conformance finds it by itself. */
export interface OpCases<Attrs extends Attributes = Attributes> {
  readonly op: Op<Attrs>;
  readonly accuracy: Accuracy;
  readonly cases: readonly OpCase<Attrs>[];
}
