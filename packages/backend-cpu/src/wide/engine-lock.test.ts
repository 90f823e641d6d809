import { afterEach, describe, expect, it, vi } from "vitest";
import { hasEngineLock, withEngineLock } from "./engine-lock.ts";

afterEach(() => vi.unstubAllGlobals());

/** Web Locks whose lock another thread holds for some attempts. */
const stubLocks = (attempts: number): void => {
  const request = async (
    _name: string,
    _options: object,
    run: (lock: unknown) => unknown,
  ): Promise<unknown> => run(attempts-- > 0 ? null : {});
  vi.stubGlobal("navigator", { locks: { request } });
};

describe("the lock of the engine", () => {
  it("is taken when another thread has released it", async () => {
    stubLocks(2);
    const run = vi.fn(() => undefined);
    expect(await hasEngineLock()).toBe(true);
    expect(await withEngineLock(run)).toBeUndefined();
    expect(run).toHaveBeenCalledOnce();
  });

  it("passes an error on", async () => {
    stubLocks(0);
    const fail = (): never => {
      throw new Error("bad bytes");
    };
    await expect(withEngineLock(fail)).rejects.toThrow("bad bytes");
  });

  it("is not needed on the main thread, and missing on others, where there are no locks", async () => {
    vi.stubGlobal("navigator", undefined);
    expect(await withEngineLock(() => 5)).toBe(5);
    for (const isMainThread of [true, false]) {
      vi.stubGlobal("process", { ...process, getBuiltinModule: () => ({ isMainThread }) });
      expect(await hasEngineLock()).toBe(isMainThread);
    }
  });
});
