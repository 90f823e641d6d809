import type { Attributes, Op } from "./op.ts";
import type { Spec } from "./spec.ts";

/** How the values of a case's input are drawn. A case always gets the same values. */
export type CaseValues =
  | readonly number[]
  | { readonly normal: readonly [mean: number, deviation: number] }
  | { readonly uniform: readonly [low: number, high: number] }
  /** Whole numbers, both ends included. */
  | { readonly integers: readonly [low: number, high: number] }
  /** Values that are all different and well apart, in random order, so that max, argmax and top-k have no ties. */
  | "distinct"
  /** Normal values with NaN, both infinities, both zeros and denormals among them. */
  | "non-finite";

export interface CaseInput extends Spec {
  readonly values: CaseValues;
}

/**
 * How far a result may be from the float64 reference. A table in conformance has the bounds of each backend. `exact`:
 * the same bits. `rounding`: correctly rounded steps. `transcendental`: polynomials and device built-ins. `reduction`:
 * sums of this many terms, judged against the sum of magnitudes.
 */
export type Accuracy =
  | "exact"
  | "rounding"
  | "transcendental"
  | { readonly reduction: number }
  /** An op with a bound of its own: |error| <= relative * |reference| + absolute; `reason` derives it. */
  | { readonly relative: number; readonly absolute: number; readonly reason: string };

export interface OpCase<Attrs extends Attributes = Attributes> {
  /** A short description of the case: `empty`, `rank 5`, `last axis`. Unique within the op. */
  readonly name: string;
  readonly inputs: readonly (CaseInput | undefined)[];
  readonly attrs: Attrs;
  readonly scalars?: readonly number[];
  /** Overrides the accuracy of the op for this case. */
  readonly accuracy?: Accuracy;
  /**
   * False where a derivative makes no sense. `subgradient`: at a kink or a jump, where the gradient is a convention
   * that devices must follow, but that finite differences do not show.
   */
  readonly differentiable?: boolean | "subgradient";
  /** The message of the ArgumentError with which the next read rejects. The values are still compared with the reference. */
  readonly reports?: string;
  /** A capability that a device may lack. WGSL does not promise NaN and infinity. */
  readonly needs?: "non-finite";
}

/** The test cases of one op. A `*.cases.ts` file beside the op exports them, and the build collects them for conformance. */
export interface OpCases<Attrs extends Attributes = Attributes> {
  readonly op: Op<Attrs>;
  readonly accuracy: Accuracy;
  readonly cases: readonly OpCase<Attrs>[];
}
