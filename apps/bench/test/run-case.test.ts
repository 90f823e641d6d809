import { cpu } from "@evenkeel/backend-cpu";
import { OutOfMemoryError } from "@evenkeel/tensor";
import { makeBackendWith } from "@evenkeel/tensor/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BenchCase } from "../src/core/bench-case.ts";
import { quickEffort } from "../src/core/measure.ts";
import type { Row } from "../src/core/rows.ts";
import { NotOfferedError, type Program, type Subject } from "../src/core/subject.ts";
import type { MaskedSoftmaxTask } from "../src/core/task.ts";
import { evenkeel } from "../src/evenkeel/evenkeel.ts";
import { type Options, parseOptions } from "../src/options.ts";
import { runCase } from "../src/session/run-case.ts";
import type { Session } from "../src/session/session.ts";

const { rounds } = quickEffort;

const benchCase: BenchCase = {
  suite: "matmul",
  name: "2x3x2",
  task: { kind: "matmul", m: 2, k: 3, n: 2 },
  flops: 24,
  roofs: [{ name: "roof-fma", flops: 24 }],
  tolerance: 1e-5,
};

let session: Session;

beforeAll(async () => {
  const backend = await cpu({ threads: 1 }).open();
  const subject = evenkeel(backend, 1);
  session = {
    options: parseOptions(["--quick"]) as Options,
    own: [{ backend, subject }],
    narrow: [],
    peers: [],
    absent: [{ name: "gone", threads: 1, reason: new NotOfferedError("gone is not installed") }],
    gpuIsSoftware: false,
    folder: "",
    close: () => subject.close(),
  };
});

afterAll(() => session.close());

/** A peer whose product is what `productOf` makes of the right one. */
function peer(name: string, prepare: (a: Float32Array, b: Float32Array) => Float32Array): Subject {
  return {
    name,
    backend: "cpu",
    threads: 1,
    close: async () => undefined,
    prepare: async (_task, { a, b }): Promise<Program> => ({
      results: async () => ({ product: prepare(a!.data as Float32Array, b!.data as Float32Array) }),
      time: async (repetitions) => 5 * repetitions,
      dispose: () => undefined,
    }),
  };
}

function product(a: Float32Array, b: Float32Array): Float32Array {
  const c = new Float32Array(4);
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) for (let k = 0; k < 3; k++) c[2 * i + j]! += a[3 * i + k]! * b[2 * k + j]!;
  }
  return c;
}

describe("a case", () => {
  it("times the subjects that agree with Evenkeel, and gives a reason for the others", async () => {
    const peers = [
      peer("right", product),
      peer("wrong", (a, b) => product(a, b).map((value) => 1.001 * value)),
      peer("unable", () => {
        throw new NotOfferedError("has no matrices");
      }),
    ];
    const rows = await runCase(benchCase, { ...session, peers });
    const bySubject = Object.fromEntries(rows.map((row) => [row.subject, row]));
    expect(bySubject.right).toMatchObject({ milliseconds: 5, spread: 0, rounds, flops: 24 });
    expect(bySubject.right!.gflops).toBeCloseTo(24 / 5e6);
    expect(bySubject.evenkeel!.milliseconds).toBeGreaterThan(0);
    expect(bySubject["roof-fma"]!.gflops).toBeGreaterThan(0);
    expect(bySubject.wrong).toMatchObject({ milliseconds: null, spread: null });
    expect(bySubject.wrong!.error).toMatch(/disagrees with Evenkeel: product: differs by 1\.0e-3/);
    expect(bySubject.unable).toMatchObject({ milliseconds: null, absent: "has no matrices" });
    expect(bySubject.gone).toMatchObject({ milliseconds: null, absent: "gone is not installed" });
  });

  it("reports a device without enough memory in a row, and times the others", async () => {
    const full = peer("full", () => {
      throw new OutOfMemoryError("allocate: found 2 bytes, expected at most 1");
    });
    const rows = await runCase(benchCase, { ...session, peers: [full, peer("right", product)] });
    expect(rows.find(({ subject }) => subject === "full")).toMatchObject({
      milliseconds: null,
      absent: expect.stringContaining("expected at most 1"),
    });
    expect(rows.find(({ subject }) => subject === "right")!.milliseconds).toBe(5);
  });

  it("continues if Evenkeel itself has too little memory, and reports why nothing is timed", async () => {
    const { backend, subject } = session.own[0]!;
    const prepare = async (): Promise<never> => {
      throw new OutOfMemoryError("allocate: no room");
    };
    const own = [{ backend, subject: { ...subject, prepare } }];
    const rows = await runCase(
      { ...benchCase, roofs: [] },
      { ...session, own, peers: [peer("right", product)] },
    );
    expect(rows.map(({ subject, absent, error }) => [subject, absent, error])).toEqual([
      ["evenkeel", "allocate: no room", undefined],
      ["right", "Evenkeel has no result to compare with", undefined],
      ["gone", "gone is not installed", undefined],
    ]);
  });

  it("reports a roof that the device has too little memory for, even if that is found out late", async () => {
    const { backend, subject } = session.own[0]!;
    let hasFailed = false;
    const late = makeBackendWith(backend, {
      idle: async () => {
        if (hasFailed) return backend.idle();
        hasFailed = true;
        throw new OutOfMemoryError("idle: no room");
      },
    });
    const before = backend.memory().live;
    const rows = await runCase(benchCase, { ...session, own: [{ backend: late, subject }] });
    expect(rows.find(({ subject }) => subject === "roof-fma")).toMatchObject({ absent: "idle: no room" });
    expect(rows.find(({ subject }) => subject === "evenkeel")!.milliseconds).toBeGreaterThan(0);
    expect(backend.memory().live).toBe(before);
  });

  it("continues if a program fails in its cleanup", async () => {
    const broken = peer("broken", product);
    const prepare: Subject["prepare"] = async (task, inputs) => ({
      ...(await broken.prepare(task, inputs)),
      time: () => Promise.reject(new Error("the process ended")),
      dispose: () => Promise.reject(new Error("the process ended")),
    });
    const rows = await runCase(benchCase, { ...session, peers: [{ ...broken, prepare }] });
    expect(rows.find(({ subject }) => subject === "broken")).toMatchObject({ error: "the process ended" });
    expect(rows.find(({ subject }) => subject === "evenkeel")!.milliseconds).toBeGreaterThan(0);
  });

  it("times a variant under its own name if it has the results of the case", async () => {
    const task: MaskedSoftmaxTask = {
      kind: "masked-softmax",
      shape: [2, 2, 3, 5],
      pass: "forward-backward",
      mask: "causal",
      scale: 0.5,
    };
    const name = "evenkeel-unfused";
    const runWith = (variant: Partial<MaskedSoftmaxTask>, isEquivalent = true): Promise<readonly Row[]> => {
      const beside = { name, task: { ...task, ...variant }, isEquivalent } as const;
      return runCase({ ...benchCase, task, roofs: [], flops: 24, beside, tolerance: 1e-6 }, session);
    };
    const findRow = (rows: readonly Row[]) => rows.find(({ subject }) => subject === name)!;
    const right = findRow(await runWith({ isComposed: true }));
    expect(right).toMatchObject({ case: "2x3x2", threads: 1, rounds, flops: undefined });
    expect(right.milliseconds).toBeGreaterThan(0);
    const wrong = findRow(await runWith({ isComposed: true, scale: 0.6 }));
    expect(wrong).toMatchObject({
      milliseconds: null,
      error: expect.stringMatching(/disagrees with Evenkeel: y/),
    });
    expect(findRow(await runWith({ scale: 0.6 }, false)).milliseconds).toBeGreaterThan(0);
  });

  it("takes the effort that the case asks for, unless only a quick check is wanted", async () => {
    const effort = { rounds: 5, windowMilliseconds: 1, pauseMilliseconds: 0 };
    const countRounds = async (quick: boolean): Promise<(number | undefined)[]> => {
      const options = { ...session.options, quick };
      const rows = await runCase({ ...benchCase, roofs: [], effort }, { ...session, options, absent: [] });
      return rows.map(({ rounds }) => rounds);
    };
    expect(await countRounds(false)).toEqual([5]);
    expect(await countRounds(true)).toEqual([rounds]);
  });

  it("frees all memory", async () => {
    const { backend } = session.own[0]!;
    const before = backend.memory().live;
    await runCase(benchCase, session);
    expect(backend.memory().live).toBe(before);
  });
});
