import type { Backend, BufferView, DeviceBuffer, Launch, WaitOptions } from "@evenkeel/tensor";

/** One launch as it was queued. */
export interface RecordedLaunch {
  readonly kind: Launch["kind"];
  /** The kernel's entry, the name of a host step, or `expression`. */
  readonly name: string;
  /** Of the operands: what the launch reads and writes in device memory, each operand once. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** What went through a recording backend since it was made or reset. */
export interface Traffic {
  readonly launches: readonly RecordedLaunch[];
  /** Launches by name. */
  readonly counts: { readonly [name: string]: number };
  /** Of all launches. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** From the host to the device, and back. */
  readonly bytesUploaded: number;
  readonly bytesDownloaded: number;
}

export interface RecordingBackend extends Backend {
  traffic(): Traffic;
  /** Forgets what was recorded. */
  reset(): void;
}

/**
 * Wraps a backend and records the launches and the bytes that pass: tests fix the counts, so that fusion cannot rot.
 * Tensors must be made on the wrapper. Closing it closes the backend.
 *
 * @example
 * const recording = recordingBackend(backend);
 * const y = relu(tensor([-1, 2], { backend: recording }));
 * expect(recording.traffic().launches).toHaveLength(1);
 */
export function recordingBackend(backend: Backend): RecordingBackend {
  return new Recorder(backend);
}

const bytesOfViews = (views: readonly (BufferView | undefined)[]): number =>
  views.reduce((sum, view) => sum + (view?.bytes ?? 0), 0);

function recordOf(launch: Launch): RecordedLaunch {
  switch (launch.kind) {
    case "kernel":
      return {
        kind: "kernel",
        name: launch.kernel.entry,
        bytesRead: bytesOfViews(launch.reads),
        bytesWritten: bytesOfViews(launch.writes),
      };
    case "expression":
      return {
        kind: "expression",
        name: "expression",
        bytesRead: bytesOfViews(launch.reads.map(({ operand }) => operand)),
        bytesWritten: bytesOfViews(launch.writes),
      };
    case "host": {
      const operands = Object.values(launch.operands);
      const ofAccess = (excluded: "read" | "write"): number =>
        bytesOfViews(operands.filter(({ access }) => access !== excluded).map(({ operand }) => operand));
      return {
        kind: "host",
        name: launch.name,
        bytesRead: ofAccess("write"),
        bytesWritten: ofAccess("read"),
      };
    }
  }
}

class Recorder implements RecordingBackend {
  private readonly inner: Backend;
  private launches: RecordedLaunch[] = [];
  private bytesUploaded = 0;
  private bytesDownloaded = 0;

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

  get limits(): Backend["limits"] {
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
    this.bytesUploaded += data.byteLength;
  }

  read(buffer: DeviceBuffer, byteOffset: number, bytes: number): Promise<ArrayBuffer> {
    this.bytesDownloaded += bytes;
    return this.inner.read(buffer, byteOffset, bytes);
  }

  launch(launch: Launch): void {
    this.inner.launch(launch);
    this.launches.push(recordOf(launch));
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

  traffic(): Traffic {
    const counts: { [name: string]: number } = {};
    for (const { name } of this.launches) counts[name] = (counts[name] ?? 0) + 1;
    const total = (key: "bytesRead" | "bytesWritten"): number =>
      this.launches.reduce((sum, launch) => sum + launch[key], 0);
    return {
      launches: [...this.launches],
      counts,
      bytesRead: total("bytesRead"),
      bytesWritten: total("bytesWritten"),
      bytesUploaded: this.bytesUploaded,
      bytesDownloaded: this.bytesDownloaded,
    };
  }

  reset(): void {
    this.launches = [];
    this.bytesUploaded = 0;
    this.bytesDownloaded = 0;
  }
}
