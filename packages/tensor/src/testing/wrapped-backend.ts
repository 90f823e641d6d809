import type { Backend, Limits, WaitOptions } from "../core/devices/backend.ts";
import type { DeviceBuffer, Launch } from "../core/devices/launch.ts";

/** Forwards every call to another backend. Tensors have to be created on the wrapper; closing it closes the other backend. */
export class WrappedBackend implements Backend {
  protected readonly inner: Backend;

  constructor(inner: Backend) {
    this.inner = inner;
  }

  get name(): string {
    return this.inner.name;
  }

  get device(): string {
    return this.inner.device;
  }

  get threads(): number | undefined {
    return this.inner.threads;
  }

  get isEmulated(): boolean | undefined {
    return this.inner.isEmulated;
  }

  get languages(): readonly string[] {
    return this.inner.languages;
  }

  get limits(): Limits {
    return this.inner.limits;
  }

  allocate(bytes: number): DeviceBuffer {
    return this.inner.allocate(bytes);
  }

  free(buffer: DeviceBuffer): void {
    this.inner.free(buffer);
  }

  write(buffer: DeviceBuffer, byteOffset: number, data: ArrayBufferView): void {
    this.inner.write(buffer, byteOffset, data);
  }

  read(buffer: DeviceBuffer, byteOffset: number, bytes: number): Promise<ArrayBuffer> {
    return this.inner.read(buffer, byteOffset, bytes);
  }

  launch(launch: Launch): void {
    this.inner.launch(launch);
  }

  idle(options?: WaitOptions): Promise<void> {
    return this.inner.idle(options);
  }

  memory(): { readonly live: number; readonly pooled: number; readonly peak: number } {
    return this.inner.memory();
  }

  close(options?: WaitOptions): Promise<void> {
    return this.inner.close(options);
  }
}
