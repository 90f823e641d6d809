import type { Evaluation } from "./history.ts";
import type { Measures } from "./measures.ts";

/** Where the numbers of one measure stand among those that were read of a batch, and what they are. */
export type Reading =
  | { readonly kind: "known mean"; readonly at: readonly number[]; readonly weight: number }
  /** A mean and its weight. */
  | { readonly kind: "divided mean"; readonly at: readonly number[] }
  /** A sum and its weight. */
  | { readonly kind: "mean"; readonly at: readonly number[] }
  | { readonly kind: "sum"; readonly at: readonly number[] }
  | { readonly kind: "counts"; readonly at: readonly number[] };

/** What a batch adds to the totals of a pass. What counts for nothing adds nothing, whatever its mean is. */
function shareOf(reading: Reading, row: readonly number[]): number[] {
  const values = reading.at.map((position) => row[position]!);
  const weigh = (mean: number, weight: number): number[] => [weight === 0 ? 0 : mean * weight, weight];
  switch (reading.kind) {
    case "known mean":
      return weigh(values[0]!, reading.weight);
    case "divided mean":
      return weigh(values[0]!, values[1]!);
    default:
      return values;
  }
}

type Finish = (totals: readonly number[]) => number;

/** One number is a sum, two are a sum and its weight. */
const finishMeasure: Finish = ([sum, weight]) => (weight === undefined ? sum! : sum! / weight);

/** Numbers under the names that `measures` gives them. */
interface Named<Name extends string> {
  readonly loss: number;
  readonly metrics: { readonly [Metric in Name]: number };
}

/** Sums over the batches of a pass, in the order in which they were trained on. */
export class Totals<Name extends string = string> {
  private readonly names: readonly Name[];
  private readonly finish: readonly Finish[];
  private sums: number[][] = [];
  private examples = 0;

  constructor({ metrics }: Measures<never, never, Name>) {
    const named = Object.entries(metrics ?? {}) as [Name, object][];
    this.names = named.map(([name]) => name);
    const finishOf = (metric: object): Finish => ("of" in metric ? (metric.of as Finish) : finishMeasure);
    this.finish = [finishMeasure, ...named.map(([, metric]) => finishOf(metric))];
  }

  /** Takes in what was read of a batch, and returns the numbers of the batch alone: NaN where nothing of it counts. */
  add(
    readings: readonly Reading[],
    row: readonly number[],
    examples: number,
  ): Named<Name> & { weight: number } {
    const shares = readings.map((reading) => shareOf(reading, row));
    this.sums = shares.map((share, measure) =>
      share.map((value, index) => value + (this.sums[measure]?.[index] ?? 0)),
    );
    this.examples += examples;
    const values = readings.map(({ kind, at }, measure) => {
      const isMean = kind === "known mean" || kind === "divided mean";
      // What was read is exact; its product with the weight need not be.
      return isMean && shares[measure]![1] !== 0 ? row[at[0]!]! : this.finish[measure]!(shares[measure]!);
    });
    return { ...this.name(values), weight: shares[0]![1] ?? 1 };
  }

  /** Of all batches so far, at least one. NaN where nothing counted. */
  evaluation(): Evaluation<Name> {
    const values = this.finish.map((finish, measure) => finish(this.sums[measure]!));
    return { ...this.name(values), examples: this.examples };
  }

  get state(): { readonly sums: readonly (readonly number[])[]; readonly examples: number } {
    return { sums: this.sums, examples: this.examples };
  }

  set state({ sums, examples }: Totals["state"]) {
    this.sums = sums.map((values) => [...values]);
    this.examples = examples;
  }

  private name([loss, ...values]: readonly number[]): Named<Name> {
    const metrics = Object.fromEntries(this.names.map((name, index) => [name, values[index]!]));
    return { loss: loss!, metrics: metrics as Named<Name>["metrics"] };
  }
}
