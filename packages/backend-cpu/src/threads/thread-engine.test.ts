import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { BackendError, DeviceError } from "@evenkeel/tensor";
import { readValues } from "@evenkeel/tensor/testing";
import { describe, expect, it } from "vitest";
import { makeLaunch } from "../../test/devices.ts";
import { CpuDevice } from "../device.ts";
import { makeDeviceMemory } from "../memory/device-memory.ts";
import type { Spawn } from "./spawn.ts";
import { spawn } from "./spawn.ts";
import { ThreadEngine } from "./thread-engine.ts";

async function openWith(spawnWorker: Spawn, threads = 2): Promise<CpuDevice> {
  const memory = makeDeviceMemory(true, 2 ** 24);
  return new CpuDevice(memory, await ThreadEngine.start(memory, threads, spawnWorker), new Set());
}

describe("a pool of workers", () => {
  it("rejects everything that waits when a worker crashes, and names the launch", async () => {
    let crash: (reason: string) => void = () => {};
    const backend = await openWith((setup, onCrash) => {
      if (setup.worker === 0) crash = onCrash;
      return spawn(setup, onCrash);
    });
    const y = backend.allocate(8);
    backend.launch(makeLaunch("work", [y], [2 ** 32 - 1], { items: 2, chunk: 1 }));
    const reads = [readValues(backend, y), backend.idle()];
    backend.launch({ kind: "host", name: "never", operands: {}, run: () => expect.fail("must not run") });
    crash("out of memory");
    for (const read of reads) {
      await expect(read).rejects.toThrow(DeviceError);
      await expect(read).rejects.toThrow(/launch "work" failed: a worker thread stopped: out of memory/);
    }
    await expect(backend.idle()).rejects.toThrow(/out of memory/);
    for (let step = 0; step < 3000; step++) backend.launch(makeLaunch("addTo", [y], [1]));
    await expect(readValues(backend, y)).rejects.toThrow(/out of memory/);
    await expect(backend.close()).rejects.toThrow(/out of memory/);
  });

  it.each(["idle", "close"] as const)("ends its workers at the deadline of `%s`", async (wait) => {
    const ended: number[] = [];
    const backend = await openWith(async (setup, onCrash) => {
      const thread = await spawn(setup, onCrash);
      const terminate = async (): Promise<void> => {
        await thread.terminate();
        ended.push(setup.worker);
      };
      return { ...thread, terminate };
    });
    const y = backend.allocate(8);
    backend.launch(makeLaunch("addTo", [y], [1]));
    backend.launch(makeLaunch("work", [y], [2 ** 32 - 1], { items: 1e6, chunk: 1 }));
    const reason = 'launch "work" failed: it had not ended after 30 ms';
    await Promise.all(
      [readValues(backend, y), backend[wait]({ deadline: 30 })].map((result) =>
        expect(result).rejects.toThrow(new DeviceError(reason)),
      ),
    );
    if (wait === "idle") await expect(backend.close()).rejects.toThrow(new DeviceError(reason));
    expect(new Set(ended)).toEqual(new Set([0, 1]));
  });

  it("rejects with the reason when a worker does not start, and stops the others", async () => {
    const stopped: number[] = [];
    const start = openWith(async (setup, onCrash) => {
      const shared = setup.worker === 1 ? new SharedArrayBuffer(8) : setup.shared;
      const thread = await spawn({ ...setup, shared }, onCrash);
      const terminate = async (): Promise<void> => {
        stopped.push(setup.worker);
        await thread.terminate();
      };
      return { ...thread, terminate };
    });
    await expect(start).rejects.toThrow(BackendError);
    await expect(start).rejects.toThrow(/cpu: a worker thread could not start: .*length/);
    expect(stopped).toEqual([0]);
  });

  it.each([
    ["open-and-leave.ts", "2,3\n"],
    ["release-and-terminate.ts", "terminated\n"],
  ])(
    "neither keeps a process alive nor lets it end before what it waits for: %s",
    async (program, output) => {
      const script = resolve(import.meta.dirname, "../../test", program);
      const { stdout } = await promisify(execFile)(process.execPath, [
        "--conditions=@evenkeel/source",
        "--no-warnings",
        script,
      ]);
      expect(stdout).toBe(output);
    },
  );
});
