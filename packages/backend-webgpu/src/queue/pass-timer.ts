import { usage } from "../gpu-constants.ts";
import type { LaunchTime } from "../webgpu-backend.ts";

/** Launches in a query set, at two timestamps each: the largest set that WebGPU allows. */
const launchesOfSet = 2048;

/** Records when the pass of each launch began and ended. */
export class PassTimer {
  private readonly device: GPUDevice;
  private readonly sets: GPUQuerySet[] = [];
  private readonly names: string[] = [];

  constructor(device: GPUDevice) {
    this.device = device;
  }

  /** The description of the pass of the next launch. */
  makePass(name: string): GPUComputePassDescriptor {
    const index = this.names.length % launchesOfSet;
    if (index === 0) {
      this.sets.push(this.device.createQuerySet({ type: "timestamp", count: 2 * launchesOfSet }));
    }
    this.names.push(name);
    return {
      timestampWrites: {
        querySet: this.sets.at(-1)!,
        beginningOfPassWriteIndex: 2 * index,
        endOfPassWriteIndex: 2 * index + 1,
      },
    };
  }

  /** Copies the timestamps, 8 bytes each, to a buffer for `read`, which gives them back. */
  async finish(read: (timestamps: GPUBuffer, bytes: number) => Promise<ArrayBuffer>): Promise<LaunchTime[]> {
    const { device, names, sets } = this;
    const bytes = sets.length * launchesOfSet * 16;
    if (bytes === 0) return [];
    const buffer = device.createBuffer({ size: bytes, usage: usage.queryResolve | usage.copySource });
    const encoder = device.createCommandEncoder();
    sets.forEach((set, index) => {
      const count = 2 * Math.min(launchesOfSet, names.length - index * launchesOfSet);
      encoder.resolveQuerySet(set, 0, count, buffer, index * launchesOfSet * 16);
    });
    device.queue.submit([encoder.finish()]);
    const nanoseconds = new BigUint64Array(await read(buffer, bytes));
    for (const set of sets) set.destroy();
    buffer.destroy();
    return names.map((name, index) => ({
      name,
      milliseconds: Number(nanoseconds[2 * index + 1]! - nanoseconds[2 * index]!) / 1e6,
    }));
  }
}
