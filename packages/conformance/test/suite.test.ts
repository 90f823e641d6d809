import { cpu } from "@evenkeel/backend-cpu";
import type { AnyOp, Backend, Launch, OpCases, Tensor } from "@evenkeel/tensor";
import { ArgumentError, add, describeBackend, fromData, mul, sum, tensor } from "@evenkeel/tensor";
import { addOp, reluOp, sumOp } from "@evenkeel/tensor/ops";
import { makeBackendWith, RecordingBackend } from "@evenkeel/tensor/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { KnownFailure } from "../src/index.ts";
import { drawValues, referenceBackend, runCase, runConformance } from "../src/index.ts";

const f32 = "f32" as const;
const pair = { shape: [5, 3], dtype: f32, values: { normal: [0, 1] } } as const;
const addCases: OpCases = {
  op: addOp as AnyOp,
  accuracy: "rounding",
  cases: [
    { name: "matrices", attrs: {}, inputs: [pair, pair] },
    { name: "wide", attrs: {}, inputs: [pair, { ...pair, values: "non-finite" }], needs: "non-finite" },
  ],
};
const sumCases: OpCases = {
  op: sumOp as AnyOp,
  accuracy: { reduction: 5 },
  cases: [{ name: "columns", attrs: { axes: [0], keepDims: false }, inputs: [pair] }],
};

let backend: Backend;
beforeEach(async () => {
  backend = await cpu({ threads: 1 }).open();
});
afterEach(() => backend.close());

/** The device with one method replaced. */
const deviceWith = (changes: Partial<Backend>): Backend => makeBackendWith(backend, changes);

describe("the suite detects", () => {
  test("a value that is slightly wrong", async () => {
    const wrong = deviceWith({
      async read(buffer, byteOffset, bytes) {
        const contents = await backend.read(buffer, byteOffset, bytes);
        const values = new Float32Array(contents);
        if (values.length > 3) values[3]! *= 1 + 2 ** -21;
        return contents;
      },
    });
    const { failed, ops } = await runConformance(wrong, { cases: [addCases, sumCases] });
    expect(failed).toBe(2);
    expect(ops.add).toMatchObject({ kernel: "kernel", passed: 0, failed: 2 });
    expect(ops.add!.worstError).toBeGreaterThan(1e-7);
    expect(ops.sum!.failed).toBe(0);
  });

  test("a NaN instead of a number, and a number instead of a NaN", async () => {
    for (const value of [Number.NaN, 0]) {
      const wrong = deviceWith({
        async read(buffer, byteOffset, bytes) {
          const values = new Float32Array(await backend.read(buffer, byteOffset, bytes));
          const place = values.findIndex((x) => Number.isNaN(x) !== Number.isNaN(value));
          if (place >= 0) values[place] = value;
          return values.buffer;
        },
      });
      const { status, checks } = await runCase(wrong, addCases, addCases.cases[1]!);
      expect([status, checks[0]!.check]).toEqual(["failed", "forward"]);
      expect(checks[0]!.failure).toMatch(/1 of 15 values of f32 \[5, 3\] are off/);
    }
  });

  test("launches that do nothing, memory that is not freed, and a missing kernel", async () => {
    const idle = await runCase(deviceWith({ launch: (_: Launch) => {} }), addCases, addCases.cases[0]!);
    expect(idle.status).toBe("failed");
    const leaking = deviceWith({ free: () => {} });
    const leak = await runCase(leaking, addCases, addCases.cases[0]!);
    expect(leak.checks.filter(({ failure }) => failure !== undefined).map(({ check }) => check)).toEqual([
      "memory",
    ]);
    const foreign = deviceWith({ languages: ["none"] });
    const { ops } = await runConformance(foreign, { cases: [sumCases] });
    expect(ops.sum).toMatchObject({ kernel: "missing", passed: 0, failed: 1 });
  });

  test("a wrong gradient", async () => {
    const op: AnyOp = {
      ...reluOp,
      plan: () => ({ launches: [], temporaries: [], aliases: [[0, 0]] }),
    };
    const positive = { shape: [4], dtype: f32, values: { uniform: [1, 2] } } as const;
    const opCases: OpCases = {
      op,
      accuracy: "exact",
      cases: [{ name: "positive", attrs: {}, inputs: [positive] }],
    };
    expect((await runCase(backend, opCases, opCases.cases[0]!)).status).toBe("passed");
    const twice: AnyOp = {
      ...op,
      gradient: {
        reads: () => ({ inputs: [], outputs: [] }),
        // Here the gradients of the device and the reference differ.
        apply: ({ outputGradients: [dy] }) => [dy!.backend === referenceBackend ? dy : mul(dy!, 1.00001)],
      },
    };
    const { checks } = await runCase(backend, { ...opCases, op: twice }, opCases.cases[0]!);
    expect(checks.filter(({ failure }) => failure !== undefined).map(({ check }) => check)).toEqual([
      "gradient",
    ]);
  });
});

describe("reports", () => {
  test("count passed, failed and skipped cases", async () => {
    const limited = deviceWith({ limits: { ...backend.limits, features: new Set() } });
    const report = await runConformance(limited, { cases: [addCases, sumCases] });
    expect(report).toMatchObject({
      backend: "cpu",
      device: backend.device,
      passed: 2,
      failed: 0,
      skipped: 1,
    });
    expect(Object.keys(report.ops)).toEqual(["add", "sum"]);
  });

  test("a known failure is skipped with its reason, and fails once it passes", async () => {
    const known: KnownFailure[] = [{ backend: "cpu", op: "add", case: "matrices", reason: "for this test" }];
    const broken = deviceWith({ launch: (_: Launch) => {} });
    const outcomes: string[] = [];
    const options = { cases: [addCases], knownFailures: known };
    await runConformance(broken, {
      ...options,
      onCase: ({ case: name, status, reason }) => outcomes.push(`${name}: ${status} ${reason ?? ""}`),
    });
    expect(outcomes[0]).toBe("matrices: skipped for this test");
    const mended = await runConformance(backend, options);
    expect(mended).toMatchObject({ passed: 1, failed: 1, skipped: 0 });
  });

  test("of one op, which must exist", async () => {
    const report = await runConformance(backend, { cases: [addCases, sumCases], op: "sum" });
    expect(Object.keys(report.ops)).toEqual(["sum"]);
    await expect(runConformance(backend, { op: "nosuch" })).rejects.toThrow(ArgumentError);
  });
});

test("values depend only on the name, and are representable in the dtype", () => {
  const integers = { shape: [200], dtype: "u8", values: { integers: [-2, 300] } } as const;
  expect(drawValues(pair, "a")).toEqual(drawValues(pair, "a"));
  expect(drawValues(pair, "a")).not.toEqual(drawValues(pair, "b"));
  expect(drawValues(integers, "a").every((x) => Number.isInteger(x) && x >= 0 && x < 256)).toBe(true);
  const distinct = drawValues({ shape: [5000], dtype: f32, values: "distinct" }, "a");
  expect(new Set(distinct).size).toBe(5000);
  const wild = drawValues({ shape: [40], dtype: f32, values: "non-finite" }, "a");
  for (const special of [Number.NaN, Infinity, -Infinity, 0, -0]) {
    expect(wild.some((x) => Object.is(x, special))).toBe(true);
  }
});

test("a recording backend counts launches and bytes", async () => {
  const recording = new RecordingBackend(backend);
  const x = fromData(new Float32Array(100), { shape: [100], dtype: f32 }, { backend: recording });
  const y: Tensor = sum(add(x, x));
  await y.item();
  const { launches, counts, ...bytes } = recording.traffic();
  expect(launches.map(({ kind }) => kind)).toEqual(["expression", "kernel"]);
  expect(counts.expression).toBe(1);
  expect(launches[0]).toMatchObject({ bytesRead: 800, bytesWritten: 400 });
  expect(bytes).toMatchObject({ bytesUploaded: 400, bytesDownloaded: 4 });
  recording.reset();
  expect(recording.traffic()).toMatchObject({ launches: [], bytesRead: 0, bytesUploaded: 0 });
});

test("tensors of two backends cannot be combined", async () => {
  const [one, other] = [await cpu({ threads: 1 }).open(), await cpu({ threads: 1 }).open()];
  try {
    const a = tensor([1], { backend: one });
    expect(() => add(a, tensor([1], { backend: other }))).toThrow(
      /^add: found tensors of two backends, cpu (\d+) \(.+\) and cpu (?!\1)\d+ \(.+\), expected one$/,
    );
    const third = tensor([1], { backend: referenceBackend });
    expect(() => add(a, third)).toThrow(
      `${describeBackend(one)} and ${describeBackend(third.backend)}, expected one`,
    );
  } finally {
    await Promise.all([one.close(), other.close()]);
  }
});
