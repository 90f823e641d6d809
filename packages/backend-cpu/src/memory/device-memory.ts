import { BackendError } from "@evenkeel/tensor";
import { argumentBytes, guardBytes } from "./argument-blocks.ts";

const pageBytes = 65536;
/** The last page stays unused, so that the end of a buffer never wraps to address 0. */
const maxPages = 65535;
/** Memory grows by at least this much and by an eighth: growing costs a call into the system. */
const growthPages = 256;
/** The guard and the arguments of launches come before it. */
const firstAddress: number = guardBytes + argumentBytes;
/** Kernels may load whole vectors at the end of a buffer. */
const overreadBytes = 64;

const initialPages: number = Math.ceil(firstAddress / pageBytes);

/** The one linear memory that all kernels share. It only grows. */
export class DeviceMemory {
  readonly memory: WebAssembly.Memory;
  readonly isShared: boolean;
  /** The largest number of bytes that can ever be handed out. */
  readonly capacity: number;
  private end = firstAddress;
  private view: Uint8Array;
  private wordView: Int32Array;

  constructor(memory: WebAssembly.Memory, maxBytes: number, isShared: boolean) {
    this.memory = memory;
    this.isShared = isShared;
    this.capacity = Math.min(maxBytes, maxPages * pageBytes - argumentBytes) - guardBytes - overreadBytes;
    this.view = new Uint8Array(memory.buffer);
    this.wordView = new Int32Array(memory.buffer);
  }

  /** Bytes handed out so far. */
  get used(): number {
    return this.end - firstAddress;
  }

  /** The whole memory. Views of plain memory are detached when it grows, so ask again after every allocation. */
  get bytes(): Uint8Array {
    return this.view;
  }

  /** The whole memory as 32-bit words. */
  get words(): Int32Array {
    return this.wordView;
  }

  /** Extends the used memory. Returns the address of the new bytes, or undefined when there is no room. */
  extend(bytes: number): number | undefined {
    const address = this.end;
    if (address + bytes > this.capacity + firstAddress) return undefined;
    const missing = Math.ceil((address + bytes + overreadBytes - this.view.length) / pageBytes);
    if (missing > 0 && !this.grow(missing)) return undefined;
    this.end += bytes;
    return address;
  }

  private grow(missing: number): boolean {
    const present = this.view.length / pageBytes;
    const room = Math.ceil((this.capacity + firstAddress + overreadBytes) / pageBytes) - present;
    const generous = Math.min(Math.max(growthPages, present >>> 3), room);
    for (const pages of [Math.max(missing, generous), missing]) {
      try {
        this.memory.grow(pages);
        this.view = new Uint8Array(this.memory.buffer);
        this.wordView = new Int32Array(this.memory.buffer);
        return true;
      } catch {
        // The system has less memory than that: the second attempt asks for no more than is needed.
      }
    }
    return false;
  }
}

/**
 * Creates a memory of up to `maxBytes`, or of as much as the engine lets a page reserve. Throws BackendError if that is
 * next to nothing.
 */
export function makeDeviceMemory(shared: boolean, maxBytes: number = maxPages * pageBytes): DeviceMemory {
  let maximum = Math.min(maxPages, Math.ceil((Math.max(1, maxBytes) + argumentBytes) / pageBytes));
  for (;;) {
    try {
      const memory = new WebAssembly.Memory({ initial: initialPages, maximum, shared });
      return new DeviceMemory(memory, Math.min(maxBytes, maximum * pageBytes - argumentBytes), shared);
    } catch (error) {
      // Engines on small machines refuse to reserve 4 GiB of addresses.
      if (maximum < growthPages) throw makeMemoryError(error, maximum * pageBytes, shared);
      maximum >>>= 1;
    }
  }
}

function makeMemoryError(cause: unknown, bytes: number, shared: boolean): BackendError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const kind = shared ? "shared memory" : "memory";
  return new BackendError(`cpu: the engine does not provide ${kind} of ${bytes} bytes: ${reason}`, { cause });
}
