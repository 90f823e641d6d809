import { webgpu } from "@evenkeel/backend-webgpu";
import { DisposedError } from "@evenkeel/tensor";
import { expect, test } from "vitest";
import { checkSelecting, deviceContract, knownFailures } from "../../src/index.ts";
import { describeOn } from "../devices.ts";
import { openWebgpu } from "./support.ts";

describeOn("webgpu", "webgpu satisfies the contract of a device", () => {
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

  test("selectBackend uses the first backend that opens, and a preferred one must open", () =>
    checkSelecting(webgpu, { software: true }));
});

test("there are no known failures on WebGPU", () => {
  expect(knownFailures.filter(({ backend }) => backend === "webgpu")).toEqual([]);
});
