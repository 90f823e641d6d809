import type { Backend, Limits } from "@evenkeel/tensor";
import { listStorages } from "@evenkeel/tensor";
import type { WebgpuCounters } from "./counters.ts";
import { smallestBlock } from "./memory/size-class.ts";
import type { PlatformDevice, PlatformGpu, PlatformLimits } from "./platform-types.ts";

/** How long the GPU took for one launch. */
export interface LaunchTime {
  readonly name: string;
  readonly milliseconds: number;
}

/** A GPU as a backend, with the functions that only a GPU has. */
export interface WebgpuBackend extends Backend {
  /** The standard device underneath. */
  readonly gpuDevice: PlatformDevice;
  readonly isEmulated: boolean;
  /** What the device has done since it was opened. */
  counters(): WebgpuCounters;
  /**
   * Runs `body` and tells how long the GPU took for each launch that it queued, in order. Each has a pass of its own
   * meanwhile. Rejects with BackendError where the device has no timestamp queries.
   */
  profile(body: () => void | Promise<void>): Promise<LaunchTime[]>;
}

/** What a `GPUDevice` does not tell of itself. */
export interface DeviceDescription {
  /** The name of the adapter, for people. */
  readonly name: string;
  readonly isEmulated: boolean;
  readonly features: ReadonlySet<string>;
  /** Total bytes for all buffers. */
  readonly maxMemoryBytes: number;
  /**
   * Where the device came from, when it is the backend's own and closing destroys it. Dawn's object in Node has to live as
   * long as its devices, and no longer: it can keep the process alive.
   */
  readonly source?: PlatformGpu | undefined;
}

/** What plans may rely on. Every buffer can be bound as a whole. */
export function readLimits(limits: PlatformLimits, features: ReadonlySet<string>): Limits {
  const { maxBufferSize, maxStorageBufferBindingSize, minStorageBufferOffsetAlignment } = limits;
  const largest = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  return {
    storage: listStorages("wgsl"),
    // Whole blocks, so that a binding can be rounded up to vectors.
    maxBufferBytes: Math.floor(largest / smallestBlock) * smallestBlock,
    offsetAlignment: minStorageBufferOffsetAlignment,
    maxWorkgroups: limits.maxComputeWorkgroupsPerDimension,
    features,
  };
}
