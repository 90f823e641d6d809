import { DisposedError } from "../checks/errors.ts";
import type { Backend, Limits } from "../core/backend.ts";
import type { DeviceBuffer, Launch } from "../core/launch.ts";

class RecordedBuffer implements DeviceBuffer {
  readonly bytes: number;
  readonly contents: Uint8Array;

  constructor(bytes: number) {
    this.bytes = bytes;
    this.contents = new Uint8Array(bytes);
  }
}

/** Keeps memory and writes down launches without running them: for tests of plans, launch counts and ownership. */
export class RecordingBackend implements Backend {
  readonly name: string;
  readonly device = "records launches";
  readonly languages: readonly string[] = ["wasm"];
  readonly limits: Limits = {
    storage: { f32: "f32", i32: "i32", u32: "u32", u8: "u8", bool: "u8", f16: "f16" },
    maxBufferBytes: 2 ** 31,
    offsetAlignment: 4,
    features: new Set(),
  };
  readonly launches: Launch[] = [];
  private readonly alive = new Set<DeviceBuffer>();
  private live = 0;
  private peak = 0;

  constructor(name = "recording") {
    this.name = name;
  }

  allocate(bytes: number): DeviceBuffer {
    const buffer = new RecordedBuffer(bytes);
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
    (buffer as RecordedBuffer).contents.set(bytes, byteOffset);
  }

  async read(buffer: DeviceBuffer, byteOffset: number, bytes: number): Promise<ArrayBuffer> {
    const { contents } = buffer as RecordedBuffer;
    return contents.buffer.slice(byteOffset, byteOffset + bytes) as ArrayBuffer;
  }

  launch(launch: Launch): void {
    this.launches.push(launch);
  }

  async idle(): Promise<void> {}

  memory(): { live: number; pooled: number; peak: number } {
    return { live: this.live, pooled: 0, peak: this.peak };
  }

  /** Buffers that have not been freed. */
  get buffersAlive(): number {
    return this.alive.size;
  }

  async close(): Promise<void> {}
}
