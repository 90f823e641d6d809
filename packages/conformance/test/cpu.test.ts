import { cpu } from "@evenkeel/backend-cpu";
import type { Backend } from "@evenkeel/tensor";
import { DTypeError, listStorages, zeros } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allCases, findDifferingBits, findLack, runCase } from "../src/index.ts";
import { referenceFiles } from "./reference-files.ts";

const references = referenceFiles();
let backend: Backend;
let threaded: Backend;
beforeAll(async () => {
  backend = await cpu({ threads: 1 }).open();
  threaded = await cpu({ threads: 2 }).open();
});
afterAll(async () => {
  await backend.close();
  await threaded.close();
});

test("f16 is not supported, and the error names it", () => {
  const make = () => zeros([2], { dtype: "f16", backend });
  expect(make).toThrow(DTypeError);
  expect(make).toThrow("found f16, expected a dtype that this device supports");
});

const promised = { storage: listStorages("wasm"), features: new Set(["non-finite"]) };

for (const opCases of allCases) {
  describe(opCases.op.name, () => {
    for (const opCase of opCases.cases.filter((one) => findLack(promised, opCases, one).length === 0)) {
      test(opCase.name, async () => {
        const { status, reason, checks } = await runCase(backend, opCases, opCase, references);
        expect(status, reason).not.toBe("skipped");
        expect(checks.flatMap(({ check, failure }) => (failure ? [`${check}: ${failure}`] : []))).toEqual([]);
        expect(await findDifferingBits(backend, threaded, opCases, opCase)).toEqual([]);
      });
    }
  });
}
