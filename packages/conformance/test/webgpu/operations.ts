import type { WebgpuBackend } from "@evenkeel/backend-webgpu";
import type { OpCases } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allCases, runCase } from "../../src/index.ts";
import { describeOn } from "../devices.ts";
import { referenceFiles } from "../reference-files.ts";
import { openWebgpu } from "./support.ts";

/** The number of parts, one for each test file, so that they run in parallel. */
export const partsOfOperations = 4;

/** The ops of a part, contiguous in order: neighbours share kernels, which compile once per part. */
export function operationsOf(part: number): readonly OpCases[] {
  const total = allCases.reduce((sum, { cases }) => sum + cases.length, 0);
  let before = 0;
  return allCases.filter(({ cases }) => {
    const ownPart = Math.floor((partsOfOperations * before) / total);
    before += cases.length;
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

    for (const opCases of operationsOf(part)) {
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
