import { ArgumentError } from "@evenkeel/tensor";
import { describeValue } from "@evenkeel/tensor/checks";
import { decodeCheckpoint, modelPrefix, selectSection } from "../../checkpoints/checkpoint-file.ts";
import type { CheckpointOptions } from "../fit-options.ts";
import type { Evaluation } from "../measurements/history.ts";
import { checkOwner, claimRun, defaultName, encodeRun, restoreRun } from "./run-checkpoint.ts";
import type { Best, RunParts, RunState } from "./run-progress.ts";

/** The checkpoints of a run: the latest, the best and earlier ones. */
export class SavedRuns {
  /** The best number so far. */
  best: Best | undefined;
  private readonly options: CheckpointOptions;
  private readonly parts: RunParts;
  private readonly name: string;
  private isBestUnsaved = false;

  constructor(options: CheckpointOptions, parts: RunParts) {
    this.options = options;
    this.parts = parts;
    this.name = options.name ?? defaultName;
  }

  /** Claims the checkpoint for this run, where the store supports it; returns a function that ends the claim. */
  claim(): Promise<() => Promise<void>> {
    return claimRun(this.options);
  }

  /** Throws ArgumentError where the run would overwrite the checkpoint of another one. */
  checkOwner(): Promise<void> {
    return checkOwner(this.options);
  }

  /** Puts all parts of the run back to where the latest checkpoint left them; undefined where there is none. */
  restore(epochs: number): Promise<RunState | undefined> {
    return restoreRun(this.options, { ...this.parts, epochs });
  }

  private get bestName(): string {
    return `${this.name}-best`;
  }

  /** Notes the result of an evaluation. Returns whether it is the best, which the next `save` then saves too. */
  consider(evaluation: Evaluation, steps: number): boolean {
    const { best } = this.options;
    if (best === undefined) return false;
    const { monitor = readLoss, mode = "min" } = best;
    const value = monitor(evaluation);
    if (typeof value !== "number") {
      throw new ArgumentError(
        `fit: checkpoint: best: monitor: found a function that returns ${describeValue(value)}, expected a number: is the metric measured?`,
      );
    }
    const before = this.best?.value ?? (mode === "min" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY);
    if (!(mode === "min" ? value < before : value > before)) return false;
    this.best = { value, steps };
    this.isBestUnsaved = true;
    return true;
  }

  async save(state: RunState): Promise<void> {
    const { store, keep = 0 } = this.options;
    const bytes = await encodeRun(this.options, this.parts, {
      ...state,
      ...(this.best && { best: this.best }),
    });
    // The latest is written last: a run that is killed before comes to the others again.
    if (this.isBestUnsaved) await store.save(this.bestName, bytes);
    this.isBestUnsaved = false;
    if (keep > 0) {
      await store.save(`${this.name}-${String(state.position.step).padStart(stepDigits, "0")}`, bytes);
      await this.removeEarlier(keep);
    }
    await store.save(this.name, bytes);
  }

  /** Gives the model its best weights and buffers, if that was asked for and there are any. */
  async restoreBest(): Promise<void> {
    const { store, best } = this.options;
    if (!best?.restored || this.best === undefined) return;
    const bytes = await store.load(this.bestName);
    if (bytes === undefined) return;
    this.parts.model.loadStateDict(selectSection(decodeCheckpoint(bytes), modelPrefix));
  }

  private async removeEarlier(keep: number): Promise<void> {
    const { store } = this.options;
    const isEarlier = new RegExp(`^${this.name.replaceAll(".", "\\.")}-\\d{${stepDigits}}$`);
    const earlier = (await store.list()).filter((name) => isEarlier.test(name)).sort();
    for (const name of earlier.slice(0, -keep)) await store.remove(name);
  }
}

/** Enough for all runs, so that names sort by their numbers. */
const stepDigits = 12;

const readLoss = ({ loss }: Evaluation): number => loss;
