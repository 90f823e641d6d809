import type { NumericArray, Tensor } from "@evenkeel/tensor";
import { concatenate } from "@evenkeel/tensor";

/**
 * Collects a few numbers of every step on the device and joins and reads those of many steps at once, so that a step launches
 * nothing for it and the device never waits for the host. `Note` is what the host knows of a step already.
 */
export class LateReader<Note> {
  private pending: { readonly note: Note; readonly row: readonly Tensor[] }[] = [];

  /** Takes over the row: vectors, as long and as many at every step. */
  push(note: Note, row: readonly Tensor[]): void {
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
    const reading = readJoined(taken);
    const all = [...(await reading)];
    const width = all.length / taken.length;
    return taken.map(({ note }, index) => ({
      note,
      values: all.slice(index * width, (index + 1) * width),
    }));
  }

  dispose(): void {
    disposeRows(this.pending);
    this.pending = [];
  }
}

/** Frees the rows, also where there is no memory to join them in. */
function readJoined(taken: Parameters<typeof disposeRows>[0]): Promise<NumericArray> {
  try {
    const joined = concatenate(taken.flatMap(({ row }) => row));
    const reading = joined.data();
    joined.dispose();
    return reading;
  } finally {
    disposeRows(taken);
  }
}

function disposeRows(pending: readonly { readonly row: readonly Tensor[] }[]): void {
  for (const { row } of pending) for (const value of row) value.dispose();
}
