import { spawnSync } from "node:child_process";
import { decodeModule } from "@evenkeel/tensor";
import { describe, expect, it, vi } from "vitest";
import { addMark } from "./compile.ts";
import { wideModule } from "./probe.wide.ts";
import { makeTrial } from "./trial.ts";

describe("an attempt to compile a module in another process", () => {
  it("succeeds for a module, and fails for bytes that are none", () => {
    const attempt = makeTrial({ spawnSync });
    expect(attempt(addMark(decodeModule(wideModule)))).toBe(true);
    expect(attempt(new Uint8Array(8))).toBe(false);
  });

  it("fails if that process crashes or cannot start", () => {
    const crash = vi.fn(() => ({ status: null, signal: "SIGTRAP" }));
    expect(makeTrial({ spawnSync: crash as never })(new Uint8Array(8))).toBe(false);
    expect(crash).toHaveBeenCalledOnce();
  });
});
