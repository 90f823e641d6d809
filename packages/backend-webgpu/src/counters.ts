/** What a device has done since it was opened. Tests and benchmarks take differences. */
export interface WebgpuCounters {
  /** The number of kernels and expressions encoded. */
  readonly dispatches: number;
  readonly submits: number;
  /** The number of bind groups and pipelines created because none in the caches fitted. */
  readonly bindGroups: number;
  readonly pipelines: number;
  /** Bytes from the host to the device, and back. */
  readonly bytesUploaded: number;
  readonly bytesDownloaded: number;
  /** Bytes copied between buffers of the device: staged writes, reads, and operands that overlap with an output. */
  readonly bytesCopied: number;
}

export type CounterTotals = { -readonly [name in keyof WebgpuCounters]: number };

export const makeCounters = (): CounterTotals => ({
  dispatches: 0,
  submits: 0,
  bindGroups: 0,
  pipelines: 0,
  bytesUploaded: 0,
  bytesDownloaded: 0,
  bytesCopied: 0,
});
