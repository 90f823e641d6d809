import { DeviceError, OutOfMemoryError } from "../checks/errors.ts";
import type { DeviceBuffer, Launch } from "../core/devices/launch.ts";
import { WrappedBackend } from "./wrapped-backend.ts";

/** The calls that can be made to fail. */
export type Fallible = "allocate" | "launch" | "write" | "read";

/**
 * Wraps a backend and makes one call fail on request, for tests of what remains after failures. Tensors have to be created on the
 * wrapper.
 *
 * @example
 * const failing = new FailingBackend(new MemoryBackend());
 * failing.failAfter(1, "allocate");
 * const x = tensor([1, 2], { backend: failing });
 * try {
 *   add(x, x);
 * } catch (error) {
 *   console.log(error instanceof OutOfMemoryError, failing.memory().live); // true 8
 * }
 */
export class FailingBackend extends WrappedBackend {
  private failing: Fallible | undefined;
  private left = 0;
  private error: Error | undefined;

  /**
   * Lets `calls` calls of the kind succeed and the next one fail, once: with `error` or, by default, with
   * OutOfMemoryError for an allocation and DeviceError for other calls.
   */
  failAfter(calls: number, kind: Fallible, error?: Error): void {
    this.left = calls;
    this.failing = kind;
    this.error = error;
  }

  /** Cancels `failAfter`. Returns whether the call has already failed. */
  stopFailing(): boolean {
    const hasFailed = this.failing === undefined;
    this.failing = undefined;
    return hasFailed;
  }

  override allocate(bytes: number): DeviceBuffer {
    this.pass("allocate");
    return super.allocate(bytes);
  }

  override write(buffer: DeviceBuffer, byteOffset: number, data: ArrayBufferView): void {
    this.pass("write");
    super.write(buffer, byteOffset, data);
  }

  override async read(buffer: DeviceBuffer, byteOffset: number, bytes: number): Promise<ArrayBuffer> {
    this.pass("read");
    return super.read(buffer, byteOffset, bytes);
  }

  override launch(launch: Launch): void {
    this.pass("launch");
    super.launch(launch);
  }

  private pass(kind: Fallible): void {
    if (kind !== this.failing || this.left-- > 0) return;
    this.failing = undefined;
    const reason = `${kind}: it fails on purpose`;
    throw this.error ?? (kind === "allocate" ? new OutOfMemoryError(reason) : new DeviceError(reason));
  }
}
