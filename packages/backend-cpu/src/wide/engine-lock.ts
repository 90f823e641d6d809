import { loadNodeModule } from "@evenkeel/tensor";

/** The part of Web Locks that is used. The threads of a process share them; Node has them since version 24.5. */
interface Locks {
  request<Result>(
    name: string,
    options: { readonly ifAvailable: true },
    run: (lock: unknown) => Result | undefined,
  ): Promise<Result | undefined>;
}

const lockName = "evenkeel: flags of the engine";

/** Waiting for a lock would not keep a thread alive that has nothing else to do, a timer does. */
const pollMilliseconds = 5;

/** Whether no other thread of the process can run `withEngineLock` at the same time. */
export async function hasEngineLock(): Promise<boolean> {
  if (getLocks() !== undefined) return true;
  const threads = await loadNodeModule<typeof import("node:worker_threads")>("node:worker_threads");
  return threads?.isMainThread === true;
}

/** Runs a function that changes flags of the engine, one thread at a time where the platform has locks. */
export async function withEngineLock<Result>(run: () => Result): Promise<Result> {
  const locks = getLocks();
  if (locks === undefined) return run();
  for (;;) {
    const options = { ifAvailable: true } as const;
    const done = await locks.request(lockName, options, (lock) =>
      lock === null ? undefined : { result: run() },
    );
    if (done !== undefined) return done.result;
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
  }
}

const getLocks = (): Locks | undefined => (globalThis.navigator as { locks?: Locks } | undefined)?.locks;
