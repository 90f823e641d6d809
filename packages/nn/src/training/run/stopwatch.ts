/** Measures time, without that of pauses. It runs from its construction on. */
export class Stopwatch {
  private total = 0;
  private startedAt: number | undefined = performance.now();

  /** Milliseconds so far. */
  get milliseconds(): number {
    return this.total + (this.startedAt === undefined ? 0 : performance.now() - this.startedAt);
  }

  /** Starts again, with this many milliseconds already measured. */
  restart(milliseconds = 0): void {
    this.total = milliseconds;
    this.startedAt = performance.now();
  }

  /** Pauses while the body runs. */
  async pauseFor<Result>(body: () => Result | Promise<Result>): Promise<Result> {
    this.total = this.milliseconds;
    this.startedAt = undefined;
    try {
      return await body();
    } finally {
      this.startedAt = performance.now();
    }
  }
}
