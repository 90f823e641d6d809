import type { Tensor } from "@evenkeel/tensor";
import { scope, sum, withoutScope } from "@evenkeel/tensor";
import { countOnHost } from "./host-integers.ts";
import { isOtherClass } from "./other-class.ts";

/** The number of values that a mean was taken over, on the host where it is known there, else on the device; `sum` for a sum. */
export type Denominator = number | Tensor | "sum";

/**
 * What the losses and metrics of one batch were divided by. `fit` and `evaluate` record it, to average over batches; for a loss
 * that is called elsewhere nothing is recorded or computed.
 */
export class Denominators {
  private readonly byValue = new Map<Tensor, Denominator>();
  private readonly counts = new Map<string, Tensor>();

  /** Records what the losses and metrics in `body` divide by, in place of what was recorded before. Synchronous. */
  collectDuring<Result>(body: () => Result): Result {
    this.byValue.clear();
    const outer = listening;
    listening = this;
    try {
      return body();
    } finally {
      listening = outer;
    }
  }

  /**
   * The recorded denominator of a value; for any other value the denominator that all recorded means have in common,
   * if there is one.
   */
  getDenominator(value: Tensor): Denominator | undefined {
    const means = new Set([...this.byValue.values()].filter((denominator) => denominator !== "sum"));
    return this.byValue.get(value) ?? (means.size === 1 ? [...means][0] : undefined);
  }

  note(value: Tensor, denominator: Denominator): void {
    this.byValue.set(value, denominator);
  }

  /** A denominator on the device, computed once for all measures that have the same key. */
  share(key: string, compute: () => Tensor): Tensor {
    const count = this.counts.get(key) ?? withoutScope(() => scope(compute));
    this.counts.set(key, count);
    return count;
  }

  dispose(): void {
    for (const count of this.counts.values()) count.dispose();
    this.counts.clear();
  }
}

let listening: Denominators | undefined;

/** Records the denominator of a value, and returns the value. */
export function over(value: Tensor, denominator: Denominator): Tensor {
  listening?.note(value, denominator);
  return value;
}

/** The number of labels that are not ignored: a number where the host knows the labels, else f32 []. */
export function countLabels(labels: Tensor, ignoreIndex: number): number | Tensor {
  return (
    countOnHost(labels, ignoreIndex) ??
    shareDenominator(`labels ${labels.id} ${ignoreIndex}`, () => sum(isOtherClass(labels, ignoreIndex)))
  );
}

/** A denominator on the device, which the measures of a batch share by its key. */
export const shareDenominator = (key: string, compute: () => Tensor): Tensor =>
  listening?.share(key, compute) ?? scope(compute);
