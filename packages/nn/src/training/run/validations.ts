import type { Evaluation, History } from "../measurements/history.ts";
import type { Position } from "./run-progress.ts";

/** The validations of a run: every few steps, and at the end of each epoch. */
export class Validations<Name extends string> {
  private readonly every: number | undefined;
  private readonly evaluate: (() => Promise<Evaluation<Name>>) | undefined;
  /** The latest one, which that of the end of an epoch may be. */
  private latest: { readonly steps: number; readonly evaluation: Evaluation<Name> } | undefined;

  constructor(every: number | undefined, evaluate: (() => Promise<Evaluation<Name>>) | undefined) {
    this.every = every;
    this.evaluate = evaluate;
  }

  /** A history of these lists, with that of validations where there are some within epochs. */
  makeHistory({ epochs = [], batches = [], validations = [] }: Partial<History<Name>> = {}): History<Name> {
    return { epochs, batches, ...(this.every !== undefined && { validations }) };
  }

  /** Continues a run with this history, after so many steps. */
  adopt({ validations }: History<Name>, step: number): void {
    const last = validations?.at(-1);
    if (last?.steps !== step) return;
    const { epoch, steps, ...evaluation } = last;
    this.latest = { steps, evaluation };
  }

  /** Whether the model is to be validated within an epoch, and neither this run nor the one that it continues has done so. */
  isDue({ batch, step }: Position, { validations }: History<Name>): boolean {
    if (this.every === undefined || step % this.every !== 0 || batch === 0) return false;
    return validations!.at(-1)?.steps !== step;
  }

  /** The results after so many steps; undefined in a run without validation. */
  async run(steps: number): Promise<Evaluation<Name> | undefined> {
    if (this.evaluate === undefined) return undefined;
    if (this.latest?.steps !== steps) this.latest = { steps, evaluation: await this.evaluate() };
    return this.latest.evaluation;
  }
}
