/** Measures what the processor works on the batches of an epoch, in this process. */
export class ProcessorTime {
  private start = process.cpuUsage();
  private batches = 0;

  /** Begins an epoch, or the rest of one. */
  restart(): void {
    this.start = process.cpuUsage();
    this.batches = 0;
  }

  countBatch(): void {
    this.batches++;
  }

  /** The seconds of a whole epoch of so many batches; if it was interrupted, as long as the batches since then took on average. */
  estimateSeconds(batchesPerEpoch: number): number {
    const { user, system } = process.cpuUsage(this.start);
    return (((user + system) / 1e6) * batchesPerEpoch) / Math.max(1, this.batches);
  }
}
