import { describe, expect, test } from "vitest";
import { ArgumentError } from "../checks/errors.ts";
import { wholeStep, withoutStateChanges } from "../core/memory/state-change.ts";
import { getRandomSource, manualSeed, RandomSource } from "./random-source.ts";

test("a step that fails leaves random sources as they were", () => {
  const source = new RandomSource(7);
  const first = source.next();
  const failing = (): void => {
    source.next();
    source.state = { seed: 1, position: 9 };
    source.next();
    throw new RangeError("on purpose");
  };
  expect(() => wholeStep(failing)).toThrow(RangeError);
  expect(source.state).toEqual({ seed: 7, position: 1 });
  expect(wholeStep(() => [source.next(), source.next()])).toEqual([
    { seed: 7, stream: 1 },
    { seed: 7, stream: 2 },
  ]);
  expect(first).toEqual({ seed: 7, stream: 0 });
  expect(source.state.position).toBe(3);
});

test("withoutStateChanges restores random sources, including those of inner steps, even if it throws", () => {
  const source = new RandomSource(7);
  manualSeed(1);
  const draw = () => [source.next(), getRandomSource().next()];
  const [first, second] = withoutStateChanges(() => [draw(), wholeStep(draw)]);
  expect(second).not.toEqual(first);
  expect(draw()).toEqual(first);
  const failing = () =>
    withoutStateChanges(() => {
      draw();
      throw new RangeError("on purpose");
    });
  expect(failing).toThrow(RangeError);
  expect(wholeStep(() => withoutStateChanges(draw))).toEqual(second);
  expect(draw()).toEqual(second);
});

describe("random sources", () => {
  test("never return a key twice, and repeat the same keys from the same position", () => {
    const source = new RandomSource(5);
    const keys = [source.next(), source.next()];
    expect(keys[0]).not.toEqual(keys[1]);
    source.state = { seed: 5, position: 0 };
    expect([source.next(), source.next()]).toEqual(keys);
  });

  test("forks do not depend on later draws", () => {
    const [a, b] = [new RandomSource(5), new RandomSource(5)];
    const [forkOfA, forkOfB] = [a.fork(), b.fork()];
    a.next();
    expect(forkOfA.next()).toEqual(forkOfB.next());
    expect(a.fork().state.seed).not.toBe(forkOfA.state.seed);
  });

  test("without a seed there is one source for all, which can be restarted", () => {
    manualSeed(3);
    const first = getRandomSource(undefined).next();
    expect(getRandomSource(undefined).next()).not.toEqual(first);
    manualSeed(3);
    expect(getRandomSource(undefined).next()).toEqual(first);
    expect(getRandomSource(9).state.seed).toBe(9);
  });

  test.each([-1, 0.5, 2 ** 32, Number.NaN, "1", null, {}])("%s is not a seed", (seed) => {
    expect(() => new RandomSource(seed as number)).toThrow(
      /RandomSource: seed: found .*integer in \[0, 2\^32\)/,
    );
    expect(() => getRandomSource(seed as number)).toThrow(ArgumentError);
  });

  test.each([null, {}, { seed: 1 }, { seed: 1, position: 0.5 }, { seed: 1, position: 2, step: 3 }])(
    "%o is no state of a source",
    (state) => {
      const source = new RandomSource(5);
      expect(() => {
        source.state = state as never;
      }).toThrow(ArgumentError);
      expect(source.state).toEqual({ seed: 5, position: 0 });
    },
  );
});
