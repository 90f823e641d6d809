type Run = (lock: object | null) => unknown;

/** Web Locks that no other test holds. Requests that would have to wait are not needed. */
export class FakeLocks {
  private readonly held = new Map<string, ("shared" | "exclusive")[]>();

  async request(
    name: string,
    { mode = "exclusive", ifAvailable }: { mode?: "shared" | "exclusive"; ifAvailable?: true },
    run: Run,
  ): Promise<unknown> {
    const holders = this.held.get(name) ?? [];
    this.held.set(name, holders);
    if (holders.includes("exclusive") || (mode === "exclusive" && holders.length > 0)) {
      if (!ifAvailable) throw new Error(`${name}: found a request that waits`);
      return run(null);
    }
    holders.push(mode);
    try {
      return await run({});
    } finally {
      holders.splice(holders.indexOf(mode), 1);
    }
  }
}
