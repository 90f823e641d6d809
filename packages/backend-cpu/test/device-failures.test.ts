import type { Backend, HostLaunch } from "@evenkeel/tensor";
import { DeviceError, makeWasmKernel } from "@evenkeel/tensor";
import { makeBuffer, makeView, readValues } from "@evenkeel/tensor/testing";
import { describe, expect, it } from "vitest";
import { makeLaunch } from "./devices.ts";
import { onEveryDevice } from "./every-device.ts";

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

onEveryDevice((test) => {
  describe("host steps", () => {
    const step = (
      buffer: ReturnType<Backend["allocate"]>,
      run: HostLaunch<unknown>["run"],
      access: "read" | "write" | "read-write" = "read-write",
    ): Parameters<Backend["launch"]>[0] => ({
      kind: "host",
      name: "step",
      operands: {
        x: { operand: makeView(buffer), spec: { shape: [buffer.bytes / 4], dtype: "f32" }, access },
      },
      run,
    });

    it("run in order while the queue waits", async () => {
      const x = makeBuffer(test.backend, [1, 1]);
      const seen: number[][] = [];
      test.keepBusy();
      test.backend.launch(makeLaunch("addTo", [x], [1], { items: 2, chunk: 2 }));
      test.backend.launch(
        step(x, async ({ x: values }) => {
          seen.push([...values!]);
          await pause(20);
          values![0] = 10;
        }),
      );
      test.backend.launch(makeLaunch("addTo", [x], [1], { items: 2, chunk: 1 }));
      const between = readValues(test.backend, x);
      test.backend.launch(step(x, ({ x: values }) => void seen.push([...values!]), "read"));
      test.backend.write(x, 0, Float32Array.of(0, 0));
      expect(seen).toEqual([]);
      await test.backend.idle();
      expect(seen).toEqual([
        [2, 2],
        [11, 3],
      ]);
      expect(await between).toEqual(Float32Array.of(11, 3));
      expect(await readValues(test.backend, x)).toEqual(Float32Array.of(0, 0));
    });

    it("keep their arrays while the memory grows", async () => {
      const x = makeBuffer(test.backend, [1, 2]);
      test.backend.launch(
        step(x, async ({ x: values }) => {
          await pause(10);
          values![1] = values![0]! + 41;
        }),
      );
      await pause(1);
      const large = test.backend.allocate(2 ** 26);
      test.backend.write(large, 2 ** 26 - 4, Float32Array.of(5));
      expect(await readValues(test.backend, x)).toEqual(Float32Array.of(1, 42));
      expect(new Float32Array(await test.backend.read(large, 2 ** 26 - 4, 4))[0]).toBe(5);
    });

    it("fail with their name, and the queue continues", async () => {
      const x = makeBuffer(test.backend, [1, 2]);
      test.backend.launch(
        step(x, async () => {
          await pause(1);
          throw new RangeError("no peer");
        }),
      );
      test.backend.launch(makeLaunch("addTo", [x], [1], { items: 2, chunk: 2 }));
      await expect(readValues(test.backend, x)).rejects.toThrow(
        new DeviceError('host step "step" failed: no peer'),
      );
      expect(await readValues(test.backend, x)).toEqual(Float32Array.of(2, 3));
    });
  });

  describe("failures", () => {
    it("of a kernel reject the next read once, with its name", async () => {
      const x = makeBuffer(test.backend, [1]);
      test.backend.launch(makeLaunch("trap", [x], []));
      test.backend.launch(makeLaunch("addTo", [x], [1]));
      const failed = readValues(test.backend, x);
      await expect(failed).rejects.toBeInstanceOf(DeviceError);
      await expect(failed).rejects.toThrow(/launch "trap" failed: unreachable/);
      expect((await readValues(test.backend, x))[0]).toBe(2);
      await test.backend.idle();
    });

    it("do not affect earlier reads", async () => {
      const x = makeBuffer(test.backend, [1]);
      test.keepBusy();
      const before = readValues(test.backend, x);
      test.backend.launch(makeLaunch("trap", [x], [], { items: 50, chunk: 1 }));
      expect((await before)[0]).toBe(1);
      await expect(test.backend.idle()).rejects.toThrow(/trap/);
    });

    it("are reported in order", async () => {
      const x = makeBuffer(test.backend, [1]);
      test.backend.launch(makeLaunch("trap", [x], []));
      const host: HostLaunch<never> = {
        kind: "host",
        name: "second",
        operands: {},
        run: () => Promise.reject(new Error("too")),
      };
      test.backend.launch(host);
      await expect(test.backend.idle()).rejects.toThrow(/trap/);
      await expect(test.backend.idle()).rejects.toThrow(/second/);
      await test.backend.idle();
    });

    it("name a kernel that does not compile or does not exist", async () => {
      const none = { reads: [], writes: [], parameters: {} };
      const broken = makeWasmKernel(btoa("not a module"), "broken", { broken: none });
      test.backend.launch({ ...makeLaunch("trap", [], []), kernel: broken });
      await expect(test.backend.idle()).rejects.toThrow(/launch "broken" failed/);
      test.backend.launch(makeLaunch("nowhere", [], []));
      await expect(test.backend.idle()).rejects.toThrow(/the module has no function "nowhere"/);
    });
  });
});
