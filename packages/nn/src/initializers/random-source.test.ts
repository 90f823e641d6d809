import { wholeStep } from "@evenkeel/autodiff";
import { expect, test } from "vitest";
import { RandomSource } from "./random-source.ts";

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
