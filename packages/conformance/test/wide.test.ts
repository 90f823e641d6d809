import { cpu } from "@evenkeel/backend-cpu";
import type { Backend, Limits, OpCase, OpCases, WasmKernel } from "@evenkeel/tensor";
import { findPlanner, listStorages, loadPlans } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allCases, findDifferingBits, findLack, runCase } from "../src/index.ts";
import { referenceFiles } from "./reference-files.ts";

/** Why this engine has no vectors of 256 bits; undefined where it has them. */
const reason: string | undefined = await cpu({ threads: 1, vectors: 256 })
  .open()
  .then(
    async (backend) => {
      await backend.close();
      return undefined;
    },
    (error: unknown) => String(error),
  );
await loadPlans(["wasm"]);

const limits: Limits = {
  storage: listStorages("wasm"),
  maxBufferBytes: 2 ** 32,
  offsetAlignment: 4,
  features: new Set(["non-finite", "relaxed-simd", "wide-simd"]),
};

const listCases = (opCases: OpCases): readonly OpCase[] =>
  opCases.cases.filter((opCase) => findLack(limits, opCases, opCase).length === 0);

/** Whether an op has wide kernels for one of its cases. */
function hasWideKernels(opCases: OpCases): boolean {
  const plan = findPlanner(opCases.op, { languages: ["wasm"] });
  return listCases(opCases).some(({ inputs, attrs }) => {
    const launches =
      plan?.(
        inputs,
        attrs,
        limits,
        inputs.map(() => false),
      ).launches ?? [];
    return launches.some((launch) => (launch as { kernel?: Partial<WasmKernel> }).kernel?.vectorBits === 256);
  });
}

/** Ops whose wide kernels add in the same order as the narrow ones. */
const sameOrder = ["matmul"];

const references = referenceFiles();
const wideCases = allCases.filter(hasWideKernels);

test("products have wide kernels", () => {
  expect(wideCases.map(({ op }) => op.name)).toEqual(expect.arrayContaining(sameOrder));
});

const title = reason === undefined ? "wide kernels" : `wide kernels (skipped: ${reason})`;
describe.skipIf(reason !== undefined)(title, () => {
  let narrow: Backend;
  let wide: readonly Backend[];
  beforeAll(async () => {
    narrow = await cpu({ threads: 1, vectors: 128 }).open();
    wide = await Promise.all([1, 2, 4].map((threads) => cpu({ threads, vectors: 256 }).open()));
  });
  afterAll(() => Promise.all([narrow, ...wide].map((backend) => backend.close())));

  for (const opCases of wideCases) {
    describe(opCases.op.name, () => {
      for (const opCase of listCases(opCases)) {
        test(opCase.name, async () => {
          const { checks } = await runCase(wide[0]!, opCases, opCase, references);
          expect(checks.flatMap(({ check, failure }) => (failure ? [`${check}: ${failure}`] : []))).toEqual(
            [],
          );
          const others = [...wide.slice(1), ...(sameOrder.includes(opCases.op.name) ? [narrow] : [])];
          for (const other of others) {
            expect(await findDifferingBits(wide[0]!, other, opCases, opCase)).toEqual([]);
          }
        });
      }
    });
  }
});
