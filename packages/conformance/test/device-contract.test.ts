import { cpu } from "@evenkeel/backend-cpu";
import { type Backend, DisposedError } from "@evenkeel/tensor";
import { RecordingBackend } from "@evenkeel/tensor/testing";
import { describe, expect, test } from "vitest";
import { checkSelecting, deviceContract, knownFailures } from "../src/index.ts";

/** Some cases close their device themselves. */
async function closeUnlessClosed(backend: Backend): Promise<void> {
  await backend.close().catch((error: unknown) => {
    if (!(error instanceof DisposedError)) throw error;
  });
}

const devices: { readonly [name: string]: () => Promise<Backend> } = {
  "cpu, one thread": () => cpu({ threads: 1 }).open(),
  "cpu, two threads": () => cpu({ threads: 2 }).open(),
  "a recording backend": async () => new RecordingBackend(await cpu({ threads: 1 }).open()),
};

for (const [device, open] of Object.entries(devices)) {
  describe(device, () => {
    test.each(deviceContract.map(({ name, run }) => [name, run] as const))("%s", async (_, run) => {
      const backend = await open();
      try {
        await run(backend);
      } finally {
        await closeUnlessClosed(backend);
      }
    });
  });
}

test("selectBackend uses the first backend that opens, and a preferred one must open", () =>
  checkSelecting(cpu));

test("there are no known failures on the CPU", () => {
  expect(knownFailures.filter(({ backend }) => backend === "cpu")).toEqual([]);
});
