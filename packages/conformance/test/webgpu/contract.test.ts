import { webgpu } from "@evenkeel/backend-webgpu";
import { DisposedError } from "@evenkeel/tensor";
import { expect, test } from "vitest";
import { checkSelecting, deviceContract, knownFailures } from "../../src/index.ts";
import { describeOn } from "../devices.ts";
import { openWebgpu } from "./support.ts";

describeOn("webgpu", "webgpu keeps the contract of a device", () => {
  test.each(deviceContract.map(({ name, run }) => [name, run] as const))("%s", async (_, run) => {
    const backend = await openWebgpu();
    try {
      await run(backend);
    } finally {
      await backend.close().catch((error: unknown) => {
        if (!(error instanceof DisposedError)) throw error;
      });
    }
  });

  test("selecting takes the first that opens, and what is preferred must open", () =>
    checkSelecting(webgpu, { software: true }));
});

test("no failure is accepted on WebGPU", () => {
  expect(knownFailures.filter(({ backend }) => backend === "webgpu")).toEqual([]);
});
