import { findLack } from "@evenkeel/conformance";
import { listStorages } from "@evenkeel/tensor";
import { expect, test } from "vitest";
import type { ConformanceOutcome } from "../src/jobs.ts";
import { smallCases } from "../src/small-cases.ts";
import { describeInChromium } from "./in-chromium.ts";
import { gpu } from "./settings.ts";

describeInChromium(({ run }) => {
  test("WebGPU passes cases of every op of the conformance suite", async () => {
    const { setting, backend, device } = gpu;
    const outcome = await run<ConformanceOutcome>(setting, { backend, task: "conformance" });
    expect(outcome.device).toMatch(device);
    expect(outcome.failures).toEqual([]);
    const promised = { storage: listStorages("wgsl"), features: new Set(["non-finite"]) };
    const lacking = smallCases.flatMap((ofOp) => ofOp.cases.map((one) => findLack(promised, ofOp, one)));
    // Five cases of nearly each of 163 ops, a sample, because a page takes a tenth of a second for each. Node runs all of them.
    expect(lacking.length).toBeGreaterThan(780);
    const skipped = lacking.filter((lacked) => lacked.length > 0).length;
    expect(outcome).toMatchObject({ passed: lacking.length - skipped, failed: 0, skipped });
  });
});
