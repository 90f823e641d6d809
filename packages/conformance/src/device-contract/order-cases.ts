import { makeBuffer } from "@evenkeel/tensor/testing";
import type { ContractCase } from "./tools.ts";
import { addNumber, expectEqual, makeHostLaunch, readNumbers, waitShortly } from "./tools.ts";

/** Everything takes effect in the order of the calls. */
export const orderCases: readonly ContractCase[] = [
  {
    name: "a launch sees earlier writes and not later ones",
    async run(backend) {
      const x = makeBuffer(backend, [1, 2, 3]);
      const y = backend.allocate(12);
      backend.launch(addNumber(x, y, 10));
      backend.write(x, 0, Float32Array.of(100, 100, 100));
      expectEqual(await readNumbers(backend, y), [11, 12, 13], "result");
      expectEqual(await readNumbers(backend, x), [100, 100, 100], "input");
    },
  },
  {
    name: "thousands of launches run in order, in place",
    async run(backend) {
      const x = makeBuffer(backend, [0, 1, 2, 3, 4]);
      for (let count = 0; count < 5000; count++) backend.launch(addNumber(x, x, 1));
      expectEqual(await readNumbers(backend, x), [5000, 5001, 5002, 5003, 5004], "result");
    },
  },
  {
    name: "a read sees the contents as of its place in the queue",
    async run(backend) {
      const x = makeBuffer(backend, [1, 2]);
      const first = readNumbers(backend, x);
      backend.launch(addNumber(x, x, 1));
      const second = readNumbers(backend, x);
      backend.write(x, 0, Float32Array.of(7, 7));
      const third = readNumbers(backend, x);
      expectEqual(
        await Promise.all([first, second, third]),
        [
          [1, 2],
          [2, 3],
          [7, 7],
        ],
        "reads",
      );
    },
  },
  {
    name: "freed memory is reused only by what is queued later",
    async run(backend) {
      const size = 5000;
      const results: Promise<number[]>[] = [];
      for (let round = 0; round < 8; round++) {
        const x = makeBuffer(backend, new Float32Array(size).fill(round));
        const y = backend.allocate(size * 4);
        backend.launch(addNumber(x, y, 100));
        backend.free(x);
        const z = makeBuffer(backend, new Float32Array(size).fill(-1));
        results.push(readNumbers(backend, y));
        backend.free(y);
        backend.free(z);
      }
      for (const [round, values] of (await Promise.all(results)).entries()) {
        expectEqual(
          values.every((value) => value === 100 + round),
          true,
          `round ${round}`,
        );
      }
    },
  },
  {
    name: "a host step runs in its place while the queue waits",
    async run(backend) {
      const x = makeBuffer(backend, [1, 2, 3]);
      backend.launch(addNumber(x, x, 1));
      backend.launch(
        makeHostLaunch(x, async (values) => {
          await waitShortly();
          for (let index = 0; index < values.length; index++) values[index]! *= 10;
        }),
      );
      backend.launch(addNumber(x, x, 5));
      const y = backend.allocate(12);
      backend.launch(addNumber(x, y, 0));
      backend.free(x);
      const z = makeBuffer(backend, [-1, -1, -1]);
      expectEqual(await readNumbers(backend, y), [25, 35, 45], "result");
      expectEqual(
        await readNumbers(backend, z),
        [-1, -1, -1],
        "memory that was freed before the step had run",
      );
    },
  },
  {
    name: "idle() resolves when the queue has drained",
    async run(backend) {
      const x = makeBuffer(backend, [1]);
      let isDone = false;
      backend.launch(
        makeHostLaunch(x, async () => {
          await waitShortly();
          isDone = true;
        }),
      );
      await backend.idle();
      expectEqual(isDone, true, "the step has run");
    },
  },
];
