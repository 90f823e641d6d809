import type {
  BufferView,
  DeviceBuffer,
  ExpressionLaunch,
  HostLaunch,
  KernelLaunch,
  Launch,
  Limits,
  WaitOptions,
  WgslKernel,
} from "@evenkeel/tensor";
import {
  ArgumentError,
  BackendError,
  countElements,
  DeviceError,
  DisposedError,
  orderParameters,
  waitUntil,
} from "@evenkeel/tensor";
import { getBuiltinName } from "@evenkeel/tensor/checks";
import type { WebgpuCounters } from "./counters.ts";
import { makeCounters } from "./counters.ts";
import type { Region } from "./launches/bindings.ts";
import { findRegion } from "./launches/bindings.ts";
import { ExpressionKernels } from "./launches/expression-call.ts";
import { runHostStep } from "./launches/host-step.ts";
import { Launcher } from "./launches/launcher.ts";
import { RangeChecks } from "./launches/range-checks.ts";
import { RecentLaunches } from "./launches/recent-launches.ts";
import type { Block } from "./memory/block.ts";
import { BufferPool } from "./memory/buffer-pool.ts";
import { Transfers } from "./memory/transfers.ts";
import { WebgpuBuffer } from "./memory/webgpu-buffer.ts";
import { splitWrite, wordPatch } from "./memory/word-patch.ts";
import { CommandQueue } from "./queue/command-queue.ts";
import { Failures } from "./queue/failures.ts";
import { PassTimer } from "./queue/pass-timer.ts";
import { Recorder } from "./queue/recorder.ts";
import { Reports } from "./queue/reports.ts";
import { UniformRing } from "./queue/uniform-ring.ts";
import type { DeviceDescription, LaunchTime, WebgpuBackend } from "./webgpu-backend.ts";
import { readLimits } from "./webgpu-backend.ts";

/** WGSL kernels and expressions over buffers of one GPU device, run in the order of the calls. */
export class WebgpuDevice implements WebgpuBackend {
  readonly name: string = "webgpu";
  readonly device: string;
  readonly isEmulated: boolean;
  static readonly languages: readonly string[] = ["wgsl"];
  readonly languages: readonly string[] = WebgpuDevice.languages;
  readonly limits: Limits;
  readonly gpuDevice: GPUDevice;
  private source: GPU | undefined;
  private readonly totals = makeCounters();
  private readonly queue: CommandQueue;
  private readonly failures: Failures;
  private readonly ring: UniformRing;
  private readonly recorder: Recorder;
  private readonly reports: Reports;
  private readonly transfers: Transfers;
  private readonly checks: RangeChecks;
  private readonly pool: BufferPool;
  private readonly launcher: Launcher;
  private readonly expressions: ExpressionKernels;
  private readonly recent = new RecentLaunches();
  private isClosed = false;
  private isGivenUp = false;

  constructor(gpuDevice: GPUDevice, description: DeviceDescription) {
    const { name, isEmulated, features, maxMemoryBytes, source } = description;
    this.gpuDevice = gpuDevice;
    this.device = name;
    this.isEmulated = isEmulated;
    this.source = source;
    this.limits = readLimits(gpuDevice.limits, features);
    this.queue = new CommandQueue(() => this.recorder.submit());
    this.failures = new Failures(this.queue);
    this.ring = new UniformRing(gpuDevice);
    this.recorder = new Recorder(gpuDevice, this.ring, this.failures, this.totals);
    const whenLost = gpuDevice.lost.then((info) => this.noteLoss(info));
    this.transfers = new Transfers(gpuDevice, this.recorder, this.failures, this.totals);
    this.checks = new RangeChecks(gpuDevice, this.transfers);
    this.reports = new Reports(gpuDevice, this.queue, this.recorder, this.failures, whenLost, this.checks);
    const { maxBufferBytes } = this.limits;
    this.pool = new BufferPool(gpuDevice, { maxBufferBytes, maxMemoryBytes }, this.failures, (block) =>
      this.destroyLater(block),
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
    this.expressions = new ExpressionKernels(gpuDevice.limits, features);
    gpuDevice.addEventListener("uncapturederror", this.onUncapturedError);
  }

  allocate(bytes: number): DeviceBuffer {
    this.checkOpen();
    if (!Number.isSafeInteger(bytes) || bytes < 0) {
      throw new ArgumentError(`allocate: bytes: found ${bytes}, expected a non-negative integer`);
    }
    return new WebgpuBuffer(bytes, this.pool.take(bytes), this.pool);
  }

  free(buffer: DeviceBuffer): void {
    const own = this.checkBuffer(buffer, "free");
    own.isFreed = true;
    this.pool.give(own.block);
  }

  write(buffer: DeviceBuffer, byteOffset: number, data: ArrayBufferView): void {
    const own = this.checkView({ buffer, byteOffset, bytes: data.byteLength }, "write");
    if (data.byteLength === 0) return;
    const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
    // A write that runs immediately is copied immediately, by `queue.writeBuffer` or into staging memory.
    const runsAtOnce = this.queue.isFree && getBuiltinName(data.buffer) === "ArrayBuffer";
    const { offset, words, patches } = splitWrite(runsAtOnce ? bytes : bytes.slice(), byteOffset, own.bytes);
    if (words.length > 0) this.queue.push(() => this.transfers.write(own.block, offset, words));
    for (const { word, mask, bits } of patches) this.patchWord(own.block, word, mask, bits);
    this.reports.requestSubmit();
  }

  async read(buffer: DeviceBuffer, byteOffset: number, bytes: number): Promise<ArrayBuffer> {
    const { block } = this.checkView({ buffer, byteOffset, bytes }, "read");
    if (bytes === 0) return this.reports.waitForAll().then(() => new ArrayBuffer(0));
    return this.reports.takeTurn(() => this.transfers.read(block, byteOffset, bytes));
  }

  launch(launch: Launch): void {
    this.checkOpen();
    if (launch.kind === "kernel") this.launchKernel(launch);
    else if (launch.kind === "expression") this.launchExpression(launch);
    else this.launchHost(launch);
    this.reports.requestSubmit();
  }

  async idle(options: WaitOptions = {}): Promise<void> {
    this.checkOpen();
    await this.finish("idle", options);
  }

  memory(): { readonly live: number; readonly pooled: number; readonly peak: number } {
    this.checkOpen();
    return this.pool.getStatistics();
  }

  counters(): WebgpuCounters {
    return { ...this.totals };
  }

  async profile(body: () => void | Promise<void>): Promise<LaunchTime[]> {
    this.checkOpen();
    if (!this.limits.features.has("timestamp-query")) {
      throw new BackendError(`profile: found ${this.device}, expected a device with timestamp-query`);
    }
    const timer = new PassTimer(this.gpuDevice);
    this.queue.push(() => this.recorder.timeWith(timer));
    try {
      await body();
    } finally {
      this.queue.push(() => this.recorder.timeWith(undefined));
      await this.idle();
    }
    return timer.finish((timestamps, bytes) =>
      this.reports.takeTurn(() => this.transfers.readGpu(timestamps, 0, bytes)),
    );
  }

  async close(options: WaitOptions = {}): Promise<void> {
    this.checkOpen();
    const finished = this.finish("close", options);
    this.isClosed = true;
    try {
      await finished;
    } finally {
      await this.reports.waitUntilSettled();
      const destroy = (): void => this.destroy();
      // Destroying a device before its work has ended would block the calling thread until then.
      if (this.isGivenUp) void this.gpuDevice.queue.onSubmittedWorkDone().then(destroy, destroy);
      else destroy();
    }
  }

  private finish(user: string, options: WaitOptions): Promise<void> {
    return waitUntil(
      user,
      options,
      () => this.reports.waitForAll(),
      (reason) => {
        this.isGivenUp = true;
        this.failures.lose(this.makeLossError(`the GPU stopped: ${reason}`));
      },
    );
  }

  private launchKernel(launch: KernelLaunch<BufferView, never>): void {
    const { kernel, reads, writes, parameters, work, check } = launch;
    const { entry, language } = kernel;
    if (language !== "wgsl" || !("workgroups" in work)) {
      throw new BackendError(`${entry}: found a kernel in ${language}, expected one in wgsl`);
    }
    this.recent.note(entry);
    const counter = check && this.checks.getRegion(check);
    if (counter !== undefined) this.queue.push(() => this.checks.expect(counter));
    this.launcher.launch({
      name: entry,
      kernel: kernel as WgslKernel,
      reads: reads.map((view) => view && this.findRegion(view, entry)),
      writes: writes.map((view) => view && this.findRegion(view, entry)),
      counter,
      parameters,
      workgroups: work.workgroups,
    });
  }

  private launchExpression(launch: ExpressionLaunch<BufferView, never>): void {
    const name = this.expressions.getName(launch.expression);
    const reads = launch.reads.map(({ operand }) => this.findRegion(operand, name));
    const writes = launch.writes.map((operand) => this.findRegion(operand, name));
    if (countElements(launch.shape) === 0) return;
    this.recent.note(name);
    this.launcher.launch(this.expressions.makeCall(launch, reads, writes));
  }

  private launchHost(launch: HostLaunch<BufferView>): void {
    for (const { operand } of Object.values(launch.operands)) this.findRegion(operand, launch.name);
    this.recent.note(launch.name);
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
      parameters: orderParameters(wordPatch, { word: word - offset / 4, mask, bits }),
      workgroups: [1, 1, 1],
    });
  }

  private destroyLater(block: Block): void {
    this.queue.push(() => {
      this.launcher.groups.clear();
      this.recorder.callAfterSubmit(() => block.gpu.destroy());
    });
  }

  private destroy(): void {
    this.gpuDevice.removeEventListener("uncapturederror", this.onUncapturedError);
    this.pool.destroy();
    this.transfers.destroy();
    this.checks.destroy();
    this.ring.destroy();
    if (this.source !== undefined) this.gpuDevice.destroy();
    this.source = undefined;
  }

  private readonly onUncapturedError = (event: GPUUncapturedErrorEvent): void => {
    this.failures.addUncaptured(event.error);
  };

  private noteLoss({ reason, message }: GPUDeviceLostInfo): void {
    this.failures.lose(this.makeLossError(`the GPU device was lost (${reason}): ${message}`));
  }

  private makeLossError(reason: string): DeviceError {
    return new DeviceError(`${reason}; its latest launches: ${this.recent.describe()}`);
  }

  private findRegion(view: BufferView, user: string): Region {
    this.checkView(view, user);
    return findRegion(view, this.limits.offsetAlignment, user);
  }

  private checkView({ buffer, byteOffset, bytes }: BufferView, user: string): WebgpuBuffer {
    const own = this.checkBuffer(buffer, user);
    if (byteOffset < 0 || byteOffset + bytes > own.bytes) {
      throw new ArgumentError(
        `${user}: found bytes ${byteOffset} to ${byteOffset + bytes} of a buffer of ${own.bytes} bytes`,
      );
    }
    return own;
  }

  private checkBuffer(buffer: DeviceBuffer, user: string): WebgpuBuffer {
    this.checkOpen();
    if (!(buffer instanceof WebgpuBuffer) || buffer.pool !== this.pool) {
      throw new BackendError(`${user}: found a buffer of another device`);
    }
    if (buffer.isFreed) throw new DisposedError(`${user}: found a buffer that had been freed`);
    return buffer;
  }

  private checkOpen(): void {
    if (this.isClosed) throw new DisposedError("webgpu: the device was used after it had been closed");
  }
}
