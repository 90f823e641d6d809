import type { Backend, DeviceBuffer, Launch } from "@evenkeel/tensor";
import { DeviceError, OutOfMemoryError } from "@evenkeel/tensor";

/** The calls that can be made to fail. */
export type Fallible = "allocate" | "launch" | "write" | "read";

/** Wraps a backend, on which one call fails when it is told to. Tensors must be made on the wrapper. */
export class FailingBackend implements Backend {
  readonly name: string;
  readonly device: string;
  readonly languages: readonly string[];
  readonly limits: Backend["limits"];
  private readonly inner: Backend;
  private failing: Fallible | undefined;
  private left = 0;

  constructor(inner: Backend) {
    this.inner = inner;
    this.name = inner.name;
    this.device = inner.device;
    this.languages = inner.languages;
    this.limits = inner.limits;
  }

  /** Lets so many calls of the kind pass and the next one fail, once. */
  failAfter(calls: number, kind: Fallible): void {
    this.left = calls;
    this.failing = kind;
  }

  /** Takes back what `failAfter` said. Returns whether the call had failed by now. */
  stopFailing(): boolean {
    const hasFailed = this.failing === undefined;
    this.failing = undefined;
    return hasFailed;
  }

  allocate(bytes: number): DeviceBuffer {
    this.pass("allocate");
    return this.inner.allocate(bytes);
  }

  free(buffer: DeviceBuffer): void {
    this.inner.free(buffer);
  }

  write(buffer: DeviceBuffer, byteOffset: number, data: ArrayBufferView): void {
    this.pass("write");
    this.inner.write(buffer, byteOffset, data);
  }

  async read(buffer: DeviceBuffer, byteOffset: number, bytes: number): Promise<ArrayBuffer> {
    this.pass("read");
    return this.inner.read(buffer, byteOffset, bytes);
  }

  launch(launch: Launch): void {
    this.pass("launch");
    this.inner.launch(launch);
  }

  idle(): Promise<void> {
    return this.inner.idle();
  }

  memory(): ReturnType<Backend["memory"]> {
    return this.inner.memory();
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  private pass(kind: Fallible): void {
    if (kind !== this.failing || this.left-- > 0) return;
    this.failing = undefined;
    const reason = `${kind}: it fails on purpose`;
    throw kind === "allocate" ? new OutOfMemoryError(reason) : new DeviceError(reason);
  }
}
