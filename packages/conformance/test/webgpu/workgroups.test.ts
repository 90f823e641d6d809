import type { WebgpuBackend } from "@evenkeel/backend-webgpu";
import type { OpCase } from "@evenkeel/tensor";
import { countElements } from "@evenkeel/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";
import { allCases, runCase } from "../../src/index.ts";
import { describeOn } from "../devices.ts";
import { referenceFiles } from "../reference-files.ts";
import { openWebgpu } from "./support.ts";

/** The operations whose work is a sequence of invocations, tiles or blocks. */
const operations: ReadonlySet<string> = new Set([
  "argsort",
  "concatenate",
  "flip",
  "gather",
  "indexAdd",
  "pad",
  "scatterAdd",
  "slice",
  "take",
  "topK",
  "avgPool",
  "avgPoolGradient",
  "maxPool",
  "maxPoolGradient",
  "maxPoolSelect",
  "transpose",
]);

const isSmall = ({ inputs }: OpCase): boolean =>
  inputs.every((input) => input === undefined || countElements(input.shape) <= 5000);

// Work that exceeds one dimension needs at least 64 MiB; plans for at most three workgroups per dimension fold much
// smaller work.
describeOn("webgpu", "plans for at most three workgroups per dimension", () => {
  const references = referenceFiles();
  let backend: WebgpuBackend;
  beforeAll(async () => {
    backend = await openWebgpu({ nonFinite: true });
    Object.defineProperty(backend, "limits", { value: { ...backend.limits, maxWorkgroups: 3 } });
  });
  afterAll(() => backend.close());

  test.each([...operations])("%s", async (name) => {
    const opCases = allCases.find(({ op }) => op.name === name)!;
    const failures: string[] = [];
    for (const opCase of opCases.cases.filter(isSmall)) {
      const { checks } = await runCase(backend, opCases, opCase, references);
      for (const { check, failure } of checks) {
        if (failure !== undefined) failures.push(`${opCase.name}, ${check}: ${failure}`);
      }
    }
    expect(failures).toEqual([]);
  });
});
