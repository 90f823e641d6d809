import { setTimeout } from "node:timers/promises";
import { quartilesOf } from "./quartiles.ts";
import type { Program } from "./subject.ts";

/** How long and how often. */
export interface Effort {
  readonly rounds: number;
  /** A round repeats a program until about so much time has gone by. */
  readonly windowMilliseconds: number;
  /** A program that takes longer than this is measured once. */
  readonly patienceMilliseconds: number;
  /** Between two programs: threads that spin for a moment after their work, OpenMP's for 5 ms, are to be asleep by then. */
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
  rounds: 7,
  windowMilliseconds: 1,
  pauseMilliseconds: 1,
};

export interface Timing {
  readonly milliseconds: number;
  readonly spread: number;
  readonly rounds: number;
}

/** For a GPU in software, whose times mean nothing: everything runs once, to be counted. */
export const countingEffort: Effort = {
  rounds: 1,
  windowMilliseconds: 0,
  patienceMilliseconds: 0,
  pauseMilliseconds: 0,
};

const mostRepetitions = 10_000;
/** Windows that a program runs before it is timed: engines compile what runs often, and heaps find their form, within half a second. */
const windowsToWarmUp = 10;

/**
 * Times programs against each other: all of them in every round, one after the other, and each round begins with another one.
 * A program that throws has its error in the place of its timing, and is left out from then on.
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
  return runners.map((runner) => runner.outcome());
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

  /** The first run may compile; the second tells how long one takes, and so how many there are in a window. */
  async warmUp(): Promise<void> {
    const { patienceMilliseconds, windowMilliseconds } = this.effort;
    const first = await this.sample(1);
    if (first === undefined) return;
    if (first > patienceMilliseconds) {
      this.isSlow = true;
      this.samples.push(first);
      return;
    }
    const second = await this.sample(1);
    if (second === undefined) return;
    const wanted = Math.round(windowMilliseconds / Math.max(second, 1e-3));
    this.repetitions = Math.min(mostRepetitions, Math.max(1, wanted));
    for (let spent = second; spent < windowsToWarmUp * windowMilliseconds; ) {
      const once = await this.sample(this.repetitions);
      if (once === undefined) return;
      spent += Math.max(once * this.repetitions, windowMilliseconds / windowsToWarmUp);
    }
  }

  /** What is timed finds caches, and the page tables of virtual machines, as in a loop of its own: once goes before that is not timed. */
  async takeRound(): Promise<void> {
    if (this.isSlow) return;
    await this.sample(1);
    const sample = await this.sample(this.repetitions);
    if (sample !== undefined) this.samples.push(sample);
  }

  outcome(): Timing | Error {
    if (this.failure !== undefined) return this.failure;
    const { first, median, third } = quartilesOf(this.samples);
    return { milliseconds: median, spread: third - first, rounds: this.samples.length };
  }

  /** Milliseconds of one repetition; undefined once the program has failed. */
  private async sample(repetitions: number): Promise<number | undefined> {
    if (this.failure !== undefined) return undefined;
    try {
      return (await this.program.time(repetitions)) / repetitions;
    } catch (error) {
      this.failure = error as Error;
      return undefined;
    }
  }
}
