import type { Backend, Tensor } from "@evenkeel/tensor";
import { keep, slice, tensor } from "@evenkeel/tensor";

/** A table with a row for each position, which grows with the longest sequence so far. It is neither trained nor saved. */
export class PositionTable {
  private table: Tensor | undefined;
  private readonly width: number;
  private readonly computeRow: (position: number) => ArrayLike<number>;

  constructor(width: number, computeRow: (position: number) => ArrayLike<number>) {
    this.width = width;
    this.computeRow = computeRow;
  }

  /** The rows of the positions from `offset` on, in a view. */
  getRows(length: number, backend: Backend, offset = 0): Tensor {
    const end = offset + length;
    if (this.table?.backend !== backend || this.table.shape[0]! < end) this.grow(end, backend);
    return slice(this.table!, { begin: [offset], end: [end] });
  }

  private grow(length: number, backend: Backend): void {
    const rows = 2 ** Math.ceil(Math.log2(Math.max(1, length)));
    const data = new Float32Array(rows * this.width);
    for (let position = 0; position < rows; position++) {
      data.set(this.computeRow(position), position * this.width);
    }
    this.dispose();
    this.table = keep(tensor(data, { shape: [rows, this.width], backend }));
  }

  dispose(): void {
    this.table?.dispose();
    this.table = undefined;
  }
}
