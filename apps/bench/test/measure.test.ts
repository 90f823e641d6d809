import { describe, expect, it } from "vitest";
import { describeDisagreement } from "../src/core/agreement.ts";
import { type Effort, measure } from "../src/core/measure.ts";
import { computeQuartiles } from "../src/core/quartiles.ts";
import type { Program } from "../src/core/subject.ts";

const effort: Effort = { rounds: 7, windowMilliseconds: 10, patienceMilliseconds: 100, pauseMilliseconds: 0 };

/** Takes as long as it says, without taking any time. */
function pretend(
  name: string,
  computeMilliseconds: (repetitions: number) => number,
  calls: string[] = [],
): Program {
  return {
    time: async (repetitions) => {
      calls.push(`${name}${repetitions}`);
      return computeMilliseconds(repetitions);
    },
    dispose: () => undefined,
  };
}

describe("measure", () => {
  it("runs the programs in turns, and begins every round with the next program", async () => {
    const calls: string[] = [];
    const programs = ["a", "b", "c"].map((name) => pretend(name, () => 20, calls));
    await measure(programs, effort);
    // Ten windows of 10 ms to warm up, after the first run.
    const warmUps = ["a", "b", "c"].map((name) => `${name}1`.repeat(6)).join("");
    expect(calls.slice(0, 18).join("")).toBe(warmUps);
    const rounds = calls.slice(18);
    // Every turn is once for the caches, then what is timed.
    expect(rounds.filter((_, index) => index % 2 === 0)).toEqual(
      rounds.filter((_, index) => index % 2 === 1),
    );
    expect(rounds.filter((_, index) => index % 2 === 1).join("")).toBe(
      "a1b1c1b1c1a1c1a1b1a1b1c1b1c1a1c1a1b1a1b1c1",
    );
  });

  it("repeats short programs until the window is full, and returns the time of one repetition", async () => {
    const calls: string[] = [];
    const [timing] = await measure([pretend("a", (repetitions) => 2 * repetitions, calls)], effort);
    expect(calls.at(-1)).toBe("a5");
    expect(timing).toEqual({ milliseconds: 2, spread: 0, rounds: 7 });
  });

  it("runs a program once if it takes longer than the limit", async () => {
    const calls: string[] = [];
    const [timing] = await measure([pretend("a", () => 500, calls)], effort);
    expect(calls).toEqual(["a1"]);
    expect(timing).toEqual({ milliseconds: 500, spread: 0, rounds: 1 });
  });

  it("continues without a program that fails", async () => {
    const failing = pretend("a", () => {
      throw new Error("lost");
    });
    const [failed, timed] = await measure([failing, pretend("b", () => 30)], effort);
    expect(failed).toEqual(new Error("lost"));
    expect(timed).toMatchObject({ milliseconds: 30, rounds: 7 });
  });
});

it("quartiles are interpolated between the values", () => {
  expect(computeQuartiles([4, 1, 3, 2])).toEqual({ first: 1.75, median: 2.5, third: 3.25 });
  expect(computeQuartiles([5])).toEqual({ first: 5, median: 5, third: 5 });
});

describe("disagreement", () => {
  const expected = { y: Float32Array.of(3, 4) };

  it("is undefined within the tolerance, and otherwise names the result", () => {
    expect(describeDisagreement({ y: Float32Array.of(3, 4.0004) }, expected, 1e-4)).toBeUndefined();
    expect(describeDisagreement({ y: Float32Array.of(3, 4.1) }, expected, 1e-4)).toMatch(
      /^y: differs by 2.0e-2/,
    );
  });

  it("detects missing results, short results, and NaN", () => {
    expect(describeDisagreement({}, expected, 1)).toBe("y: found no such result");
    expect(describeDisagreement({ y: Float32Array.of(3) }, expected, 1)).toBe(
      "y: found 1 values, expected 2",
    );
    expect(describeDisagreement({ y: Float32Array.of(3, Number.NaN) }, expected, 1)).toMatch(
      /^y: differs by NaN/,
    );
  });
});
