import { DeviceError, OutOfMemoryError } from "@evenkeel/tensor";
import { beforeEach, describe, expect, test } from "vitest";
import { Failures } from "./failures.ts";

const gpuError = (message: string): GPUError => ({ message }) as GPUError;

describe("Failures", () => {
  const queue = { next: 10, running: 9 };
  let failures: Failures;
  beforeEach(() => {
    failures = new Failures(queue);
  });

  test("are each reported once, earliest first, to later calls", async () => {
    failures.add(new DeviceError("second"), 5);
    failures.add(new DeviceError("first"), 3);
    await failures.report(3);
    await expect(failures.report(6)).rejects.toThrow("first");
    await expect(failures.report(6)).rejects.toThrow("second");
    await failures.report(6);
  });

  test("wait for open error scopes", async () => {
    failures.watch(Promise.resolve(null), () => new DeviceError("no error"));
    failures.watch(Promise.resolve(gpuError("late")), (message) => new DeviceError(`scope: ${message}`));
    failures.watch(Promise.reject(new Error("lost")), () => new DeviceError("rejected"));
    await expect(failures.report(10)).rejects.toThrow(new DeviceError("scope: late"));
    await failures.report(10);
  });

  test("that no scope caught are reported by their kind", async () => {
    class GPUOutOfMemoryError {
      readonly message = "full";
    }
    failures.addUncaptured(new GPUOutOfMemoryError() as unknown as GPUError);
    failures.addUncaptured(gpuError("broken"));
    await expect(failures.report(10)).rejects.toThrow(new OutOfMemoryError("full"));
    await expect(failures.report(10)).rejects.toThrow(new DeviceError("broken"));
  });

  test("of a lost device reject every waiting call, every time", async () => {
    const never = failures.rejectWhenLost(new Promise(() => {}));
    const lost = new DeviceError("lost");
    failures.lose(lost);
    await expect(never).rejects.toBe(lost);
    await expect(failures.rejectWhenLost(Promise.reject(new Error("other")))).rejects.toBe(lost);
    await expect(failures.report(0)).rejects.toBe(lost);
    await expect(failures.report(0)).rejects.toBe(lost);
    expect(failures.isLost).toBe(true);
  });
});
