import { BackendError } from "@evenkeel/tensor";

const pageBytes = 65536;
/** The last page stays unused, so that the end of a buffer never wraps to address 0. */
const maxPages = 65535;
/** Memory grows by at least this much and by an eighth: growing costs a call into the system. */
const growthPages = 256;
/** What a kernel would hit that writes through the pointer of an absent operand. */
const guardBytes = 1024;
/** Kernels may load whole vectors at the end of a buffer. */
const overreadBytes = 64;

/** The one linear memory that all kernels share. It only grows. */
export class DeviceMemory {
  readonly memory: WebAssembly.Memory;
  readonly isShared: boolean;
  /** The largest number of bytes that can ever be handed out. */
  readonly capacity: number;
  private end = guardBytes;
  private view: Uint8Array;

  constructor(memory: WebAssembly.Memory, maxBytes: number, isShared: boolean) {
    this.memory = memory;
    this.isShared = isShared;
    this.capacity = Math.min(maxBytes, maxPages * pageBytes) - guardBytes - overreadBytes;
    this.view = new Uint8Array(memory.buffer);
  }

  /** Bytes handed out so far. */
  get used(): number {
    return this.end - guardBytes;
  }

  /** All of the memory. Views of plain memory die when it grows: ask again after every allocation. */
  get bytes(): Uint8Array {
    return this.view;
  }

  /** The address of so many more bytes at the end, or undefined when there is no room. */
  extend(bytes: number): number | undefined {
    const address = this.end;
    if (address + bytes > this.capacity + guardBytes) return undefined;
    const missing = Math.ceil((address + bytes + overreadBytes - this.view.length) / pageBytes);
    if (missing > 0 && !this.grow(missing)) return undefined;
    this.end += bytes;
    return address;
  }

  private grow(missing: number): boolean {
    const present = this.view.length / pageBytes;
    const room = Math.ceil((this.capacity + guardBytes + overreadBytes) / pageBytes) - present;
    const generous = Math.min(Math.max(growthPages, present >>> 3), room);
    for (const pages of [Math.max(missing, generous), missing]) {
      try {
        this.memory.grow(pages);
        this.view = new Uint8Array(this.memory.buffer);
        return true;
      } catch {
        // The system has less: the second try asks for just what is needed.
      }
    }
    return false;
  }
}

/**
 * A memory of up to `maxBytes`, or as much of it as the engine lets a page reserve. Throws BackendError where that is next to
 * nothing.
 */
export function createDeviceMemory(shared: boolean, maxBytes: number = maxPages * pageBytes): DeviceMemory {
  let maximum = Math.min(maxPages, Math.max(1, Math.ceil(maxBytes / pageBytes)));
  for (;;) {
    try {
      const memory = new WebAssembly.Memory({ initial: 1, maximum, shared });
      return new DeviceMemory(memory, Math.min(maxBytes, maximum * pageBytes), shared);
    } catch (error) {
      // Engines on small machines refuse to reserve 4 GiB of addresses.
      if (maximum < growthPages) throw noMemory(error, maximum * pageBytes, shared);
      maximum >>>= 1;
    }
  }
}

function noMemory(cause: unknown, bytes: number, shared: boolean): BackendError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const kind = shared ? "shared memory" : "memory";
  return new BackendError(`cpu: the engine has no ${kind} of ${bytes} bytes: ${reason}`, { cause });
}
