import { BackendError } from "@evenkeel/tensor";
import { ringCapacity } from "../memory/argument-blocks.ts";
import type { DeviceMemory } from "../memory/device-memory.ts";
import type { Engine, Failure } from "../queue/engine.ts";
import { EngineLost, Milestones } from "../queue/engine.ts";
import type { Entry } from "../queue/entry.ts";
import { noKernel, readKernel } from "../queue/entry.ts";
import { HostRing } from "./host-ring.ts";
import { computeSlot, countRingBytes } from "./ring.ts";
import type { Spawn, WorkerThread } from "./spawn.ts";
import { spawn } from "./spawn.ts";

/** Runs entries on a pool of workers that share the memory. The calling thread never blocks. */
export class ThreadEngine implements Engine {
  readonly lookahead: number = ringCapacity;
  private readonly memory: DeviceMemory;
  private readonly ring: HostRing;
  private readonly milestones = new Milestones();
  private workers: readonly WorkerThread[] = [];
  private sharedModules = 0;
  private published = 0;
  private finished = 0;
  private isListening = false;
  private lost: EngineLost | undefined;

  private constructor(memory: DeviceMemory, shared: SharedArrayBuffer) {
    this.memory = memory;
    this.ring = new HostRing(shared);
  }

  /** Rejects with BackendError when the platform does not let workers start, or has no shared memory for their queue. */
  static async start(
    memory: DeviceMemory,
    threads: number,
    spawnWorker: Spawn = spawn,
  ): Promise<ThreadEngine> {
    const shared = allocateShared(countRingBytes(threads));
    const engine = new ThreadEngine(memory, shared);
    const starts = Array.from({ length: threads }, (_, worker) =>
      spawnWorker({ memory: memory.memory, shared, worker, threads }, (reason) =>
        engine.lose(`a worker thread stopped: ${reason}`),
      ),
    );
    const results = await Promise.allSettled(starts);
    engine.workers = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    for (const result of results) {
      if (result.status === "fulfilled") continue;
      await engine.stop();
      throw result.reason;
    }
    return engine;
  }

  get threads(): number {
    return this.workers.length;
  }

  share(module: WebAssembly.Module): number {
    for (const worker of this.workers) worker.send(module);
    return this.sharedModules++;
  }

  countCompleted(): number {
    this.finished = this.ring.countFinishedSince(this.finished);
    return this.finished;
  }

  tryEnqueue(entry: Entry): boolean {
    if (
      this.published - this.finished >= ringCapacity &&
      this.published - this.countCompleted() >= ringCapacity
    ) {
      return false;
    }
    this.ring.publish(this.published++, entry, this.threads, this.memory.words);
    return true;
  }

  finishHost(): void {
    this.ring.finishHost();
  }

  waitUntil(completed: number): Promise<void> {
    if (this.lost !== undefined) return Promise.reject(this.lost);
    if (this.countCompleted() >= completed) return Promise.resolve();
    const reached = this.milestones.wait(completed);
    this.listen();
    return reached;
  }

  takeFailure(ticket: number): Failure | undefined {
    return this.ring.takeFailure(ticket, this.finished);
  }

  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  /** Waits for the next milestone. The workers are held meanwhile, because promises alone do not keep a Node process alive. */
  private listen(): void {
    for (;;) {
      const { next } = this.milestones;
      if (next === undefined) break;
      const signal = this.ring.requestSignal(next);
      if (this.countCompleted() >= next) {
        this.milestones.reach(this.finished);
        continue;
      }
      this.workers[0]!.hold();
      if (this.isListening) return;
      const change = this.ring.waitForChange(signal);
      if (change === undefined) continue;
      this.isListening = true;
      void change.then(() => {
        this.isListening = false;
        this.milestones.reach(this.countCompleted());
        this.listen();
      });
      return;
    }
    this.ring.stopSignals();
    this.workers[0]!.release();
  }

  lose(reason: string): void {
    if (this.lost !== undefined) return;
    const ticket = this.countCompleted();
    const kernel =
      ticket < this.published ? readKernel(this.ring.slots, computeSlot(this.ring.openTag())) : noKernel;
    this.lost = new EngineLost({ ticket, kernel, message: reason });
    this.milestones.fail(this.lost);
    void this.stop();
  }
}

function allocateShared(bytes: number): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BackendError(
      `cpu: the engine does not provide ${bytes} bytes of shared memory for threads: ${reason}`,
      {
        cause,
      },
    );
  }
}
