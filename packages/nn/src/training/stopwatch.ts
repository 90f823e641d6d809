/** Measures time that is spent on one thing and not on others in between. It runs from the beginning. */
export class Stopwatch {
  private total = 0;
  private startedAt: number | undefined = performance.now();

  /** Milliseconds so far. */
  get milliseconds(): number {
    return this.total + (this.startedAt === undefined ? 0 : performance.now() - this.startedAt);
  }

  /** Starts again from so many milliseconds. */
  restart(milliseconds = 0): void {
    this.total = milliseconds;
    this.startedAt = performance.now();
  }

  /** Stands still until the body has ended. */
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
