import type { Backend, BackendFactory, BufferView, DeviceBuffer, Launch } from "@evenkeel/tensor";
import {
  buildExpression,
  DeviceError,
  DisposedError,
  e,
  OutOfMemoryError,
  selectBackend,
  setDefaultBackend,
} from "@evenkeel/tensor";

/** One promise of `Backend`, tried out. It throws what is wrong. */
export interface ContractCase {
  readonly name: string;
  /** Gets a device of its own, and may leave it in any state. */
  run(backend: Backend): Promise<void>;
}

function expectEqual(found: unknown, expected: unknown, what: string): void {
  const show = (value: unknown): string => JSON.stringify(value);
  if (show(found) !== show(expected)) {
    throw new Error(`${what}: found ${show(found)}, expected ${show(expected)}`);
  }
}

type ErrorClass = abstract new (...args: never[]) => Error;

async function expectError(kind: ErrorClass, what: string, body: () => unknown): Promise<Error> {
  try {
    await body();
  } catch (error) {
    if (error instanceof kind) return error;
    throw new Error(`${what}: found ${error}, expected ${kind.name}`);
  }
  throw new Error(`${what}: found no error, expected ${kind.name}`);
}

const viewOf = (buffer: DeviceBuffer, byteOffset = 0, bytes = buffer.bytes - byteOffset): BufferView => ({
  buffer,
  byteOffset,
  bytes,
});

function bufferOf(backend: Backend, values: ArrayLike<number>): DeviceBuffer {
  const buffer = backend.allocate(values.length * 4);
  backend.write(buffer, 0, Float32Array.from(values));
  return buffer;
}

async function valuesIn(backend: Backend, buffer: DeviceBuffer): Promise<number[]> {
  return [...new Float32Array(await backend.read(buffer, 0, buffer.bytes))];
}

/** y = x + s, element by element. */
function addNumber(x: DeviceBuffer, y: DeviceBuffer, s: number): Launch {
  return {
    kind: "expression",
    expression: buildExpression({ inputs: ["f32"], scalars: ["f32"] }, ([a], [b]) => e.add(a!, b!)),
    shape: [y.bytes / 4],
    reads: [{ operand: viewOf(x), strides: [1] }],
    writes: [viewOf(y)],
    scalars: [s],
  };
}

function hostStep(
  buffer: DeviceBuffer,
  run: (x: { [index: number]: number; length: number }) => void | Promise<void>,
): Launch {
  return {
    kind: "host",
    name: "contractStep",
    operands: {
      x: { operand: viewOf(buffer), spec: { shape: [buffer.bytes / 4], dtype: "f32" }, access: "read-write" },
    },
    run: ({ x }) => run(x!),
  };
}

const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

const memoryCases: ContractCase[] = [
  {
    name: "a buffer of zero bytes is allocated, written, read and freed",
    async run(backend) {
      const buffer = backend.allocate(0);
      backend.write(buffer, 0, new Float32Array(0));
      expectEqual((await backend.read(buffer, 0, 0)).byteLength, 0, "bytes read");
      backend.free(buffer);
    },
  },
  {
    name: "what is written is read, at any offset",
    async run(backend) {
      const buffer = bufferOf(backend, [1, 2, 3, 4, 5]);
      const { offsetAlignment } = backend.limits;
      const wide = backend.allocate(offsetAlignment + 8);
      backend.write(wide, offsetAlignment, Float32Array.of(6, 7));
      backend.write(buffer, 4, Float32Array.of(-2, -3));
      expectEqual(await valuesIn(backend, buffer), [1, -2, -3, 4, 5], "values");
      expectEqual([...new Float32Array(await backend.read(wide, offsetAlignment, 8))], [6, 7], "part");
    },
  },
  {
    name: "data is copied before `write` returns",
    async run(backend) {
      const data = Float32Array.of(1, 2);
      const buffer = backend.allocate(8);
      backend.write(buffer, 0, data);
      data.fill(9);
      expectEqual(await valuesIn(backend, buffer), [1, 2], "values");
    },
  },
  {
    name: "what was read belongs to the caller",
    async run(backend) {
      const buffer = bufferOf(backend, [1, 2]);
      const first = await backend.read(buffer, 0, 8);
      backend.write(buffer, 0, Float32Array.of(3, 4));
      await backend.idle();
      expectEqual([...new Float32Array(first)], [1, 2], "values read before");
    },
  },
  {
    name: "memory() counts what is alive and remembers the peak",
    async run(backend) {
      const before = backend.memory();
      const buffers = [backend.allocate(4000), backend.allocate(12_000)];
      const during = backend.memory();
      if (during.live - before.live < 16_000)
        throw new Error(`live: found ${during.live - before.live} bytes more, expected 16000`);
      for (const buffer of buffers) backend.free(buffer);
      await backend.idle();
      expectEqual(backend.memory().live, before.live, "live bytes in the end");
      if (backend.memory().peak < during.live) throw new Error("peak: expected at least what was alive");
    },
  },
  {
    name: "freeing twice throws DisposedError",
    async run(backend) {
      const buffer = backend.allocate(16);
      backend.free(buffer);
      await expectError(DisposedError, "free", () => backend.free(buffer));
    },
  },
  {
    name: "more bytes than there are throw OutOfMemoryError, and the device stays usable",
    async run(backend) {
      await expectError(OutOfMemoryError, "allocate", () =>
        backend.allocate(backend.limits.maxBufferBytes * 16),
      );
      expectEqual(await valuesIn(backend, bufferOf(backend, [1, 2])), [1, 2], "values");
    },
  },
];

const orderCases: ContractCase[] = [
  {
    name: "a launch sees earlier writes and not later ones",
    async run(backend) {
      const x = bufferOf(backend, [1, 2, 3]);
      const y = backend.allocate(12);
      backend.launch(addNumber(x, y, 10));
      backend.write(x, 0, Float32Array.of(100, 100, 100));
      expectEqual(await valuesIn(backend, y), [11, 12, 13], "result");
      expectEqual(await valuesIn(backend, x), [100, 100, 100], "input");
    },
  },
  {
    name: "thousands of launches run in order, in place",
    async run(backend) {
      const x = bufferOf(backend, [0, 1, 2, 3, 4]);
      for (let count = 0; count < 5000; count++) backend.launch(addNumber(x, x, 1));
      expectEqual(await valuesIn(backend, x), [5000, 5001, 5002, 5003, 5004], "result");
    },
  },
  {
    name: "a read sees the contents as of its place in the queue",
    async run(backend) {
      const x = bufferOf(backend, [1, 2]);
      const first = valuesIn(backend, x);
      backend.launch(addNumber(x, x, 1));
      const second = valuesIn(backend, x);
      backend.write(x, 0, Float32Array.of(7, 7));
      const third = valuesIn(backend, x);
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
        const x = bufferOf(backend, new Float32Array(size).fill(round));
        const y = backend.allocate(size * 4);
        backend.launch(addNumber(x, y, 100));
        backend.free(x);
        const z = bufferOf(backend, new Float32Array(size).fill(-1));
        results.push(valuesIn(backend, y));
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
      const x = bufferOf(backend, [1, 2, 3]);
      backend.launch(addNumber(x, x, 1));
      backend.launch(
        hostStep(x, async (values) => {
          await later();
          for (let index = 0; index < values.length; index++) values[index]! *= 10;
        }),
      );
      backend.launch(addNumber(x, x, 5));
      const y = backend.allocate(12);
      backend.launch(addNumber(x, y, 0));
      backend.free(x);
      const z = bufferOf(backend, [-1, -1, -1]);
      expectEqual(await valuesIn(backend, y), [25, 35, 45], "result");
      expectEqual(await valuesIn(backend, z), [-1, -1, -1], "memory that was freed before the step had run");
    },
  },
  {
    name: "idle() resolves when the queue has drained",
    async run(backend) {
      const x = bufferOf(backend, [1]);
      let isDone = false;
      backend.launch(
        hostStep(x, async () => {
          await later();
          isDone = true;
        }),
      );
      await backend.idle();
      expectEqual(isDone, true, "the step has run");
    },
  },
];

const launchCases: ContractCase[] = [
  {
    name: "an expression broadcasts by strides, takes scalars and writes several outputs",
    async run(backend) {
      const rows = bufferOf(backend, [10, 20]);
      const columns = bufferOf(backend, [1, 2, 3]);
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
          { operand: viewOf(rows), strides: [1, 0] },
          { operand: viewOf(columns), strides: [0, 1] },
        ],
        writes: [viewOf(sums), viewOf(differences)],
        scalars: [2],
      });
      expectEqual(await valuesIn(backend, sums), [21, 22, 23, 41, 42, 43], "first output");
      expectEqual(await valuesIn(backend, differences), [9, 8, 7, 19, 18, 17], "second output");
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
        reads: [{ operand: viewOf(arena, 0, 16), strides: [1] }],
        writes: [viewOf(arena, bytes, 16)],
      });
      expectEqual([...new Float32Array(await backend.read(arena, bytes, 16))], [2, 3, 4, 5], "second part");
      expectEqual([...new Float32Array(await backend.read(arena, 0, 16))], [1, 2, 3, 4], "first part");
    },
  },
  {
    name: "a host step that fails rejects the next report by name, and the device goes on",
    async run(backend) {
      const x = bufferOf(backend, [1, 2]);
      backend.launch(
        hostStep(x, () => {
          throw new Error("on purpose");
        }),
      );
      const error = await expectError(DeviceError, "idle", () => backend.idle());
      if (!error.message.includes("contractStep"))
        throw new Error(`message: found "${error.message}", expected the launch's name`);
      await backend.idle();
      const y = bufferOf(backend, [3, 4]);
      backend.launch(addNumber(y, y, 1));
      expectEqual(await valuesIn(backend, y), [4, 5], "a launch after the failure");
    },
  },
];

const closingCases: ContractCase[] = [
  {
    name: "close() finishes queued work, and everything afterwards throws DisposedError",
    async run(backend) {
      const x = bufferOf(backend, [1]);
      const result = valuesIn(backend, x);
      backend.launch(addNumber(x, x, 1));
      const last = valuesIn(backend, x);
      await backend.close();
      expectEqual(await Promise.all([result, last]), [[1], [2]], "reads queued before");
      const attempts: [string, () => unknown][] = [
        ["allocate", () => backend.allocate(4)],
        ["free", () => backend.free(x)],
        ["write", () => backend.write(x, 0, Float32Array.of(1))],
        ["read", () => backend.read(x, 0, 4)],
        ["launch", () => backend.launch(addNumber(x, x, 1))],
        ["idle", () => backend.idle()],
        ["close", () => backend.close()],
      ];
      for (const [name, attempt] of attempts) await expectError(DisposedError, name, attempt);
    },
  },
];

/**
 * What every backend must do, whatever it runs on: order, ownership, errors. Give each case a device of its own.
 *
 * @example for (const { name, run } of deviceContract) test(name, async () => run(await cpu.open()));
 */
export const deviceContract: readonly ContractCase[] = [
  ...memoryCases,
  ...orderCases,
  ...launchCases,
  ...closingCases,
];

/** What `selectBackend` must do with a factory that opens; leaves no default backend behind. */
export async function checkSelecting(factory: BackendFactory): Promise<void> {
  const broken: BackendFactory = {
    name: "broken",
    open: () => Promise.reject(new Error("no such device")),
  };
  try {
    const first = await selectBackend([broken, factory]);
    expectEqual(first.name, factory.name, "the first that opens");
    await first.close();
    const preferred = await selectBackend([broken, factory], { prefer: factory.name });
    expectEqual(preferred.name, factory.name, "the preferred one");
    await preferred.close();
    const error = await expectError(Error, "a preferred backend that does not open", () =>
      selectBackend([factory, broken], { prefer: "broken" }),
    );
    if (!error.message.includes("no such device"))
      throw new Error(`message: found "${error.message}", expected the reason`);
    await expectError(Error, "an unknown name", () => selectBackend([factory], { prefer: "none" }));
  } finally {
    setDefaultBackend(undefined);
  }
}
