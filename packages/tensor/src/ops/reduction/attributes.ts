/** Which axes an op reduces: sorted, distinct, counted from the front. */
export interface ReductionAttributes {
  readonly axes: readonly number[];
  /** Whether reduced axes stay, with one element. */
  readonly keepDims: boolean;
}

/** `axes` names one axis. */
export type ArgExtremeAttributes = ReductionAttributes;

export interface MomentsAttributes extends ReductionAttributes {
  /** The number that is subtracted from the number of values before M2 is divided by it. */
  readonly correction: number;
}

export interface CumulativeSumAttributes {
  /** Counted from the front. */
  readonly axis: number;
  /** Adds up from the end. */
  readonly reverse: boolean;
  /** Leaves out the element itself. */
  readonly exclusive: boolean;
}
