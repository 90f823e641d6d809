import { usage } from "../gpu-constants.ts";
import { computeSizeClass } from "./size-class.ts";

/** The most bytes of idle buffers that are kept. */
const keptBytes = 2 ** 26;

/**
 * Buffers that the GPU copies results into and the host maps. They are reused, and added to until there are enough for
 * all reads under way.
 */
export class StagingRing {
  private readonly device: GPUDevice;
  private readonly idle = new Map<number, GPUBuffer[]>();
  private idleBytes = 0;

  constructor(device: GPUDevice) {
    this.device = device;
  }

  take(bytes: number): GPUBuffer {
    const size = computeSizeClass(bytes);
    const buffer = this.idle.get(size)?.pop();
    if (buffer === undefined) {
      return this.device.createBuffer({ size, usage: usage.mapRead | usage.copyTarget });
    }
    this.idleBytes -= size;
    return buffer;
  }

  destroy(): void {
    for (const buffer of [...this.idle.values()].flat()) buffer.destroy();
    this.idle.clear();
  }

  /** Takes an unmapped buffer back. */
  give(buffer: GPUBuffer): void {
    const { size } = buffer;
    if (this.idleBytes + size > keptBytes) {
      buffer.destroy();
      return;
    }
    this.idleBytes += size;
    const others = this.idle.get(size);
    if (others === undefined) this.idle.set(size, [buffer]);
    else others.push(buffer);
  }
}
