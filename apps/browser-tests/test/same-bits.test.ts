import { cpu } from "@evenkeel/backend-cpu";
import { computeCaseBits, findLack } from "@evenkeel/conformance";
import type { Backend } from "@evenkeel/tensor";
import { listStorages } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BitsOutcome } from "../src/jobs.ts";
import { smallCases } from "../src/small-cases.ts";
import { describeInChromium } from "./in-chromium.ts";
import { isolatedCpu, plainCpu } from "./settings.ts";

// `conformance` compares the CPU's results in Node with the reference; identical bits need no second comparison.
describeInChromium(({ run }) => {
  let backend: Backend;
  let expected: string[];
  beforeAll(async () => {
    backend = await cpu({ threads: 2, vectors: 128 }).open();
    expected = [];
    for (const opCases of smallCases) {
      for (const opCase of opCases.cases) expected.push(await computeCaseBits(backend, opCases, opCase));
    }
  }, 900_000);
  afterAll(() => backend.close());

  test("every case that a CPU can run has recorded bits", () => {
    const bits = / \/ .*: forward [0-9a-f]{16}(, [a-z]+ [0-9a-f]{16})*$/;
    const promised = { storage: listStorages("wasm"), features: new Set(["non-finite"]) };
    const lacking = smallCases.flatMap((ofOp) => ofOp.cases.map((one) => findLack(promised, ofOp, one)));
    expect(expected.map((line) => bits.test(line))).toEqual(lacking.map((lacked) => lacked.length === 0));
  });

  describe.each([isolatedCpu, plainCpu])("$name", ({ setting, backend, device }) => {
    test("gives the same bits as Node in conformance cases of every op", async () => {
      const outcome = await run<BitsOutcome>(setting, { backend, task: "bits" });
      expect(outcome.device).toMatch(device);
      // A bundle may change the order of the cases.
      const same = new Set(expected);
      expect(outcome.bits.filter((line) => !same.has(line))).toEqual([]);
      expect(new Set(outcome.bits).size).toBe(same.size);
    });
  });
});
