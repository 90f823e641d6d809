/** The axes that an op reduces: sorted, distinct, counted from the front. */
export interface ReductionAttributes {
  readonly axes: readonly number[];
  /** Whether reduced axes are kept, with one element. */
  readonly keepDims: boolean;
}

/** `axes` contains one axis. */
export type ArgExtremeAttributes = ReductionAttributes;

export interface MomentsAttributes extends ReductionAttributes {
  /** The number that is subtracted from the number of values before M2 is divided by it. */
  readonly correction: number;
}

export interface CumulativeSumAttributes {
  /** Counted from the front. */
  readonly axis: number;
  /** Whether sums begin at the end. */
  readonly reverse: boolean;
  /** Whether a sum excludes the element at its own position. */
  readonly exclusive: boolean;
}
