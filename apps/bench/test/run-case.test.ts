import { cpu } from "@evenkeel/backend-cpu";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BenchCase } from "../src/core/bench-case.ts";
import { NotOfferedError, type Program, type Subject } from "../src/core/subject.ts";
import { evenkeel } from "../src/evenkeel/evenkeel.ts";
import { type Options, parseOptions } from "../src/options.ts";
import { runCase } from "../src/session/run-case.ts";
import type { Session } from "../src/session/session.ts";

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
  const backend = await cpu.open({ threads: 1 });
  const subject = evenkeel(backend, 1);
  session = {
    options: parseOptions(["--quick"]) as Options,
    own: [{ backend, subject }],
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
    ...{ name, backend: "cpu", threads: 1, close: async () => undefined },
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
  it("times who agrees with Evenkeel, and gives the others a reason in the place of a time", async () => {
    const peers = [
      peer("right", product),
      peer("wrong", (a, b) => product(a, b).map((value) => 1.001 * value)),
      peer("unable", () => {
        throw new NotOfferedError("has no matrices");
      }),
    ];
    const rows = await runCase(benchCase, { ...session, peers });
    const bySubject = Object.fromEntries(rows.map((row) => [row.subject, row]));
    expect(bySubject.right).toMatchObject({ milliseconds: 5, spread: 0, rounds: 7, flops: 24 });
    expect(bySubject.right!.gflops).toBeCloseTo(24 / 5e6);
    expect(bySubject.evenkeel!.milliseconds).toBeGreaterThan(0);
    expect(bySubject["roof-fma"]!.gflops).toBeGreaterThan(0);
    expect(bySubject.wrong).toMatchObject({ milliseconds: null, spread: null });
    expect(bySubject.wrong!.error).toMatch(/disagrees with Evenkeel: product: differs by 1\.0e-3/);
    expect(bySubject.unable).toMatchObject({ milliseconds: null, absent: "has no matrices" });
    expect(bySubject.gone).toMatchObject({ milliseconds: null, absent: "gone is not installed" });
  });

  it("leaves no memory behind", async () => {
    const { backend } = session.own[0]!;
    const before = backend.memory().live;
    await runCase(benchCase, session);
    expect(backend.memory().live).toBe(before);
  });
});
