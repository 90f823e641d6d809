export interface AxisAttributes {
  /** Counted from the front. */
  readonly axis: number;
}
