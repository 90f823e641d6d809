import type { Launch } from "@evenkeel/tensor";
import {
  ArgumentError,
  buildExpression,
  DeviceError,
  DisposedError,
  e,
  findPlanner,
  fromData,
  take,
} from "@evenkeel/tensor";
import { takeOp } from "@evenkeel/tensor/ops";
import { makeBuffer, makeView } from "@evenkeel/tensor/testing";
import type { ContractCase } from "./tools.ts";
import { addNumber, expectEqual, expectError, makeHostLaunch, readNumbers, waitShortly } from "./tools.ts";

/** The results and failures of launches, and the end of a device. */
export const launchCases: readonly ContractCase[] = [
  {
    name: "an expression broadcasts by strides, takes scalars and writes several outputs",
    async run(backend) {
      const rows = makeBuffer(backend, [10, 20]);
      const columns = makeBuffer(backend, [1, 2, 3]);
      const sums = backend.allocate(24);
      const differences = backend.allocate(24);
      backend.launch({
        kind: "expression",
        expression: buildExpression({ inputs: ["f32", "f32"], scalars: ["f32"] }, ([a, b], [s]) => [
          e.add(e.mul(s!, a!), b!),
          e.sub(a!, b!),
        ]),
        shape: [2, 3],
        reads: [
          { operand: makeView(rows), strides: [1, 0] },
          { operand: makeView(columns), strides: [0, 1] },
        ],
        writes: [makeView(sums), makeView(differences)],
        scalars: [2],
      });
      expectEqual(await readNumbers(backend, sums), [21, 22, 23, 41, 42, 43], "first output");
      expectEqual(await readNumbers(backend, differences), [9, 8, 7, 19, 18, 17], "second output");
    },
  },
  {
    name: "operands may be parts of one buffer",
    async run(backend) {
      const bytes = Math.max(16, backend.limits.offsetAlignment);
      const arena = backend.allocate(2 * bytes);
      backend.write(arena, 0, Float32Array.of(1, 2, 3, 4));
      const launch = addNumber(arena, arena, 1) as Extract<Launch, { kind: "expression" }>;
      backend.launch({
        ...launch,
        shape: [4],
        reads: [{ operand: makeView(arena, 0, 16), strides: [1] }],
        writes: [makeView(arena, bytes, 16)],
      });
      expectEqual([...new Float32Array(await backend.read(arena, bytes, 16))], [2, 3, 4, 5], "second part");
      expectEqual([...new Float32Array(await backend.read(arena, 0, 16))], [1, 2, 3, 4], "first part");
    },
  },
  {
    name: "a host step that fails rejects the next report by name, and the device goes on",
    async run(backend) {
      const x = makeBuffer(backend, [1, 2]);
      backend.launch(
        makeHostLaunch(x, () => {
          throw new Error("on purpose");
        }),
      );
      const error = await expectError(DeviceError, "idle", () => backend.idle());
      if (!error.message.includes("contractStep"))
        throw new Error(`message: found "${error.message}", expected the launch's name`);
      await backend.idle();
      const y = makeBuffer(backend, [3, 4]);
      backend.launch(addNumber(y, y, 1));
      expectEqual(await readNumbers(backend, y), [4, 5], "a launch after the failure");
    },
  },
  {
    name: "work that misses a deadline is named by the error of the lost device, and a wait that ends in time changes nothing",
    async run(backend) {
      const x = makeBuffer(backend, [1, 2]);
      await expectError(ArgumentError, "idle", () => backend.idle({ deadline: 0 }));
      await expectError(ArgumentError, "close", () => backend.close({ deadline: -1 }));
      backend.launch(makeHostLaunch(x, waitShortly));
      await backend.idle({ deadline: 60_000 });
      expectEqual(await readNumbers(backend, x), [1, 2], "values");
      backend.launch(makeHostLaunch(x, () => new Promise<void>(() => {})));
      const read = expectError(DeviceError, "read", () => readNumbers(backend, x));
      const report = await expectError(DeviceError, "idle", () => backend.idle({ deadline: 20 }));
      for (const word of ["contractStep", "20 ms"]) {
        if (!report.message.includes(word))
          throw new Error(`message: found "${report.message}", expected ${word}`);
      }
      const others = [await read, await expectError(DeviceError, "idle", () => backend.idle())];
      others.push(await expectError(DeviceError, "close", () => backend.close({ deadline: 1000 })));
      for (const { message } of others) expectEqual(message, report.message, "later message");
    },
  },
  {
    name: "values out of range reject the next report with their number, once, and no earlier report",
    async run(backend) {
      if (findPlanner(takeOp, backend) === undefined) return;
      const table = fromData([1, 2, 3, 4], { shape: [4], dtype: "i32" }, { backend });
      const taken = (...indices: number[]) =>
        take(table, fromData(indices, { shape: [indices.length], dtype: "i32" }, { backend }));
      const early = taken(3, 0).data();
      const wrong = taken(-5, 4, 2);
      const report = await expectError(ArgumentError, "read", () => wrong.data());
      expectEqual(report.message, "take: indices: found 2 outside of [-4, 4)", "message");
      expectEqual([...(await early)], [4, 1], "a read that was called before");
      expectEqual([...(await wrong.data())], [0, 0, 3], "values in the place of those out of range");
      await backend.idle();
      taken(7);
      const later = await expectError(ArgumentError, "idle", () => backend.idle());
      expectEqual(later.message, "take: indices: found 1 outside of [-4, 4)", "message of a later launch");
      expectEqual([...(await taken(1).data())], [2], "a launch after the report");
      taken(-6);
      const both = await expectError(ArgumentError, "read", () => taken(4, 5).data());
      expectEqual(both.message, "take: indices: found 3 outside of [-4, 4)", "message of two launches");
    },
  },
  {
    name: "a failure rejects the first read that follows it, also where a later read could end first",
    async run(backend) {
      if (findPlanner(takeOp, backend) === undefined) return;
      const table = fromData([1, 2], { shape: [2], dtype: "i32" }, { backend });
      // The device finishes while the thread is busy: before the first read is called, or between the two.
      for (const delay of [0, 60]) {
        const taken = take(table, fromData([5], { shape: [1], dtype: "i32" }, { backend }));
        keepBusy(delay);
        const first = expectError(ArgumentError, "read", () => taken.data());
        keepBusy(60);
        expectEqual([...(await table.data())], [1, 2], "the later read");
        await first;
      }
    },
  },
];

/** Blocks the calling thread for longer than a device runs without a turn of the event loop. */
function keepBusy(milliseconds: number): void {
  for (const start = performance.now(); performance.now() - start < milliseconds; );
}

export const closingCases: readonly ContractCase[] = [
  {
    name: "close() finishes queued work, and everything afterwards throws DisposedError",
    async run(backend) {
      const x = makeBuffer(backend, [1]);
      const result = readNumbers(backend, x);
      backend.launch(addNumber(x, x, 1));
      const last = readNumbers(backend, x);
      await backend.close();
      expectEqual(await Promise.all([result, last]), [[1], [2]], "reads queued before");
      const attempts: [string, () => unknown][] = [
        ["allocate", () => backend.allocate(4)],
        ["free", () => backend.free(x)],
        ["write", () => backend.write(x, 0, Float32Array.of(1))],
        ["read", () => backend.read(x, 0, 4)],
        ["launch", () => backend.launch(addNumber(x, x, 1))],
        ["idle", () => backend.idle()],
        ["memory", () => backend.memory()],
        ["close", () => backend.close()],
      ];
      for (const [name, attempt] of attempts) await expectError(DisposedError, name, attempt);
    },
  },
];
