import type { Tensor } from "@evenkeel/tensor";
import { sum, withoutScope } from "@evenkeel/tensor";
import { isOtherClass } from "../metrics/classes.ts";
import { hostCount } from "./host-integers.ts";

/** How many values a mean was taken over: on the host where shapes tell it, else on the device. `sum` for no mean at all. */
export type Denominator = number | Tensor | "sum";

/**
 * What the losses and metrics of one batch were divided by. Whoever averages over batches listens; a loss that is called
 * elsewhere tells nobody, and computes nothing for it.
 */
export class Denominators {
  private readonly byValue = new Map<Tensor, Denominator>();
  private readonly counts = new Map<string, Tensor>();

  /** Notes everything that `body` divides by, and nothing from before. Synchronous. */
  during<Result>(body: () => Result): Result {
    this.byValue.clear();
    const outer = listening;
    listening = this;
    try {
      return body();
    } finally {
      listening = outer;
    }
  }

  /** That of a value which `during` noted; or the only one of all its means, which the value was then computed from. */
  of(value: Tensor): Denominator | undefined {
    const means = new Set([...this.byValue.values()].filter((denominator) => denominator !== "sum"));
    return this.byValue.get(value) ?? (means.size === 1 ? [...means][0] : undefined);
  }

  note(value: Tensor, denominator: Denominator): void {
    this.byValue.set(value, denominator);
  }

  /** Counted once, however many measures ask. */
  countOf(labels: Tensor, ignoreIndex: number): Tensor {
    const key = `${labels.id} ${ignoreIndex}`;
    const count = this.counts.get(key) ?? withoutScope(() => countOnDevice(labels, ignoreIndex));
    this.counts.set(key, count);
    return count;
  }

  dispose(): void {
    for (const count of this.counts.values()) count.dispose();
    this.counts.clear();
  }
}

let listening: Denominators | undefined;

/** Returns the value, so that a loss can end with it. */
export function over(value: Tensor, denominator: Denominator): Tensor {
  listening?.note(value, denominator);
  return value;
}

/** How many labels count: a number where the host knows them, else f32 []. */
export function countOf(labels: Tensor, ignoreIndex: number): number | Tensor {
  return (
    hostCount(labels, ignoreIndex) ??
    listening?.countOf(labels, ignoreIndex) ??
    countOnDevice(labels, ignoreIndex)
  );
}

function countOnDevice(labels: Tensor, ignoreIndex: number): Tensor {
  const counts = isOtherClass(labels, ignoreIndex);
  const count = sum(counts);
  counts.dispose();
  return count;
}
