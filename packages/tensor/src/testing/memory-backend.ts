import { BackendError, DisposedError } from "../checks/errors.ts";
import type { Backend, Limits } from "../core/devices/backend.ts";
import type { DeviceBuffer, Launch } from "../core/devices/launch.ts";
import { listStorages } from "../expression/dtype-kinds.ts";
import { evaluateLaunch } from "./evaluate-launch.ts";

export interface MemoryBackendOptions {
  /** Default `memory`. */
  readonly name?: string;
  /** The languages whose plans are launched. Default: none if launches are evaluated, otherwise `wasm`. */
  readonly languages?: readonly string[];
  readonly limits?: Partial<Limits>;
  /**
   * How launches are handled. `ignore`: nothing runs, and outputs contain zeros. `evaluate`: expressions are computed
   * in float64, point by point, and all other launches are rejected. `refuse`: launches throw BackendError. Default:
   * `ignore`.
   */
  readonly launches?: "ignore" | "evaluate" | "refuse";
}

const defaultLimits: Limits = {
  storage: /* @__PURE__ */ listStorages("wgsl", "wasm"),
  maxBufferBytes: 2 ** 32,
  offsetAlignment: 4,
  features: /* @__PURE__ */ new Set(),
};

/** A range of memory, which is allocated only when it is first written or read. */
class MemoryBuffer implements DeviceBuffer {
  readonly bytes: number;
  private held: ArrayBuffer | undefined;

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  get contents(): ArrayBuffer {
    this.held ??= new ArrayBuffer(this.bytes);
    return this.held;
  }
}

/**
 * A device without a processor, for tests that need tensors but no kernels: of plans, shapes, names and ownership. It
 * stores what is written, reads it back, and counts the buffers that are alive. Throws DisposedError if a buffer is
 * freed twice.
 *
 * @example
 * const backend = new MemoryBackend({ launches: "evaluate" });
 * mul(tensor([1, 2], { backend }), 3) // [3, 6]
 */
export class MemoryBackend implements Backend {
  readonly name: string;
  readonly device = "memory without a processor";
  readonly languages: readonly string[];
  readonly limits: Limits;
  private readonly launches: "ignore" | "evaluate" | "refuse";
  private readonly alive = new Set<DeviceBuffer>();
  private live = 0;
  private peak = 0;

  constructor({
    name = "memory",
    launches = "ignore",
    languages = launches === "evaluate" ? [] : ["wasm"],
    limits,
  }: MemoryBackendOptions = {}) {
    this.name = name;
    this.languages = languages;
    this.limits = { ...defaultLimits, ...limits };
    this.launches = launches;
  }

  /** The number of buffers that have not been freed. */
  get buffersAlive(): number {
    return this.alive.size;
  }

  /** The current contents of a buffer, not a copy. */
  getContents(buffer: DeviceBuffer): ArrayBuffer {
    return (buffer as MemoryBuffer).contents;
  }

  allocate(bytes: number): DeviceBuffer {
    const buffer = new MemoryBuffer(bytes);
    this.alive.add(buffer);
    this.live += bytes;
    this.peak = Math.max(this.peak, this.live);
    return buffer;
  }

  free(buffer: DeviceBuffer): void {
    if (!this.alive.delete(buffer)) throw new DisposedError(`${this.name}: a buffer was freed twice`);
    this.live -= buffer.bytes;
  }

  write(buffer: DeviceBuffer, byteOffset: number, data: ArrayBufferView): void {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    new Uint8Array(this.getContents(buffer)).set(bytes, byteOffset);
  }

  async read(buffer: DeviceBuffer, byteOffset: number, bytes: number): Promise<ArrayBuffer> {
    return this.getContents(buffer).slice(byteOffset, byteOffset + bytes);
  }

  launch(launch: Launch): void {
    if (this.launches === "ignore") return;
    if (this.launches === "refuse" || launch.kind !== "expression") {
      throw new BackendError(`${this.name}: found a launch of kind ${launch.kind}, which it does not run`);
    }
    evaluateLaunch(launch, this.limits, (buffer) => this.getContents(buffer));
  }

  async idle(): Promise<void> {}

  memory(): { readonly live: number; readonly pooled: number; readonly peak: number } {
    return { live: this.live, pooled: 0, peak: this.peak };
  }

  async close(): Promise<void> {}
}
