import type { RandomSource, RandomState } from "@evenkeel/tensor";
import { getRandomSource } from "@evenkeel/tensor";
import type { AnyModule } from "../../module/module.ts";
import type { Batch } from "../batches/batch.ts";
import { disposeBatch } from "../batches/batch.ts";

/** What a step depended on besides parameters, which do not change once a step was not finite. */
export interface RecentStep<Inputs, Labels> {
  readonly step: number;
  readonly batch: Batch<Inputs, Labels>;
  readonly random: readonly (readonly [source: RandomSource, state: RandomState])[];
}

/** The steps whose losses have not been read, to repeat one that turns out not to be finite. It owns their batches. */
export class RecentSteps<Inputs, Labels> {
  private readonly steps: RecentStep<Inputs, Labels>[] = [];
  private readonly sources: readonly RandomSource[];

  constructor(model: AnyModule) {
    this.sources = [getRandomSource(), ...[...model.namedRandomSources()].map(([, source]) => source)];
  }

  /** To be called before the step. */
  add(step: number, batch: Batch<Inputs, Labels>): void {
    const random = this.sources.map((source) => [source, source.state] as const);
    this.steps.push({ step, batch, random });
  }

  find(wanted: number): RecentStep<Inputs, Labels> | undefined {
    return this.steps.find(({ step }) => step === wanted);
  }

  /** Forgets the steps up to this one; default: all. */
  forgetUpTo(last: number = Number.POSITIVE_INFINITY): void {
    while (this.steps.length > 0 && this.steps[0]!.step <= last) disposeBatch(this.steps.shift()!.batch);
  }
}
