import type { WebgpuBackend } from "@evenkeel/backend-webgpu";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allCases, runCase } from "../src/index.ts";
import { openWebgpu, reasonToSkip, testPresence } from "./webgpu-support.ts";

testPresence();

describe.skipIf(reasonToSkip !== undefined)("webgpu", () => {
  let backend: WebgpuBackend;
  beforeAll(async () => {
    backend = await openWebgpu({ keepsNonFinite: true });
  });
  afterAll(() => backend.close());

  for (const opCases of allCases) {
    describe(opCases.op.name, () => {
      for (const opCase of opCases.cases) {
        test(opCase.name, async () => {
          const { status, reason, checks } = await runCase(backend, opCases, opCase);
          expect(checks.flatMap(({ check, failure }) => (failure ? [`${check}: ${failure}`] : []))).toEqual(
            [],
          );
          expect(status, reason).toBe("passed");
        });
      }
    });
  }
});
