import type { Tensor } from "@evenkeel/tensor";

/** Vectors that were computed in a step and are read later, so that nothing waits for the device. */
export class LateNumbers<Note> {
  private pending: {
    readonly step: number;
    readonly note: Note;
    readonly numbers: Promise<ArrayLike<number>>;
  }[] = [];

  /** Takes the vector, which is freed. */
  add(step: number, note: Note, vector: Tensor): void {
    const numbers = vector.data() as Promise<ArrayLike<number>>;
    vector.dispose();
    // A failure is thrown where the numbers are awaited.
    numbers.catch(() => undefined);
    this.pending.push({ step, note, numbers });
  }

  /** What was added up to a step, in its order. */
  async take(
    upTo: number,
  ): Promise<{ readonly step: number; readonly note: Note; readonly numbers: number[] }[]> {
    const due = this.pending.filter(({ step }) => step <= upTo);
    this.pending = this.pending.filter(({ step }) => step > upTo);
    return Promise.all(
      due.map(async ({ step, note, numbers }) => ({ step, note, numbers: [...Array.from(await numbers)] })),
    );
  }

  clear(): void {
    this.pending = [];
  }
}
