export interface LineAttributes {
  /** Added to the variance, or to the mean square, before the square root is taken. */
  readonly epsilon: number;
  /** Whether the mean is subtracted. Otherwise a line is divided by the root of its mean square. */
  readonly centered: boolean;
}
