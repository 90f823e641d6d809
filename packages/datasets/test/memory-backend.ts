import type { Backend, DeviceBuffer } from "@evenkeel/tensor";

/** A device for tests of this package: it keeps what is written, and computes nothing. */
export class MemoryBackend implements Backend {
  readonly name: string;
  readonly device = "test";
  readonly languages: readonly string[] = [];
  readonly limits: Backend["limits"] = {
    storage: { f32: "f32", i32: "i32", u32: "u32", u8: "u8", bool: "u8" },
    maxBufferBytes: 2 ** 30,
    offsetAlignment: 4,
    features: new Set<string>(),
  };
  private readonly contents = new Map<DeviceBuffer, Uint8Array>();

  constructor(name: string) {
    this.name = name;
  }

  allocate(bytes: number): DeviceBuffer {
    const buffer = { bytes };
    this.contents.set(buffer, new Uint8Array(bytes));
    return buffer;
  }

  free(buffer: DeviceBuffer): void {
    this.contents.delete(buffer);
  }

  write(buffer: DeviceBuffer, byteOffset: number, data: ArrayBufferView): void {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.contents.get(buffer)!.set(bytes, byteOffset);
  }

  async read(buffer: DeviceBuffer, byteOffset: number, bytes: number): Promise<ArrayBuffer> {
    return this.contents.get(buffer)!.slice(byteOffset, byteOffset + bytes).buffer as ArrayBuffer;
  }

  launch(): void {
    throw new Error("found a launch, expected data alone");
  }

  async idle(): Promise<void> {}

  memory(): { live: number; pooled: number; peak: number } {
    const live = [...this.contents.keys()].reduce((total, { bytes }) => total + bytes, 0);
    return { live, pooled: 0, peak: live };
  }

  async close(): Promise<void> {}
}
