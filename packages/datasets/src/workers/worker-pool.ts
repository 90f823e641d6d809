import { DataError } from "@evenkeel/tensor";
import type { Failure, FromWorker, ToWorker } from "./messages.ts";
import { listBuffers } from "./messages.ts";
import type { WorkerLike } from "./spawn-worker.ts";
import { observeWorker, setHeld } from "./spawn-worker.ts";
import { WorkerError } from "./worker-error.ts";

interface Task {
  readonly index: number;
  readonly example: unknown;
  resolve(changed: unknown): void;
  reject(error: unknown): void;
}

interface PoolMember {
  readonly worker: WorkerLike;
  /** The numbers of the tasks that it has. */
  readonly tasks: Set<number>;
  isReady: boolean;
}

/** A worker that has another task waiting does not idle between two. */
const mostTasks = 2;

/** Workers that take tasks from one queue. They start with the first task, and keep a process alive only while they have some. */
export class WorkerPool {
  private readonly spawn: () => WorkerLike | Promise<WorkerLike>;
  private readonly size: number;
  private readonly moved: boolean;
  private members: Promise<PoolMember | undefined>[] | undefined;
  private readonly ready: PoolMember[] = [];
  private readonly queue: number[] = [];
  private readonly tasks = new Map<number, Task>();
  private count = 0;
  private failure: WorkerError | undefined;

  /** `moved` tells whether the buffers of examples are moved to a worker instead of copied. */
  constructor(spawn: () => WorkerLike | Promise<WorkerLike>, size: number, moved: boolean) {
    this.spawn = spawn;
    this.size = size;
    this.moved = moved;
  }

  run(example: unknown, index: number): Promise<unknown> {
    if (this.failure === undefined) {
      this.members ??= Array.from({ length: this.size }, () => this.start());
    }
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.tasks.set(this.count, { index, example, resolve, reject });
      this.queue.push(this.count++);
      this.distribute();
    });
  }

  /** Rejects what is not finished, and ends the workers. */
  close(): Promise<void> {
    return this.fail(new WorkerError("mapInWorkers: the workers have been closed"));
  }

  private async start(): Promise<PoolMember | undefined> {
    try {
      const worker = await this.spawn();
      if (this.failure !== undefined) {
        await worker.terminate();
        return undefined;
      }
      const member: PoolMember = { worker, tasks: new Set(), isReady: false };
      const fail = (reason: string, cause?: unknown): void =>
        void this.fail(new WorkerError(`mapInWorkers: a worker has stopped: ${reason}`, { cause }));
      observeWorker(member.worker, (message) => this.hear(member, message), fail);
      return member;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      void this.fail(new WorkerError(`mapInWorkers: a worker could not start: ${reason}`, { cause: error }));
      return undefined;
    }
  }

  private hear(member: PoolMember, message: FromWorker): void {
    // A worker that is being terminated must stay held, or the process could end before it has.
    if (this.failure !== undefined) return;
    if ("evenkeelExample" in message) {
      this.finish(member, message.evenkeelExample, message);
    } else if (message.evenkeelWorker === "failed") {
      const { failure } = message;
      const error = new WorkerError(`mapInWorkers: the module could not be loaded: ${failure.message}`, {
        cause: makeError(failure),
      });
      void this.fail(error);
    } else if (!member.isReady) {
      member.isReady = true;
      this.ready.push(member);
      setHeld(member.worker, false);
      this.distribute();
    }
  }

  private finish(
    member: PoolMember,
    number: number,
    message: { readonly changed?: unknown; readonly failure?: Failure },
  ): void {
    const task = this.tasks.get(number);
    this.tasks.delete(number);
    member.tasks.delete(number);
    if (member.tasks.size === 0) setHeld(member.worker, false);
    if (message.failure === undefined) task?.resolve(message.changed);
    else task?.reject(makeExampleError(task.index, makeError(message.failure)));
    this.distribute();
  }

  /** Gives tasks to the workers that have the fewest. */
  private distribute(): void {
    for (let load = 0; load < mostTasks; load++) {
      for (const member of this.ready) {
        if (this.queue.length === 0) return;
        if (member.tasks.size === load) this.send(member, this.queue.shift()!);
      }
    }
  }

  private send(member: PoolMember, number: number): void {
    const task = this.tasks.get(number);
    if (task === undefined) return;
    const message: ToWorker = { evenkeelExample: number, example: task.example, index: task.index };
    try {
      member.worker.postMessage(message, this.moved ? [...listBuffers(task.example)] : []);
      member.tasks.add(number);
      setHeld(member.worker, true);
    } catch (error) {
      this.tasks.delete(number);
      task.reject(makeExampleError(task.index, error as Error));
    }
  }

  /** Rejects all tasks, now and later, and ends all workers; the first failure counts. */
  private async fail(failure: WorkerError): Promise<void> {
    this.failure ??= failure;
    for (const { reject } of this.tasks.values()) reject(this.failure);
    this.tasks.clear();
    this.queue.length = 0;
    const members = await Promise.all(this.members ?? []);
    await Promise.all(members.map((member) => member?.worker.terminate()));
  }
}

const makeExampleError = (index: number, cause: Error): DataError =>
  new DataError(`mapInWorkers: example ${index}: ${cause.message}`, { cause });

function makeError({ name, message, stack }: Failure): Error {
  const error = new Error(message);
  return Object.assign(error, { name, stack: stack ?? error.stack });
}
