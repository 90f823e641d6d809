import type {
  Backend,
  BufferView,
  DeviceBuffer,
  ExpressionLaunch,
  HostLaunch,
  KernelLaunch,
  Launch,
  Limits,
  WaitOptions,
  WasmKernel,
} from "@evenkeel/tensor";
import {
  ArgumentError,
  BackendError,
  DeviceError,
  DisposedError,
  encodeArguments,
  listStorages,
  makeWasmKernel,
  waitUntil,
} from "@evenkeel/tensor";
import { CpuBuffer } from "./buffer.ts";
import { copyKernels } from "./kernels/copy.kernels.ts";
import { module as copyModule } from "./kernels/copy.wasm.ts";
import type { KernelHandle } from "./kernels/kernel-registry.ts";
import { KernelRegistry } from "./kernels/kernel-registry.ts";
import { computeWork, ExpressionKernels, pushGeometry } from "./launches/expression-kernels.ts";
import { withHostArrays } from "./launches/host-arrays.ts";
import { RangeChecks } from "./launches/range-checks.ts";
import type { Block } from "./memory/allocator.ts";
import { wordsOfBlock } from "./memory/argument-blocks.ts";
import type { DeviceMemory } from "./memory/device-memory.ts";
import { Heap } from "./memory/heap.ts";
import type { Engine, Failure } from "./queue/engine.ts";
import { noKernel } from "./queue/entry.ts";
import { Queue } from "./queue/queue.ts";
import type { CompileWide } from "./wide/vectors-option.ts";

const copyKernel: WasmKernel = makeWasmKernel(copyModule, "copy", copyKernels);
/** Bytes of a copy that one thread takes at a time. */
const copyChunk = 2 ** 20;

interface KernelWork {
  readonly items: number;
  readonly chunk: number;
  readonly scratchBytes?: number;
}

/** WebAssembly kernels over one memory, run in order by an engine. */
export class CpuDevice implements Backend {
  readonly name: string = "cpu";
  readonly device: string;
  readonly threads: number;
  static readonly languages: readonly string[] = ["wasm"];
  readonly languages: readonly string[] = CpuDevice.languages;
  readonly limits: Limits;
  private readonly engine: Engine;
  private readonly queue: Queue;
  private readonly heap: Heap;
  private readonly registry: KernelRegistry;
  private readonly expressions: ExpressionKernels;
  private readonly checks: RangeChecks;
  private scratch: Block | undefined;
  private isClosed = false;

  /** `compileWide` compiles the modules of wide kernels, which plans choose if the features have `wide-simd`. */
  constructor(
    memory: DeviceMemory,
    engine: Engine,
    features: ReadonlySet<string>,
    compileWide?: CompileWide | undefined,
  ) {
    this.engine = engine;
    this.queue = new Queue(engine, (failure) => this.makeError(failure));
    this.heap = new Heap(memory, (ticket) => this.queue.isDone(ticket));
    this.registry = new KernelRegistry(
      this.heap,
      compileWide && ((module) => engine.share(compileWide(module, memory.isShared))),
    );
    this.expressions = new ExpressionKernels(this.registry);
    this.checks = new RangeChecks(this.heap, engine.threads);
    this.threads = engine.threads;
    const simd = features.has("wide-simd") ? "SIMD 256" : "SIMD";
    this.device = `WebAssembly ${simd}, ${this.threads} ${this.threads === 1 ? "thread" : "threads"}`;
    this.limits = {
      storage: listStorages("wasm"),
      maxBufferBytes: memory.capacity,
      offsetAlignment: 4,
      features,
    };
  }

  allocate(bytes: number): DeviceBuffer {
    this.checkOpen();
    if (!Number.isSafeInteger(bytes) || bytes < 0) {
      throw new ArgumentError(`allocate: bytes: found ${bytes}, expected a non-negative integer`);
    }
    return new CpuBuffer(bytes, this.heap.allocate(bytes), this.heap);
  }

  free(buffer: DeviceBuffer): void {
    const own = this.checkBuffer(buffer, "free");
    own.isFreed = true;
    this.heap.free(own.block, own.bytes);
  }

  write(buffer: DeviceBuffer, byteOffset: number, data: ArrayBufferView): void {
    const bytes = data.byteLength;
    const address = this.findAddress({ buffer, byteOffset, bytes }, "write");
    const source = new Uint8Array(data.buffer, data.byteOffset, bytes);
    const { block } = buffer as CpuBuffer;
    if (this.queue.isDone(block.lastUse)) {
      this.heap.memory.bytes.set(source, address);
    } else if (bytes > 0) {
      const staged = this.heap.tryStage(bytes);
      if (staged === undefined) {
        const copy = source.slice();
        block.lastUse = this.queueHost("write", () => this.heap.memory.bytes.set(copy, address));
        return;
      }
      this.heap.memory.bytes.set(source, staged.address);
      block.lastUse = this.queueCopy(staged.address, address, bytes);
      this.heap.unstage(staged, block.lastUse);
    }
  }

  async read(buffer: DeviceBuffer, byteOffset: number, bytes: number): Promise<ArrayBuffer> {
    const address = this.findAddress({ buffer, byteOffset, bytes }, "read");
    const { block } = buffer as CpuBuffer;
    if (this.queue.isDone(block.lastUse) || bytes === 0) {
      const contents = this.copyContents(address, bytes);
      await this.queue.waitUntil(this.queue.next);
      return contents;
    }
    const staged = this.heap.tryStage(bytes);
    if (staged === undefined) return this.readOnHost(block, address, bytes);
    const ticket = this.queueCopy(address, staged.address, bytes);
    block.lastUse = ticket;
    try {
      await this.queue.waitUntil(ticket + 1);
      return this.copyContents(staged.address, bytes);
    } finally {
      this.heap.unstage(staged, ticket);
    }
  }

  launch(launch: Launch): void {
    this.checkOpen();
    if (launch.kind === "kernel") this.launchKernel(launch);
    else if (launch.kind === "expression") this.launchExpression(launch);
    else this.launchHost(launch);
  }

  async idle(options: WaitOptions = {}): Promise<void> {
    this.checkOpen();
    await this.finish("idle", options);
  }

  memory(): { readonly live: number; readonly pooled: number; readonly peak: number } {
    this.checkOpen();
    return this.heap.getStatistics();
  }

  async close(options: WaitOptions = {}): Promise<void> {
    this.checkOpen();
    const finished = this.finish("close", options);
    this.isClosed = true;
    try {
      await finished;
    } finally {
      await this.engine.stop();
    }
  }

  private finish(user: string, options: WaitOptions): Promise<void> {
    const { queue, engine } = this;
    return waitUntil(
      user,
      options,
      () => queue.waitUntil(queue.next),
      (reason) => engine.lose(reason),
    );
  }

  private launchKernel(launch: KernelLaunch<BufferView, never>): void {
    const { kernel, reads, writes, parameters, work, check } = launch;
    if (kernel.language !== "wasm" || !("items" in work)) {
      throw new BackendError(`${kernel.entry}: found a kernel in ${kernel.language}, expected one in wasm`);
    }
    const operands = [...reads, ...writes];
    const addresses = operands.map((view) => (view === undefined ? 0 : this.findAddress(view, kernel.entry)));
    const { parameterTypes } = kernel as WasmKernel;
    const args = encodeArguments(addresses, parameterTypes, parameters);
    const handle = this.registry.getHandle(kernel as WasmKernel);
    const counters = check === undefined ? 0 : this.checks.getCounters(check);
    this.markUse(operands, this.queueKernel(handle, work, args, counters));
  }

  private launchExpression(launch: ExpressionLaunch<BufferView, never>): void {
    const handle = this.expressions.getHandle(launch.expression, launch);
    const operands = [...launch.reads.map(({ operand }) => operand), ...launch.writes];
    const words = operands.map((view) => this.findAddress(view, handle.name));
    pushGeometry(words, launch);
    const args = encodeArguments(words, launch.expression.scalars, launch.scalars);
    this.markUse(operands, this.queueKernel(handle, computeWork(launch.shape), args));
  }

  private launchHost({ name, operands, run }: HostLaunch<BufferView>): void {
    const placed = Object.entries(operands).map(
      ([operandName, operand]) =>
        [operandName, { ...operand, address: this.findAddress(operand.operand, name) }] as const,
    );
    const ticket = this.queueHost(name, () => withHostArrays(this.heap.memory, placed, this.limits, run));
    this.markUse(
      Object.values(operands).map(({ operand }) => operand),
      ticket,
    );
  }

  /** Copies on the host, at its place in the queue, when there is no memory for a staging block. Later launches wait for it. */
  private async readOnHost(block: Block, address: number, bytes: number): Promise<ArrayBuffer> {
    let contents = new ArrayBuffer(0);
    const ticket = this.queueHost("read", () => {
      contents = this.copyContents(address, bytes);
    });
    block.lastUse = ticket;
    await this.queue.waitUntil(ticket + 1);
    return contents;
  }

  private queueHost(name: string, run: () => void | Promise<void>): number {
    return this.queue.push({ kind: "host", name, run });
  }

  private queueCopy(from: number, to: number, bytes: number): number {
    const handle = this.registry.getHandle(copyKernel);
    return this.queueKernel(handle, { items: bytes, chunk: copyChunk }, [from, to]);
  }

  /** Returns the launch's ticket, or the latest ticket if there is nothing to do. */
  private queueKernel(kernel: KernelHandle, work: KernelWork, args: readonly number[], counters = 0): number {
    const { items, chunk, scratchBytes = 0 } = work;
    if (!Number.isSafeInteger(items) || items < 0 || !Number.isSafeInteger(chunk) || chunk < 1) {
      throw new ArgumentError(`${kernel.name}: work: found ${items} items in chunks of ${chunk}`);
    }
    if (items === 0) return this.queue.next - 1;
    const stride = Math.ceil(scratchBytes / 64) * 64;
    const long = args.length > wordsOfBlock ? this.heap.stage(args.length * 4) : undefined;
    if (long !== undefined) this.heap.memory.words.set(args, long.address >>> 2);
    const ticket = this.queue.push({
      kind: "kernel",
      kernel,
      items,
      chunk,
      scratch: stride === 0 ? 0 : this.getScratch(stride),
      scratchStride: stride,
      args,
      argsAddress: long?.address ?? 0,
      counters,
    });
    if (long !== undefined) this.heap.unstage(long, ticket);
    if (stride > 0) this.scratch!.lastUse = ticket;
    return ticket;
  }

  private makeError({ kernel, message, outside }: Failure): Error {
    if (outside !== undefined) return this.checks.makeError(outside.counters, outside.count);
    const launch = kernel === noKernel ? this.name : `launch "${this.registry.getName(kernel)}" failed`;
    return new DeviceError(`${launch}: ${message}`);
  }

  /** One scratch block for all workers. Launches run one after the other, so all of them share it. */
  private getScratch(bytes: number): number {
    const needed = bytes * this.engine.threads;
    if (this.scratch === undefined || this.scratch.bytes < needed) {
      const larger = this.heap.allocateScratch(needed);
      if (this.scratch !== undefined) this.heap.freeScratch(this.scratch);
      this.scratch = larger;
    }
    return this.scratch.address;
  }

  private markUse(operands: readonly (BufferView | undefined)[], ticket: number): void {
    for (const view of operands) {
      if (view !== undefined) (view.buffer as CpuBuffer).block.lastUse = ticket;
    }
  }

  private copyContents(address: number, bytes: number): ArrayBuffer {
    const copy = new Uint8Array(bytes);
    copy.set(this.heap.memory.bytes.subarray(address, address + bytes));
    return copy.buffer;
  }

  private findAddress({ buffer, byteOffset, bytes }: BufferView, user: string): number {
    const own = this.checkBuffer(buffer, user);
    if (byteOffset < 0 || byteOffset + bytes > own.bytes) {
      throw new ArgumentError(
        `${user}: found bytes ${byteOffset} to ${byteOffset + bytes} of a buffer of ${own.bytes} bytes`,
      );
    }
    return own.block.address + byteOffset;
  }

  private checkBuffer(buffer: DeviceBuffer, user: string): CpuBuffer {
    this.checkOpen();
    if (!(buffer instanceof CpuBuffer) || buffer.heap !== this.heap) {
      throw new BackendError(`${user}: found a buffer of another device`);
    }
    if (buffer.isFreed) throw new DisposedError(`${user}: found a buffer that had been freed`);
    return buffer;
  }

  private checkOpen(): void {
    if (this.isClosed) throw new DisposedError("cpu: the device was used after it had been closed");
  }
}
