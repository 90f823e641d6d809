import { cpu } from "@evenkeel/backend-cpu";
import type { Backend } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runConformance } from "../src/index.ts";

const GiB = 2 ** 30;

/** Kernels of every kind: expressions, copies, sums, indexing, products, convolutions, and reductions in parts. */
const ops = [
  "add",
  "transpose",
  "concatenate",
  "sum",
  "take",
  "scatterAdd",
  "topK",
  "matmul",
  "maxPool",
  "softmaxCrossEntropy",
  "batchNormTraining",
];

/** Memory that is never written uses only address space. Addresses above 2 GiB are negative as signed numbers. */
describe.each([
  ["above 2 GiB", 2 * GiB + 4096],
  ["across 2 GiB", 2 * GiB - 3_000_000],
])("where buffers lie %s", (_, ballast) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await cpu({ threads: 2 }).open();
    backend.allocate(ballast);
  });
  afterAll(() => backend.close());

  test.each(ops)("%s is as the reference", async (op) => {
    const failed: string[] = [];
    const { passed } = await runConformance(backend, {
      op,
      onCase: ({ case: name, status, checks }) => {
        if (status === "failed") failed.push(`${name}: ${JSON.stringify(checks)}`);
      },
    });
    expect(failed).toEqual([]);
    expect(passed).toBeGreaterThan(0);
  });
});
