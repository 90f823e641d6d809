import { loadNodeModule } from "@evenkeel/tensor";

/** The part of Web Locks that is used. The threads of a process share them; Node has them since version 24.5. */
interface Locks {
  request<Result>(
    name: string,
    options: { readonly mode?: "shared" | "exclusive"; readonly ifAvailable?: true },
    run: (lock: unknown) => Result | Promise<Result>,
  ): Promise<Result>;
}

const flagsLock = "evenkeel: flags of the engine";

/** What other threads need to know of a thread. */
export type Claim = "kernels" | "wide kernels";

const nameLock = (claim: Claim): string => `evenkeel: ${claim}`;

/** Waiting for a lock would not keep a thread alive that has nothing else to do, a timer does. */
const pollMilliseconds = 5;

/** Whether no other thread of the process can run `withEngineLock` at the same time. */
export async function hasEngineLock(): Promise<boolean> {
  if (getLocks() !== undefined) return true;
  const threads = await loadNodeModule<typeof import("node:worker_threads")>("node:worker_threads");
  return threads?.isMainThread === true;
}

/** Runs a function that changes flags of the engine, one thread at a time where the platform has locks. */
export async function withEngineLock<Result>(run: () => Result | Promise<Result>): Promise<Result> {
  const locks = getLocks();
  if (locks === undefined) return run();
  for (;;) {
    const done = await locks.request(flagsLock, { ifAvailable: true }, async (lock) =>
      lock === null ? undefined : { result: await run() },
    );
    if (done !== undefined) return done.result;
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
  }
}

/** The claims that this thread has made. */
const claims = new Set<Claim>();

/** Tells the other threads of the process that this one has something, until it ends. */
export async function claim(what: Claim): Promise<void> {
  const locks = getLocks();
  if (locks === undefined || claims.has(what)) return;
  claims.add(what);
  await new Promise<void>((resolve) => {
    const hold = (): Promise<never> => {
      resolve();
      return new Promise(() => {});
    };
    void locks.request(nameLock(what), { mode: "shared" }, hold);
  });
}

/** Whether another thread has claimed it. Not known to a thread that has claimed it too. */
export async function isClaimed(what: Claim): Promise<boolean> {
  const locks = getLocks();
  if (locks === undefined) return false;
  return locks.request(nameLock(what), { ifAvailable: true }, (lock) => lock === null);
}

const getLocks = (): Locks | undefined => (globalThis.navigator as { locks?: Locks } | undefined)?.locks;
