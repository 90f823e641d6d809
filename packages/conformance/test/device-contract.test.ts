import { cpu } from "@evenkeel/backend-cpu";
import { describe, expect, test } from "vitest";
import { checkSelecting, deviceContract, knownFailures, recordingBackend } from "../src/index.ts";

for (const threads of [1, 2]) {
  describe(`cpu, threads: ${threads}`, () => {
    for (const { name, run } of deviceContract) {
      test(name, async () => run(await cpu.open({ threads })));
    }
  });
}

describe("a recording backend keeps the contract", () => {
  for (const { name, run } of deviceContract) {
    test(name, async () => run(recordingBackend(await cpu.open({ threads: 1 }))));
  }
});

test("selecting takes the first that opens, and what is preferred must open", () => checkSelecting(cpu));

test("no failure is accepted on the CPU", () => {
  expect(knownFailures.filter(({ backend }) => backend === "cpu")).toEqual([]);
});
