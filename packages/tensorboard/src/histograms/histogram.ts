/** How values are distributed; those that are NaN or infinite do not count. */
export interface Histogram {
  readonly minimum: number;
  readonly maximum: number;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  /** The upper ends of the buckets. */
  readonly limits: readonly number[];
  readonly counts: readonly number[];
}

/** The number of buckets, which divide the range evenly: TensorBoard's default. */
export const bucketCount = 30;

/** The numbers of a histogram before those of its buckets. */
export const numberCount = 5;

/**
 * A histogram of its numbers: minimum, maximum, count, sum, sum of squares, and the counts of the buckets. Undefined where nothing
 * counts.
 */
export function makeHistogram(numbers: ArrayLike<number>): Histogram | undefined {
  const [minimum, maximum, count, sum, sumOfSquares, ...counts] = Array.from(numbers) as [
    ...[minimum: number, maximum: number, count: number, sum: number, sumOfSquares: number],
    ...number[],
  ];
  if (count === 0) return undefined;
  const limits = counts.map((_, bucket) =>
    bucket + 1 === bucketCount ? maximum : minimum + ((bucket + 1) / bucketCount) * (maximum - minimum),
  );
  return { minimum, maximum, count, sum, sumOfSquares, limits, counts };
}

/** The histogram of values in host memory, in float64. Undefined where nothing counts. */
export function computeHistogram(values: ArrayLike<number>): Histogram | undefined {
  let [minimum, maximum, count, sum, sumOfSquares] = [Infinity, -Infinity, 0, 0, 0];
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (!Number.isFinite(value)) continue;
    minimum = Math.min(minimum, value);
    maximum = Math.max(maximum, value);
    count++;
    sum += value;
    sumOfSquares += value * value;
  }
  const counts = new Array<number>(bucketCount).fill(0);
  const width = maximum - minimum;
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (!Number.isFinite(value)) continue;
    const place = width === 0 ? 0 : (value - minimum) / width;
    counts[Math.min(bucketCount - 1, Math.floor(place * bucketCount))]!++;
  }
  return makeHistogram([minimum, maximum, count, sum, sumOfSquares, ...counts]);
}
