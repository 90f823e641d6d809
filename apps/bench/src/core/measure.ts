import { setTimeout } from "node:timers/promises";
import { computeQuartiles } from "./quartiles.ts";
import type { Program } from "./subject.ts";

/** The duration and number of measurements. */
export interface Effort {
  readonly rounds: number;
  /** The target duration of a round: it repeats a program for about this long. */
  readonly windowMilliseconds: number;
  /** A program that takes longer than this is measured once. */
  readonly patienceMilliseconds: number;
  /**
   * The pause between two programs. Threads may spin for a moment after their work (OpenMP's for 5 ms) and should be
   * asleep by then.
   */
  readonly pauseMilliseconds: number;
}

export const fullEffort: Effort = {
  rounds: 9,
  windowMilliseconds: 40,
  patienceMilliseconds: 2000,
  pauseMilliseconds: 20,
};
export const quickEffort: Effort = {
  ...fullEffort,
  rounds: 3,
  windowMilliseconds: 1,
  pauseMilliseconds: 1,
};

export interface Timing {
  readonly milliseconds: number;
  readonly spread: number;
  readonly rounds: number;
}

/** For a software GPU, whose times mean nothing: everything runs once, only to be counted. */
export const countingEffort: Effort = {
  rounds: 1,
  windowMilliseconds: 0,
  patienceMilliseconds: 0,
  pauseMilliseconds: 0,
};

const mostRepetitions = 10_000;
/**
 * The number of warm-up windows: within half a second, engines have compiled hot code and heaps have reached their
 * size.
 */
const windowsToWarmUp = 10;

/**
 * Times programs against each other. Every round runs all of them, one after another, and each round begins with a
 * different one. For a program that throws, the timing is replaced by the error, and the program is skipped from then
 * on.
 */
export async function measure(programs: readonly Program[], effort: Effort): Promise<(Timing | Error)[]> {
  const runners = programs.map((program) => new Runner(program, effort));
  for (const runner of runners) await runner.warmUp();
  for (let round = 0; round < effort.rounds; round++) {
    for (let turn = 0; turn < runners.length; turn++) {
      await setTimeout(effort.pauseMilliseconds);
      await runners[(round + turn) % runners.length]!.takeRound();
    }
  }
  return runners.map((runner) => runner.makeOutcome());
}

class Runner {
  private readonly program: Program;
  private readonly effort: Effort;
  private readonly samples: number[] = [];
  private repetitions = 1;
  private isSlow = false;
  private failure: Error | undefined;

  constructor(program: Program, effort: Effort) {
    this.program = program;
    this.effort = effort;
  }

  /** The first run may compile; the duration of the second determines how many runs fit in a window. */
  async warmUp(): Promise<void> {
    const { patienceMilliseconds, windowMilliseconds } = this.effort;
    const first = await this.takeSample(1);
    if (first === undefined) return;
    if (first > patienceMilliseconds) {
      this.isSlow = true;
      this.samples.push(first);
      return;
    }
    const second = await this.takeSample(1);
    if (second === undefined) return;
    const wanted = Math.round(windowMilliseconds / Math.max(second, 1e-3));
    this.repetitions = Math.min(mostRepetitions, Math.max(1, wanted));
    for (let spent = second; spent < windowsToWarmUp * windowMilliseconds; ) {
      const once = await this.takeSample(this.repetitions);
      if (once === undefined) return;
      spent += Math.max(once * this.repetitions, windowMilliseconds / windowsToWarmUp);
    }
  }

  /** One untimed run warms up the caches, and the page tables of virtual machines, as they would be in a loop. */
  async takeRound(): Promise<void> {
    if (this.isSlow) return;
    await this.takeSample(1);
    const sample = await this.takeSample(this.repetitions);
    if (sample !== undefined) this.samples.push(sample);
  }

  makeOutcome(): Timing | Error {
    if (this.failure !== undefined) return this.failure;
    const { first, median, third } = computeQuartiles(this.samples);
    return { milliseconds: median, spread: third - first, rounds: this.samples.length };
  }

  /** Milliseconds of one repetition; undefined once the program has failed. */
  private async takeSample(repetitions: number): Promise<number | undefined> {
    if (this.failure !== undefined) return undefined;
    try {
      return (await this.program.time(repetitions)) / repetitions;
    } catch (error) {
      this.failure = error as Error;
      return undefined;
    }
  }
}
