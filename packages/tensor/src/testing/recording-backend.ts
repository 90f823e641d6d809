import type { Backend } from "../core/devices/backend.ts";
import type { BufferView, DeviceBuffer, Launch } from "../core/devices/launch.ts";
import { MemoryBackend } from "./memory-backend.ts";
import { WrappedBackend } from "./wrapped-backend.ts";

/** The bytes that one launch moved. */
export interface RecordedLaunch {
  readonly kind: Launch["kind"];
  /** The kernel's entry, the name of a host step, or `expression`. */
  readonly name: string;
  /** The bytes of the operands in device memory, each operand counted once. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** The calls of a recording backend since it was created or reset. */
export interface Traffic {
  readonly launches: readonly RecordedLaunch[];
  /** The numbers of launches by name. */
  readonly counts: { readonly [name: string]: number };
  /** The sum over all launches. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** The bytes from the host to the device, and back. */
  readonly bytesUploaded: number;
  readonly bytesDownloaded: number;
}

/**
 * Wraps a backend and records launches and transferred bytes, so that tests can fix the counts and notice a loss of
 * fusion. Tensors have to be created on the wrapper. Closing it closes the backend. Without a backend, it records the
 * launches of plans, and nothing runs.
 *
 * @example
 * const recording = new RecordingBackend(backend);
 * relu(tensor([-1, 2], { backend: recording }));
 * recording.launches.length // 1
 */
export class RecordingBackend extends WrappedBackend {
  /** The launches since the backend was created or reset, in order. */
  readonly launches: Launch[] = [];
  private allocated = 0;
  private freed = 0;
  private bytesUploaded = 0;
  private bytesDownloaded = 0;

  constructor(inner: Backend = new MemoryBackend()) {
    super(inner);
  }

  /** The number of buffers that have not been freed. */
  get buffersAlive(): number {
    return this.allocated - this.freed;
  }

  override allocate(bytes: number): DeviceBuffer {
    const buffer = super.allocate(bytes);
    this.allocated++;
    return buffer;
  }

  override free(buffer: DeviceBuffer): void {
    super.free(buffer);
    this.freed++;
  }

  override write(buffer: DeviceBuffer, byteOffset: number, data: ArrayBufferView): void {
    super.write(buffer, byteOffset, data);
    this.bytesUploaded += data.byteLength;
  }

  override read(buffer: DeviceBuffer, byteOffset: number, bytes: number): Promise<ArrayBuffer> {
    this.bytesDownloaded += bytes;
    return super.read(buffer, byteOffset, bytes);
  }

  override launch(launch: Launch): void {
    super.launch(launch);
    this.launches.push(launch);
  }

  traffic(): Traffic {
    const launches = this.launches.map(makeRecord);
    const counts: { [name: string]: number } = {};
    for (const { name } of launches) counts[name] = (counts[name] ?? 0) + 1;
    const total = (key: "bytesRead" | "bytesWritten"): number =>
      launches.reduce((sum, launch) => sum + launch[key], 0);
    return {
      launches,
      counts,
      bytesRead: total("bytesRead"),
      bytesWritten: total("bytesWritten"),
      bytesUploaded: this.bytesUploaded,
      bytesDownloaded: this.bytesDownloaded,
    };
  }

  /** Clears the record. */
  reset(): void {
    this.launches.length = 0;
    this.bytesUploaded = 0;
    this.bytesDownloaded = 0;
  }
}

const countViewBytes = (views: readonly (BufferView | undefined)[]): number =>
  views.reduce((sum, view) => sum + (view?.bytes ?? 0), 0);

function makeRecord(launch: Launch): RecordedLaunch {
  const { kind } = launch;
  switch (kind) {
    case "kernel":
      return composeRecord(kind, launch.kernel.entry, launch.reads, launch.writes);
    case "expression": {
      const reads = launch.reads.map(({ operand }) => operand);
      return composeRecord(kind, kind, reads, launch.writes);
    }
    case "host": {
      const operands = Object.values(launch.operands);
      const without = (access: "read" | "write"): BufferView[] =>
        operands.filter((host) => host.access !== access).map(({ operand }) => operand);
      return composeRecord(kind, launch.name, without("write"), without("read"));
    }
  }
}

const composeRecord = (
  kind: Launch["kind"],
  name: string,
  reads: readonly (BufferView | undefined)[],
  writes: readonly (BufferView | undefined)[],
): RecordedLaunch => ({ kind, name, bytesRead: countViewBytes(reads), bytesWritten: countViewBytes(writes) });
