export interface MaskedSoftmaxAttributes {
  readonly scale: number;
  /** Whether element j of row i counts only for j <= i. */
  readonly causal: boolean;
}
