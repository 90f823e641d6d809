import { cpu } from "@evenkeel/backend-cpu";
import type { Backend } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allCases, differingBits, runCase } from "../src/index.ts";

let backend: Backend;
let threaded: Backend;
beforeAll(async () => {
  backend = await cpu.open({ threads: 1 });
  threaded = await cpu.open({ threads: 2 });
});
afterAll(async () => {
  await backend.close();
  await threaded.close();
});

for (const opCases of allCases) {
  describe(opCases.op.name, () => {
    for (const opCase of opCases.cases) {
      test(opCase.name, async (context) => {
        const { status, reason, checks } = await runCase(backend, opCases, opCase);
        if (status === "skipped") context.skip(reason);
        expect(checks.flatMap(({ check, failure }) => (failure ? [`${check}: ${failure}`] : []))).toEqual([]);
        expect(await differingBits(backend, threaded, opCases, opCase)).toEqual([]);
      });
    }
  });
}
