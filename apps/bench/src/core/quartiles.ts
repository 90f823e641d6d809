export interface Quartiles {
  readonly first: number;
  readonly median: number;
  readonly third: number;
}

/** The quantile of at least one number, linearly interpolated between neighbours. */
export function computeQuartiles(values: readonly number[]): Quartiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => {
    const position = share * (sorted.length - 1);
    const below = sorted[Math.floor(position)]!;
    const above = sorted[Math.ceil(position)]!;
    return below + (above - below) * (position - Math.floor(position));
  };
  return { first: at(0.25), median: at(0.5), third: at(0.75) };
}
