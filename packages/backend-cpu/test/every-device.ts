import type { Backend } from "@evenkeel/tensor";
import { afterEach, beforeEach, describe } from "vitest";
import type { OpenDevice } from "./devices.ts";
import { devices, makeLaunch } from "./devices.ts";

/** The device of the test that runs. */
export interface DeviceUnderTest {
  backend: Backend;
  open: OpenDevice;
  /** Set by tests that close the device themselves. */
  isClosed: boolean;
  /** Queues work that is still running when the test goes on, where anything runs in the background. */
  keepBusy(): void;
}

const steps = 3_000_000;

/** Runs the tests of `body` on every kind of device, each test on a device of its own. */
export function onEveryDevice(body: (test: DeviceUnderTest) => void): void {
  describe.each(devices)("a device with %s", (_, open) => {
    const test = {
      open,
      keepBusy() {
        const buffer = test.backend.allocate(16);
        test.backend.launch(makeLaunch("work", [buffer], [steps], { items: 4, chunk: 1 }));
        test.backend.free(buffer);
      },
    } as DeviceUnderTest;
    beforeEach(async () => {
      test.backend = await open();
      test.isClosed = false;
    });
    afterEach(async () => {
      if (!test.isClosed) await test.backend.close();
    });
    body(test);
  });
}
