import type { Module } from "../../module/module.ts";
import type { Batch } from "../batches/batch.ts";
import { FiniteGate } from "../finite/finite-gate.ts";
import type { NonFiniteError } from "../finite/non-finite-error.ts";
import { NonFiniteGradientError, NonFiniteLossError } from "../finite/non-finite-error.ts";
import { RecentSteps } from "../finite/recent-steps.ts";
import type { BatchRecord } from "../measurements/history.ts";
import type { LateRow } from "../measurements/late-reader.ts";
import type { StepNote } from "./ended-run.ts";
import type { TrainingStep } from "./training-step.ts";

/** Watches that losses and gradients of a run stay finite, and owns the batches of steps that may have to be repeated. */
export class Guard<Inputs, Labels> {
  /** Absent in a run that continues with losses that are not finite. */
  readonly gate: FiniteGate | undefined;
  /** The first step that was not finite, as far as losses have been read. */
  failure: NonFiniteError | undefined;
  private readonly recent: RecentSteps<Inputs, Labels>;

  constructor(model: Module<[Inputs], unknown>, onNonFinite: "throw" | "stop" | "continue" = "throw") {
    this.gate = onNonFinite === "continue" ? undefined : new FiniteGate();
    this.recent = new RecentSteps(model);
  }

  /** Runs a step, whose batch it takes over. */
  run(step: number, batch: Batch<Inputs, Labels>, body: () => void): void {
    this.recent.add(step, batch);
    try {
      body();
    } finally {
      if (this.gate === undefined) this.recent.forgetUpTo();
    }
  }

  /** Looks at a step whose values have been read. `weight` is that of its loss. */
  judge({ note, values }: LateRow<StepNote>, record: BatchRecord, weight: number): void {
    if (this.gate === undefined || this.failure !== undefined) return;
    const isSound = !note.hasFlag || values[values.length - 1] !== 0;
    // The mean of a batch of which nothing counts is NaN too, which does no harm.
    if (!Number.isFinite(record.loss) && weight !== 0) this.failure = new NonFiniteLossError(record);
    else if (!isSound) this.failure = new NonFiniteGradientError(record);
    else this.recent.forgetUpTo(note.step);
  }

  /** Adds to the failure where the first value that is not finite came from, by repeating the step. */
  async explain<Outputs>(
    model: Module<[Inputs], Outputs>,
    trainingStep: TrainingStep<Inputs, Labels, Outputs>,
  ): Promise<void> {
    const failure = this.failure!;
    try {
      const { addOrigin } = await import("./repeat-step.ts");
      await addOrigin(failure, model, trainingStep, this.recent.find(failure.record.step));
    } catch {
      // The failure is thrown, not the error of the search for its origin.
    }
  }

  dispose(): void {
    this.recent.forgetUpTo();
    this.gate?.dispose();
  }
}
