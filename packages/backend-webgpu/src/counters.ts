/** What a device has done since it was opened: tests and benches take differences. */
export interface WebgpuCounters {
  /** Kernels and expressions that were encoded. */
  readonly dispatches: number;
  readonly submits: number;
  /** Bind groups and pipelines that were made because none in the caches fitted. */
  readonly bindGroups: number;
  readonly pipelines: number;
  /** From the host to the device, and back. */
  readonly bytesUploaded: number;
  readonly bytesDownloaded: number;
  /** Between buffers of the device: staged writes, reads, operands that overlap with an output. */
  readonly bytesCopied: number;
}

export type CounterTotals = { -readonly [name in keyof WebgpuCounters]: number };

export const newCounters = (): CounterTotals => ({
  dispatches: 0,
  submits: 0,
  bindGroups: 0,
  pipelines: 0,
  bytesUploaded: 0,
  bytesDownloaded: 0,
  bytesCopied: 0,
});
