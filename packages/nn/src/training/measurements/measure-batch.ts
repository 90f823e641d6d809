import { withoutGradient } from "@evenkeel/autodiff";
import type { Expression, Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  buildExpression,
  cast,
  e,
  evaluateExpression,
  formatSpec,
  isTensor,
  reshape,
  ShapeError,
} from "@evenkeel/tensor";
import { describeValue } from "@evenkeel/tensor/checks";
import { Denominators } from "../../losses/denominators.ts";
import type { Measure, Measures, PassMetric, WeightedMean } from "./measures.ts";
import type { Reading } from "./totals.ts";

/** The results of a batch: the loss to differentiate, and the values to read later. */
export interface MeasuredBatch {
  readonly loss: Tensor;
  /** Vectors, which a read joins. */
  readonly row: readonly Tensor[];
  /** The loss first, then the metrics in the order of their names. */
  readonly readings: readonly Reading[];
}

/** Calls the loss and the metrics. Only the loss is differentiated. */
export function measureBatch<Labels, Outputs>(
  outputs: Outputs,
  labels: Labels,
  { loss, metrics = {} }: Measures<Labels, Outputs>,
  examples: number,
): MeasuredBatch {
  const denominators = new Denominators();
  const row = new Row();
  const makeReading = (name: string, result: Tensor | WeightedMean): Reading => {
    if (!isTensor(result)) {
      return { kind: "mean", at: row.place(result.sum), weightAt: row.place(result.weight) };
    }
    const denominator = denominators.getDenominator(result) ?? examples;
    checkOneElement(name, result);
    const at = row.place(result);
    if (denominator === "sum") return { kind: "sum", at };
    if (typeof denominator === "number") return { kind: "known mean", at, weight: denominator };
    return { kind: "divided mean", at, weightAt: row.place(denominator) };
  };
  const makeReadingOfCounts = (name: string, metric: PassMetric<Labels, Outputs>): Reading => {
    const result = denominators.collectDuring(() => metric.counts(outputs, labels));
    checkCounts(name, result);
    return { kind: "counts", at: row.place(result), length: result.size };
  };
  const measure = (name: string, call: Measure<Labels, Outputs>): [Tensor | WeightedMean, Reading] => {
    const result = checkResult(
      name,
      denominators.collectDuring(() => call(outputs, labels)),
    );
    return [result, withoutGradient(() => makeReading(name, result))];
  };
  try {
    const [result, reading] = measure("loss", loss);
    const others = withoutGradient(() =>
      Object.entries(metrics).map(([name, metric]) =>
        isPassMetric(metric) ? makeReadingOfCounts(name, metric) : measure(`metrics.${name}`, metric)[1],
      ),
    );
    return {
      loss: isTensor(result) ? result : computeMean(result),
      row: row.vectors,
      readings: [reading, ...others],
    };
  } finally {
    denominators.dispose();
  }
}

const isPassMetric = (metric: object): metric is PassMetric<unknown, unknown> => "counts" in metric;

/** The vectors of one batch, each of them once. */
class Row {
  readonly vectors: Tensor[] = [];
  private readonly placed = new Map<number, number>();
  private length = 0;

  /** The position in the row at which the elements of the value begin. */
  place(value: Tensor): number {
    const known = this.placed.get(value.id);
    if (known !== undefined) return known;
    const begin = this.length;
    const vector = reshape(value, [value.size]);
    this.vectors.push(cast(vector, "f32"));
    this.length += value.size;
    this.placed.set(value.id, begin);
    return begin;
  }
}

let quotient: Expression | undefined;

/** 0, and no slope, where nothing counts. */
function computeMean({ sum, weight }: WeightedMean): Tensor {
  quotient ??= buildExpression({ inputs: ["f32", "f32"], scalars: [] }, ([total, count]) => {
    const isEmpty = e.equal(count!, 0);
    return e.select(isEmpty, 0, e.div(total!, e.select(isEmpty, 1, count!)));
  });
  return evaluateExpression(quotient, [reshape(sum, []), reshape(weight, [])])[0]!;
}

function checkResult(name: string, result: unknown): Tensor | WeightedMean {
  if (isTensor(result)) return result;
  const { sum, weight } = (result ?? {}) as Partial<WeightedMean>;
  if (!isTensor(sum) || !isTensor(weight)) {
    throw new ArgumentError(
      `${name}: found a function that returns ${describeValue(result)}, expected a tensor of one element, or weighted(sum, weight)`,
    );
  }
  checkOneElement(`${name}: sum`, sum);
  checkOneElement(`${name}: weight`, weight);
  return { sum, weight };
}

function checkCounts(name: string, counts: unknown): void {
  if (isTensor(counts)) return;
  throw new ArgumentError(
    `metrics.${name}: counts: found a function that returns ${describeValue(counts)}, expected a tensor`,
  );
}

function checkOneElement(name: string, value: Tensor): void {
  if (value.size !== 1) {
    throw new ShapeError(
      `${name}: found a function that returns ${formatSpec(value)}, expected one element: take its mean or its sum`,
    );
  }
}
