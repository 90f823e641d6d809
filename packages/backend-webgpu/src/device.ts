import type {
  Backend,
  BufferView,
  DeviceBuffer,
  ExpressionLaunch,
  HostLaunch,
  KernelLaunch,
  Launch,
  Limits,
  WgslKernel,
} from "@evenkeel/tensor";
import { ArgumentError, BackendError, DeviceError, DisposedError, sizeOf } from "@evenkeel/tensor";
import type { WebgpuCounters } from "./counters.ts";
import { newCounters } from "./counters.ts";
import type { Region } from "./launches/bindings.ts";
import { regionOf } from "./launches/bindings.ts";
import { ExpressionKernels } from "./launches/expression-call.ts";
import { runHostStep } from "./launches/host-step.ts";
import { Launcher } from "./launches/launcher.ts";
import type { Block } from "./memory/block.ts";
import { WebgpuBuffer } from "./memory/block.ts";
import { BufferPool } from "./memory/buffer-pool.ts";
import { smallestBlock } from "./memory/size-class.ts";
import { Transfers } from "./memory/transfers.ts";
import { splitWrite, wordPatch } from "./memory/word-patch.ts";
import { CommandQueue } from "./queue/command-queue.ts";
import { Failures } from "./queue/failures.ts";
import { nudged } from "./queue/nudge.ts";
import { Recorder } from "./queue/recorder.ts";
import { UniformRing } from "./queue/uniform-ring.ts";

/** A GPU as a backend, with what only a GPU has. */
export interface WebgpuBackend extends Backend {
  /** The standard device underneath. */
  readonly gpuDevice: GPUDevice;
  /** What the device has done since it was opened. */
  counters(): WebgpuCounters;
}

export interface DeviceDescription {
  /** For people. */
  readonly name: string;
  readonly features: ReadonlySet<string>;
  /** Of all buffers together. */
  readonly maxMemoryBytes: number;
  /**
   * Where the device came from, when it is the backend's own and closing destroys it. Dawn's object in Node has to live as long as
   * its devices, and no longer: it can keep the process alive.
   */
  readonly source?: GPU | undefined;
}

const nameOf = "webgpu";

/** Names of launches that an error shows when the device is lost. */
const recentLaunches = 6;

/** WGSL kernels and expressions over buffers of one GPU device, run in the order of the calls. */
export class WebgpuDevice implements WebgpuBackend {
  readonly name: string = nameOf;
  readonly device: string;
  readonly languages: readonly string[] = ["wgsl"];
  readonly limits: Limits;
  readonly gpuDevice: GPUDevice;
  private source: GPU | undefined;
  private readonly totals = newCounters();
  private readonly queue: CommandQueue;
  private readonly failures: Failures;
  private readonly ring: UniformRing;
  private readonly recorder: Recorder;
  private readonly transfers: Transfers;
  private readonly pool: BufferPool;
  private readonly launcher: Launcher;
  private readonly expressions: ExpressionKernels;
  private readonly whenLost: Promise<void>;
  private readonly reports = new Set<Promise<unknown>>();
  private readonly recentNames: string[] = [];
  private isSubmitRequested = false;
  private isClosed = false;

  constructor(gpuDevice: GPUDevice, { name, features, maxMemoryBytes, source }: DeviceDescription) {
    this.gpuDevice = gpuDevice;
    this.device = name;
    this.source = source;
    this.limits = limitsOf(gpuDevice.limits, features);
    this.queue = new CommandQueue(() => this.recorder.submit());
    this.failures = new Failures(this.queue);
    this.ring = new UniformRing(gpuDevice);
    this.recorder = new Recorder(gpuDevice, this.ring, this.failures, this.totals);
    this.transfers = new Transfers(gpuDevice, this.recorder, this.failures, this.totals);
    this.pool = new BufferPool(
      gpuDevice,
      { maxBufferBytes: this.limits.maxBufferBytes, maxMemoryBytes },
      this.failures,
      (block) => this.destroyLater(block),
    );
    this.launcher = new Launcher({
      device: gpuDevice,
      queue: this.queue,
      recorder: this.recorder,
      ring: this.ring,
      failures: this.failures,
      counters: this.totals,
      pool: this.pool,
      transfers: this.transfers,
    });
    this.expressions = new ExpressionKernels(gpuDevice.limits.maxComputeWorkgroupsPerDimension);
    gpuDevice.addEventListener("uncapturederror", this.onUncapturedError);
    this.whenLost = gpuDevice.lost.then(({ reason, message }) => {
      const names = this.recentNames.map((launch) => `"${launch}"`).join(", ") || "none";
      this.failures.lose(
        new DeviceError(`the GPU device was lost (${reason}): ${message}; its latest launches: ${names}`),
      );
    });
  }

  allocate(bytes: number): DeviceBuffer {
    this.checkOpen();
    if (!Number.isSafeInteger(bytes) || bytes < 0) {
      throw new ArgumentError(`allocate: bytes: found ${bytes}, expected a non-negative integer`);
    }
    return new WebgpuBuffer(bytes, this.pool.take(bytes), this.pool);
  }

  free(buffer: DeviceBuffer): void {
    const own = this.ownBuffer(buffer, "free");
    own.isFreed = true;
    this.pool.give(own.block);
  }

  write(buffer: DeviceBuffer, byteOffset: number, data: ArrayBufferView): void {
    const own = this.checkView({ buffer, byteOffset, bytes: data.byteLength }, "write");
    if (data.byteLength === 0) return;
    const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
    const isKept = this.queue.isFree && data.buffer instanceof ArrayBuffer;
    const { offset, words, patches } = splitWrite(isKept ? bytes : bytes.slice(), byteOffset, own.bytes);
    if (words.length > 0) this.queue.push(() => this.transfers.write(own.block, offset, words));
    for (const { word, mask, bits } of patches) this.patchWord(own.block, word, mask, bits);
    this.requestSubmit();
  }

  async read(buffer: DeviceBuffer, byteOffset: number, bytes: number): Promise<ArrayBuffer> {
    const { block } = this.checkView({ buffer, byteOffset, bytes }, "read");
    const ticket = this.queue.next;
    if (bytes === 0) return this.reported(this.finished(), ticket).then(() => new ArrayBuffer(0));
    const contents = new Promise<ArrayBuffer>((resolve, reject) => {
      this.queue.push(() => {
        this.transfers.read(block, byteOffset, bytes).then(resolve, reject);
      });
    });
    this.requestSubmit();
    return this.reported(contents, ticket);
  }

  launch(launch: Launch): void {
    this.checkOpen();
    if (launch.kind === "kernel") this.launchKernel(launch);
    else if (launch.kind === "expression") this.launchExpression(launch);
    else this.launchHost(launch);
    this.requestSubmit();
  }

  async idle(): Promise<void> {
    this.checkOpen();
    const ticket = this.queue.next;
    await this.reported(this.finished(), ticket);
  }

  memory(): { readonly live: number; readonly pooled: number; readonly peak: number } {
    this.checkOpen();
    return this.pool.statistics();
  }

  counters(): WebgpuCounters {
    return { ...this.totals };
  }

  async close(): Promise<void> {
    this.checkOpen();
    this.isClosed = true;
    const ticket = this.queue.next;
    try {
      await this.reported(this.finished(), ticket);
    } finally {
      await Promise.allSettled(this.reports);
      this.destroy();
    }
  }

  private launchKernel({ kernel, reads, writes, parameters, work }: KernelLaunch<BufferView, never>): void {
    const { entry, language } = kernel;
    if (language !== "wgsl" || !("workgroups" in work)) {
      throw new BackendError(`${entry}: found a kernel in ${language}, expected one in wgsl`);
    }
    this.noteLaunch(entry);
    this.launcher.launch({
      name: entry,
      kernel: kernel as WgslKernel,
      reads: reads.map((view) => view && this.regionOf(view, entry)),
      writes: writes.map((view) => view && this.regionOf(view, entry)),
      parameters,
      workgroups: work.workgroups,
    });
  }

  private launchExpression(launch: ExpressionLaunch<BufferView, never>): void {
    const name = this.expressions.nameOf(launch.expression);
    const reads = launch.reads.map(({ operand }) => this.regionOf(operand, name));
    const writes = launch.writes.map((operand) => this.regionOf(operand, name));
    if (sizeOf(launch.shape) === 0) return;
    this.noteLaunch(name);
    this.launcher.launch(this.expressions.callOf(launch, reads, writes));
  }

  private launchHost(launch: HostLaunch<BufferView>): void {
    for (const { operand } of Object.values(launch.operands)) this.regionOf(operand, launch.name);
    this.noteLaunch(launch.name);
    this.queue.push(() =>
      runHostStep(launch, this.limits, this.recorder, this.transfers).catch((error: Error) => {
        if (!this.failures.isLost) this.failures.add(error);
      }),
    );
  }

  private patchWord(block: Block, word: number, mask: number, bits: number): void {
    const alignment = this.limits.offsetAlignment;
    const offset = Math.floor((word * 4) / alignment) * alignment;
    const bytes = Math.min(alignment, block.bytes - offset);
    this.launcher.launch({
      name: "write",
      kernel: wordPatch,
      reads: [],
      writes: [{ block, offset, bytes }],
      parameters: [word - offset / 4, mask, bits],
      workgroups: [1, 1, 1],
    });
  }

  /** Resolves when everything that has been queued so far has finished. */
  private finished(): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      this.queue.push(() =>
        this.recorder.afterSubmit(() => {
          const { queue } = this.gpuDevice;
          this.failures.orLost(nudged(queue.onSubmittedWorkDone(), queue)).then(() => resolve(), reject);
        }),
      );
    });
    this.requestSubmit();
    return done;
  }

  /** Settles as `result` does, unless something before `ticket` failed; closing waits for it. */
  private reported<Result>(result: Promise<Result>, ticket: number): Promise<Result> {
    const report = this.settle(result, ticket).finally(() => this.reports.delete(report));
    this.reports.add(report);
    return report;
  }

  private async settle<Result>(result: Promise<Result>, ticket: number): Promise<Result> {
    try {
      return await result;
    } catch (error) {
      const { name, message } = error as Error;
      // A buffer is unmapped by force when the device is lost, which is told a moment later.
      if (name === "AbortError") await this.whenLost;
      throw new DeviceError(`the GPU failed: ${message}`, { cause: error });
    } finally {
      // What failed first is thrown in the place of what follows from it.
      await this.failures.report(ticket);
    }
  }

  /** The calls of one synchronous stretch, such as a training step, go to the GPU together. */
  private requestSubmit(): void {
    if (this.isSubmitRequested) return;
    this.isSubmitRequested = true;
    queueMicrotask(() => {
      this.isSubmitRequested = false;
      if (this.queue.isFree) this.recorder.submit();
    });
  }

  private destroyLater(block: Block): void {
    this.queue.push(() => {
      this.launcher.groups.clear();
      this.recorder.afterSubmit(() => block.gpu.destroy());
    });
  }

  private destroy(): void {
    this.gpuDevice.removeEventListener("uncapturederror", this.onUncapturedError);
    this.pool.destroy();
    this.transfers.destroy();
    this.ring.destroy();
    if (this.source !== undefined) this.gpuDevice.destroy();
    this.source = undefined;
  }

  private readonly onUncapturedError = (event: GPUUncapturedErrorEvent): void => {
    this.failures.addUncaptured(event.error);
  };

  private noteLaunch(name: string): void {
    this.recentNames.push(name);
    if (this.recentNames.length > recentLaunches) this.recentNames.shift();
  }

  private regionOf(view: BufferView, user: string): Region {
    this.checkView(view, user);
    return regionOf(view, this.limits.offsetAlignment, user);
  }

  private checkView({ buffer, byteOffset, bytes }: BufferView, user: string): WebgpuBuffer {
    const own = this.ownBuffer(buffer, user);
    if (byteOffset < 0 || byteOffset + bytes > own.bytes) {
      throw new ArgumentError(
        `${user}: found bytes ${byteOffset} to ${byteOffset + bytes} of a buffer of ${own.bytes} bytes`,
      );
    }
    return own;
  }

  private ownBuffer(buffer: DeviceBuffer, user: string): WebgpuBuffer {
    this.checkOpen();
    if (!(buffer instanceof WebgpuBuffer) || buffer.pool !== this.pool) {
      throw new BackendError(`${user}: found a buffer of another device`);
    }
    if (buffer.isFreed) throw new DisposedError(`${user}: found a buffer that had been freed`);
    return buffer;
  }

  private checkOpen(): void {
    if (this.isClosed) throw new DisposedError(`${nameOf}: the device was used after it had been closed`);
  }
}

function limitsOf(limits: GPUSupportedLimits, features: ReadonlySet<string>): Limits {
  const { maxBufferSize, maxStorageBufferBindingSize, minStorageBufferOffsetAlignment } = limits;
  const largest = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  return {
    storage: {
      f32: "f32",
      i32: "i32",
      u32: "u32",
      u8: "u8",
      bool: "u32",
      ...(features.has("shader-f16") ? { f16: "f16" as const } : {}),
    },
    // Whole smallest blocks: every buffer can be bound, rounded up to vectors.
    maxBufferBytes: Math.floor(largest / smallestBlock) * smallestBlock,
    offsetAlignment: minStorageBufferOffsetAlignment,
    maxWorkgroups: limits.maxComputeWorkgroupsPerDimension,
    features,
  };
}
