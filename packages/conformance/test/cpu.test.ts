import { cpu } from "@evenkeel/backend-cpu";
import type { Backend } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allCases, checkSelecting, deviceContract, knownFailures, runCase } from "../src/index.ts";

for (const threads of [1, 2]) {
  describe(`cpu, threads: ${threads}`, () => {
    describe("device contract", () => {
      for (const { name, run } of deviceContract) {
        test(name, async () => run(await cpu.open({ threads })));
      }
    });

    describe("ops", () => {
      let backend: Backend;
      beforeAll(async () => {
        backend = await cpu.open({ threads });
      });
      afterAll(() => backend.close());

      for (const opCases of allCases) {
        describe(opCases.op.name, () => {
          for (const opCase of opCases.cases) {
            test(opCase.name, async (context) => {
              const outcome = await runCase(backend, opCases, opCase);
              if (outcome.status === "skipped") context.skip(outcome.reason);
              expect(
                outcome.checks.flatMap(({ check, failure }) => (failure ? [`${check}: ${failure}`] : [])),
              ).toEqual([]);
            });
          }
        });
      }
    });
  });
}

test("selecting takes the first that opens, and what is preferred must open", () => checkSelecting(cpu));

test("no failure is accepted on the CPU", () => {
  expect(knownFailures.filter(({ backend }) => backend === "cpu")).toEqual([]);
});
