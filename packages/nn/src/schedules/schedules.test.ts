import { ArgumentError } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { chained, lambda, multiplicative, sequential, warmUp } from "./combinators.ts";
import { cosineRestarts, cyclic } from "./cycles.ts";
import { oneCycle, oneCycleMomentum } from "./one-cycle.ts";
import { constant, cosine, exponential, linearRamp, multiStep, polynomial, stepDecay } from "./schedules.ts";

const at = (schedule: (step: number) => number, steps: number[]) => steps.map(schedule);
const close = (found: number[], expected: number[]) =>
  found.forEach((rate, index) => {
    expect(rate).toBeCloseTo(expected[index]!, 12);
  });

describe("schedules", () => {
  test("constant, step, multi-step and exponential", () => {
    expect(at(constant(0.3), [0, 7])).toEqual([0.3, 0.3]);
    close(at(stepDecay(1, { every: 3 }), [0, 2, 3, 6]), [1, 1, 0.1, 0.01]);
    close(at(multiStep(1, { milestones: [2, 5], factor: 0.5 }), [1, 2, 4, 5]), [1, 0.5, 0.5, 0.25]);
    close(at(exponential(2, { factor: 0.9 }), [0, 1, 2]), [2, 1.8, 1.62]);
  });

  test("cosine starts at the rate, is halfway in the middle, and stays at the end", () => {
    close(at(cosine(1, { steps: 10, final: 0.2 }), [0, 5, 10, 50]), [1, 0.6, 0.2, 0.2]);
  });

  test("warm-up rises to the schedule, which then starts from its beginning", () => {
    const schedule = warmUp(cosine(1, { steps: 10 }), { steps: 4, from: 0.5 });
    close(at(schedule, [0, 2, 4, 9, 14]), [0.5, 0.75, 1, 0.5, 0]);
  });

  test("one cycle gives the rates of PyTorch's OneCycleLR(max_lr=1, total_steps=10)", () => {
    const rates = [0.04, 0.52, 1, 0.9504846320134737, 0.8117456539497631, 0.6112620219362893];
    close(at(oneCycle(1, { steps: 10 }), [0, 1, 2, 3, 4, 5]), rates);
    expect(oneCycle(1, { steps: 10 })(9)).toBeCloseTo(4e-6, 12);
  });

  test("one cycle is defined at every step, even if the rise is short", () => {
    // A tenth of 10 steps is the peak alone.
    expect(oneCycle(1, { steps: 10, warmUpShare: 0.1 })(0)).toBe(1);
    for (const steps of [1, 2, 3, 10]) {
      for (const warmUpShare of [0, 0.1, 0.5, 1]) {
        const schedule = oneCycle(1, { steps, warmUpShare });
        const rates = at(schedule, [0, 1, 2, steps - 1, steps, 99]);
        expect(rates.every((rate) => rate > 0 && rate <= 1)).toBe(true);
      }
    }
    expect(() => oneCycle(1, { steps: 10, warmUpShare: 1.1 })).toThrow(/warmUpShare: found 1.1/);
    expect(() => oneCycle(1, { steps: 10, finalDivisor: 0 })).toThrow(/finalDivisor: found 0/);
  });

  test.each<[string, () => unknown, string]>([
    [
      "no length",
      () => cosine(1, {} as never),
      "cosine: steps: found undefined, expected a finite positive number",
    ],
    ["no options", () => cosine(1, undefined as never), "cosine: steps: found undefined"],
    ["a length of 0", () => cosine(1, { steps: 0 }), "cosine: steps: found 0"],
    [
      "a length without an end",
      () => cosine(1, { steps: Number.POSITIVE_INFINITY }),
      "steps: found Infinity",
    ],
    ["an end below 0", () => cosine(1, { steps: 5, final: -1 }), "final: found -1"],
    ["a rate that is no number", () => cosine("1" as never, { steps: 5 }), 'cosine: rate: found "1"'],
    ["a period below 0", () => stepDecay(1, { every: -1 }), "stepDecay: every: found -1"],
    ["a factor that is NaN", () => stepDecay(1, { every: 1, factor: Number.NaN }), "factor: found NaN"],
    ["a milestone that is NaN", () => multiStep(1, { milestones: [Number.NaN] }), "milestones: found [NaN]"],
    ["one milestone", () => multiStep(1, { milestones: 3 as never }), "multiStep: milestones: found 3"],
    ["a factor below 0", () => multiStep(1, { milestones: [], factor: -1 }), "multiStep: factor: found -1"],
    [
      "PyTorch's gamma",
      () => exponential(1, { gamma: 0.9 } as never),
      'exponential: found the option "gamma"',
    ],
    ["a factor of NaN", () => exponential(1, { factor: Number.NaN }), "exponential: factor: found NaN"],
    ["a constant of NaN", () => constant(Number.NaN), "constant: rate: found NaN"],
    ["a rise below 0", () => warmUp(constant(1), { steps: -1 }), "warmUp: steps: found -1"],
    ["a rise from NaN", () => warmUp(constant(1), { steps: 1, from: Number.NaN }), "warmUp: from: found NaN"],
    [
      "no schedule",
      () => warmUp(0.1 as never, { steps: 1 }),
      "warmUp: schedule: found 0.1, expected a function",
    ],
    ["a factor of a constant", () => constant(1, { factor: -1 }), "constant: factor: found -1"],
    ["a ramp to NaN", () => linearRamp(1, { to: Number.NaN }), "linearRamp: to: found NaN"],
    ["a ramp of no steps", () => linearRamp(1, { steps: 0 }), "linearRamp: steps: found 0"],
    ["a power below 0", () => polynomial(1, { power: -1 }), "polynomial: power: found -1"],
    ["cycles that shrink", () => cosineRestarts(1, { steps: 5, growth: 0.5 }), "growth: found 0.5"],
    ["a mode", () => cyclic(0, 1, { mode: "triangle" as never }), 'cyclic: mode: found "triangle"'],
    ["a rise of no steps", () => cyclic(0, 1, { stepsUp: 0 }), "cyclic: stepsUp: found 0"],
    ["a curve", () => oneCycle(1, { steps: 5, annealing: "cos" as never }), 'annealing: found "cos"'],
    ["a momentum of 1", () => oneCycleMomentum({ steps: 5, max: 1 }), "oneCycleMomentum: max: found 1"],
    ["a number for a function", () => lambda(1, 0.5 as never), "lambda: factor: found 0.5"],
    ["a rate below 0", () => multiplicative(-1, () => 1), "multiplicative: rate: found -1"],
    ["no schedules", () => chained([]), "chained: schedules: found [], expected an array of schedules"],
    [
      "too few milestones",
      () => sequential([constant(1), constant(2)], { milestones: [] }),
      "sequential: milestones: found [], expected 1 rising numbers for 2 schedules",
    ],
    [
      "milestones that fall",
      () => sequential([constant(1), constant(2), constant(3)], { milestones: [5, 2] }),
      "sequential: milestones: found [5, 2], expected 2 rising numbers",
    ],
    ["no peak", () => oneCycle(undefined as never, { steps: 1 }), "oneCycle: peak: found undefined"],
  ])("invalid arguments are rejected immediately: %s", (_, make, message) => {
    expect(make).toThrow(ArgumentError);
    expect(make).toThrow(message);
  });

  test("a product has the same bits in a resumed run", () => {
    const make = () => multiplicative(0.1, (step) => 1 - 1 / (step + 2));
    const whole = make();
    const rates = at(whole, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([make()(9), make()(5), whole(3)]).toEqual([rates[9], rates[5], rates[3]]);
  });

  test("restarts are defined at every step, at fractions and far away too", () => {
    const schedule = cosineRestarts(1, { steps: 3, growth: 2 });
    close(at(schedule, [0, 1.5, 3, 6, 9, 1e9]).slice(0, 5), [1, 0.5, 1, 0.5, 1]);
    expect(schedule(1e9)).toBeGreaterThan(0);
    close(at(cosineRestarts(1, { steps: 3 }), [3e9, 3e9 + 1.5]), [1, 0.5]);
  });

  test("undefined counts as absent", () => {
    expect(stepDecay(1, { every: 1, factor: undefined })(1)).toBe(0.1);
    expect(cosine(1, { steps: 2, final: undefined })(2)).toBe(0);
  });
});
