import type { CounterTotals } from "../counters.ts";
import { mapForReading, usage } from "../gpu-constants.ts";
import type { Failures } from "../queue/failures.ts";
import { nudge } from "../queue/nudge.ts";
import type { Recorder } from "../queue/recorder.ts";
import type { Block } from "./block.ts";
import { StagingRing } from "./staging-ring.ts";

/** Moves bytes between the host and blocks, each time at its place in the order of what is recorded. */
export class Transfers {
  private readonly device: GPUDevice;
  private readonly recorder: Recorder;
  private readonly failures: Failures;
  private readonly counters: CounterTotals;
  private readonly ring: StagingRing;

  constructor(device: GPUDevice, recorder: Recorder, failures: Failures, counters: CounterTotals) {
    this.device = device;
    this.recorder = recorder;
    this.failures = failures;
    this.counters = counters;
    this.ring = new StagingRing(device);
  }

  /**
   * Writes whole words. `queue.writeBuffer` comes before everything that has not been submitted: where the open submission
   * uses the block, the bytes wait in a staging buffer for their turn.
   */
  write(block: Block, offset: number, words: Uint8Array<ArrayBuffer>): void {
    const { byteLength } = words;
    this.counters.bytesUploaded += byteLength;
    if (block.lastUse < this.recorder.submission) {
      this.device.queue.writeBuffer(block.gpu, offset, words);
      return;
    }
    const staging = this.device.createBuffer({
      size: byteLength,
      usage: usage.copySource,
      mappedAtCreation: true,
    });
    new Uint8Array(staging.getMappedRange()).set(words);
    staging.unmap();
    this.recorder.copy(staging, 0, block.gpu, offset, byteLength);
    this.recorder.callAfterSubmit(() => staging.destroy());
  }

  /** Records a copy of bytes of a block, and resolves with them when the GPU has made it. Rejects when the device is lost. */
  read(block: Block, offset: number, bytes: number): Promise<ArrayBuffer> {
    const contents = this.readGpu(block.gpu, offset, bytes);
    block.lastUse = this.recorder.submission;
    return contents;
  }

  /** Like `read`, for a buffer outside of the pool. */
  readGpu(buffer: GPUBuffer, offset: number, bytes: number): Promise<ArrayBuffer> {
    const start = Math.floor(offset / 4) * 4;
    const size = Math.ceil((offset + bytes) / 4) * 4 - start;
    const staging = this.ring.take(size);
    this.recorder.copy(buffer, start, staging, 0, size);
    this.counters.bytesDownloaded += bytes;
    return new Promise((resolve, reject) => {
      this.recorder.callAfterSubmit(() => {
        const mapped = nudge(staging.mapAsync(mapForReading, 0, size), this.device.queue);
        this.failures.rejectWhenLost(mapped).then(() => {
          resolve(staging.getMappedRange(0, size).slice(offset - start, offset - start + bytes));
          staging.unmap();
          this.ring.give(staging);
        }, reject);
      });
    });
  }

  /** Copies between blocks. */
  copy(source: Block, offset: number, target: Block, targetOffset: number, bytes: number): void {
    this.recorder.copy(source.gpu, offset, target.gpu, targetOffset, bytes);
    source.lastUse = this.recorder.submission;
    target.lastUse = this.recorder.submission;
  }

  destroy(): void {
    this.ring.destroy();
  }
}
