import { spawnSync } from "node:child_process";
import { describe, expect, it, vi } from "vitest";
import { prepareModule } from "./compile.ts";
import { wideModule } from "./probe.wide.ts";
import { makeTrial } from "./trial.ts";

describe("an attempt to compile a module in another process", () => {
  it.each([true, false])("succeeds for a module with memory that is shared: %s", (isShared) => {
    expect(makeTrial({ spawnSync })(prepareModule(wideModule, isShared), isShared)).toBe(true);
  });

  it("fails for bytes that are no module", () => {
    expect(makeTrial({ spawnSync })(new Uint8Array(8), true)).toBe(false);
  });

  it("fails if that process crashes or cannot start", () => {
    const crash = vi.fn(() => ({ status: null, signal: "SIGTRAP" }));
    expect(makeTrial({ spawnSync: crash as never })(new Uint8Array(8), true)).toBe(false);
    expect(crash).toHaveBeenCalledOnce();
  });
});
