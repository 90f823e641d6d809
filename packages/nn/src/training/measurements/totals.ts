import { ShapeError } from "@evenkeel/tensor";
import type { Evaluation } from "./history.ts";
import type { Measures, PassMetric } from "./measures.ts";

/** The positions of the values of one measure in the row of a batch, and how they are summed over a pass. */
export type Reading =
  | { readonly kind: "known mean"; readonly at: number; readonly weight: number }
  | { readonly kind: "divided mean"; readonly at: number; readonly weightAt: number }
  /** A sum and its weight. */
  | { readonly kind: "mean"; readonly at: number; readonly weightAt: number }
  | { readonly kind: "sum"; readonly at: number }
  | { readonly kind: "counts"; readonly at: number; readonly length: number };

/** A plain loop: every batch may have a million counts. */
function listValues(row: ArrayLike<number>, begin = 0, length = row.length): number[] {
  const values = new Array<number>(length);
  for (let index = 0; index < length; index++) values[index] = row[begin + index]!;
  return values;
}

/** What a batch adds to the totals of a pass. A mean of weight 0 adds nothing, even when it is NaN. */
function computeShare(reading: Reading, row: ArrayLike<number>): readonly number[] {
  const value = row[reading.at]!;
  const weigh = (weight: number): number[] => [weight === 0 ? 0 : value * weight, weight];
  switch (reading.kind) {
    case "known mean":
      return weigh(reading.weight);
    case "divided mean":
      return weigh(row[reading.weightAt]!);
    case "mean":
      return [value, row[reading.weightAt]!];
    case "sum":
      return [value];
    case "counts":
      return listValues(row, reading.at, reading.length);
  }
}

/** How the numbers of a measure are added up and read. */
type Summary = Omit<PassMetric<never, never>, "counts">;

/** The value of a measure: its only number, a sum, or the quotient of a sum and its weight. */
const plainMeasure: Summary = {
  of: ([sum, weight]) => (weight === undefined ? sum! : sum! / weight),
};

/** The loss, and the metrics by their names. */
interface Named<Name extends string> {
  readonly loss: number;
  readonly metrics: { readonly [Metric in Name]: number };
}

/** Sums over the batches of a pass, in the order in which they were trained on. */
export class Totals<Name extends string = string> {
  private readonly names: readonly Name[];
  private readonly summaries: readonly Summary[];
  private sums: (Float64Array | number[])[] = [];
  private examples = 0;

  constructor({ metrics }: Measures<never, never, Name>) {
    const named = Object.entries(metrics ?? {}) as [Name, object][];
    this.names = named.map(([name]) => name);
    const findSummary = (metric: object): Summary => ("of" in metric ? (metric as Summary) : plainMeasure);
    this.summaries = [plainMeasure, ...named.map(([, metric]) => findSummary(metric))];
  }

  /**
   * Adds the values of a batch, and returns the loss and metrics of this batch alone: NaN where nothing of it counts. Throws
   * ShapeError for counts of another length than before.
   */
  add(
    readings: readonly Reading[],
    row: ArrayLike<number>,
    examples: number,
  ): Named<Name> & { weight: number } {
    const shares = readings.map((reading) => computeShare(reading, row));
    this.checkLengths(shares);
    shares.forEach((share, measure) => {
      this.sums[measure] = this.addShare(this.sums[measure], share, this.summaries[measure]!);
    });
    this.examples += examples;
    const values = readings.map(({ kind, at }, measure) => {
      const isMean = kind === "known mean" || kind === "divided mean";
      // The mean as it was read: multiplied by its weight and divided again, it may be rounded.
      return isMean && shares[measure]![1] !== 0 ? row[at]! : this.summaries[measure]!.of(shares[measure]!);
    });
    return { ...this.name(values), weight: shares[0]![1] ?? 1 };
  }

  /** The loss and metrics of all batches so far, at least one. NaN where nothing counts. */
  evaluate(): Evaluation<Name> {
    const totals = this.sums.map((sums) => listValues(sums));
    const values = this.summaries.map((summary, measure) => summary.of(totals[measure]!));
    const details = this.names.flatMap((name, index) => {
      const found = this.summaries[index + 1]!.details?.(totals[index + 1]!);
      return found === undefined ? [] : [[name, found] as const];
    });
    return {
      ...this.name(values),
      ...(details.length > 0 && { details: Object.fromEntries(details) as Evaluation<Name>["details"] }),
      examples: this.examples,
    };
  }

  get state(): { readonly sums: readonly (readonly number[])[]; readonly examples: number } {
    return { sums: this.sums.map((values) => listValues(values)), examples: this.examples };
  }

  set state({ sums, examples }: Totals["state"]) {
    this.sums = sums.map((values, measure) =>
      this.summaries[measure]?.merge === undefined ? Float64Array.from(values) : [...values],
    );
    this.examples = examples;
  }

  private addShare(
    sums: Float64Array | number[] | undefined,
    share: readonly number[],
    summary: Summary,
  ): Float64Array | number[] {
    if (summary.merge !== undefined) {
      return sums === undefined ? [...share] : summary.merge(sums as number[], share);
    }
    if (sums === undefined) return Float64Array.from(share);
    for (let index = 0; index < sums.length; index++) sums[index]! += share[index]!;
    return sums;
  }

  private checkLengths(shares: readonly (readonly number[])[]): void {
    const measure = shares.findIndex(
      ({ length }, index) =>
        this.summaries[index]!.merge === undefined && length !== (this.sums[index]?.length ?? length),
    );
    if (measure < 0) return;
    const [found, expected] = [shares, this.sums].map((all) => all[measure]!.length);
    throw new ShapeError(
      `metrics.${this.names[measure - 1]}: counts: found ${found}, expected ${expected} as in the batches before`,
    );
  }

  private name([loss, ...values]: readonly number[]): Named<Name> {
    const metrics = Object.fromEntries(this.names.map((name, index) => [name, values[index]!]));
    return { loss: loss!, metrics: metrics as Named<Name>["metrics"] };
  }
}
