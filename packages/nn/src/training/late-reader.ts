import type { Tensor } from "@evenkeel/tensor";
import { concatenate } from "@evenkeel/tensor";

/**
 * Collects a few numbers of every step on the device and reads those of many steps at once, so that the device never waits for
 * the host. `Note` is what the host knows of a step already.
 */
export class LateReader<Note> {
  private pending: { readonly note: Note; readonly row: Tensor }[] = [];

  /** Takes over the row: a vector, of the same length at every step. */
  push(note: Note, row: Tensor): void {
    this.pending.push({ note, row });
  }

  get size(): number {
    return this.pending.length;
  }

  /** Starts to read all rows that were pushed so far, in one transfer, and frees them. */
  async read(): Promise<{ note: Note; values: number[] }[]> {
    const taken = this.pending;
    this.pending = [];
    if (taken.length === 0) return [];
    const joined = concatenate(taken.map(({ row }) => row));
    for (const { row } of taken) row.dispose();
    const reading = joined.data();
    joined.dispose();
    const all = [...(await reading)];
    const width = all.length / taken.length;
    return taken.map(({ note }, index) => ({
      note,
      values: all.slice(index * width, (index + 1) * width),
    }));
  }

  dispose(): void {
    for (const { row } of this.pending) row.dispose();
    this.pending = [];
  }
}
