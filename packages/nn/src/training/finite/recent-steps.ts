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
  /** Whether it changed the parameters, and did not only accumulate gradients. */
  isUpdate: boolean;
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
    this.steps.push({ step, batch, random, isUpdate: false });
  }

  /** To be called after a step that has changed the parameters. */
  noteUpdate(): void {
    this.steps.at(-1)!.isUpdate = true;
  }

  /** The step and those before it that may have led to it, the latest first. */
  listUpTo(last: number): RecentStep<Inputs, Labels>[] {
    return this.steps.filter(({ step }) => step <= last).reverse();
  }

  /** Forgets the steps up to this one, but for those whose gradients are part of a later update. */
  forgetUpTo(last: number): void {
    const update = this.steps.findLastIndex(({ step, isUpdate }) => isUpdate && step <= last);
    for (const { batch } of this.steps.splice(0, update + 1)) disposeBatch(batch);
  }

  dispose(): void {
    for (const { batch } of this.steps.splice(0)) disposeBatch(batch);
  }
}
