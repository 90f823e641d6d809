import type { WebgpuBackend } from "@evenkeel/backend-webgpu";
import type { OpCases } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allCases, runCase } from "../../src/index.ts";
import { describeOn } from "../devices.ts";
import { referenceFiles } from "../reference-files.ts";
import { openWebgpu } from "./support.ts";

/** The number of parts, one for each test file, so that they run in parallel. */
const parts = 4;

/**
 * The cost of a case on a software GPU, in milliseconds of CPU time, most of which compiles kernels. The ops that are
 * not listed have about the same cost.
 */
const costs: { readonly [op: string]: number } = {
  conv2d: 320,
  conv2dFilterGradient: 210,
  conv2dInputGradient: 190,
  matmul: 820,
  logSoftmax: 200,
  batchNormTraining: 330,
  conv2dBatchNorm: 400,
  gradientApply: 250,
  gradientSums: 400,
  normalizeGradient: 1100,
  normalize: 530,
  maskedStatistics: 280,
  mergeStatistics: 500,
  statistics: 220,
};
const usualCost = 50;

/** The ops of a part, contiguous in order: neighbours share kernels, which compile once per part. */
function listOperations(part: number): readonly OpCases[] {
  const measureCost = ({ op, cases }: OpCases): number => (costs[op.name] ?? usualCost) * cases.length;
  const total = allCases.reduce((sum, opCases) => sum + measureCost(opCases), 0);
  let before = 0;
  return allCases.filter((opCases) => {
    // The middle of an op decides, so that an expensive op belongs to the part that most of it lies in.
    const ownPart = Math.floor((parts * (before + measureCost(opCases) / 2)) / total);
    before += measureCost(opCases);
    return ownPart === part;
  });
}

/** Declares every case of the ops of a part, compared with the reference. */
export function testOperations(part: number): void {
  describeOn("webgpu", "webgpu", () => {
    const references = referenceFiles();
    let backend: WebgpuBackend;
    beforeAll(async () => {
      backend = await openWebgpu({ nonFinite: true });
    });
    afterAll(() => backend.close());

    for (const opCases of listOperations(part)) {
      describe(opCases.op.name, () => {
        for (const opCase of opCases.cases) {
          test(opCase.name, async () => {
            const { status, reason, checks } = await runCase(backend, opCases, opCase, references);
            const failures = checks.flatMap(({ check, failure }) =>
              failure ? [`${check}: ${failure}`] : [],
            );
            expect(failures).toEqual([]);
            expect(status, reason).toBe("passed");
          });
        }
      });
    }
  });
}
