import { beforeAll, expect, test } from "vitest";
import { full } from "../../ops/creation/full.ts";
import { RecordingBackend } from "../../testing/recording-backend.ts";
import { setDefaultBackend } from "../devices/backend.ts";
import { scope } from "./scope.ts";
import type { Tensor } from "./tensor.ts";

beforeAll(() => setDefaultBackend(new RecordingBackend()));

class Pair {
  readonly left: Tensor;
  readonly rest: unknown;
  constructor(left: Tensor, rest: unknown) {
    this.left = left;
    this.rest = rest;
  }
}

const make = (): Tensor => full([2], 1);

test.each<[string, (x: Tensor) => unknown]>([
  ["itself", (x) => x],
  ["an array", (x) => [1, [x]]],
  ["a plain object", (x) => ({ a: { b: x } })],
  ["an object without a prototype", (x) => Object.assign(Object.create(null), { x })],
  ["a Map's values", (x) => new Map([["x", x]])],
  ["a Map's keys", (x) => new Map([[x, "x"]])],
  ["a Set in an array", (x) => [new Set([x])]],
  ["an object of a class", (x) => new Pair(x, undefined)],
  ["an object of a class, deep inside", (x) => new Pair(make(), [new Pair(make(), new Map([[1, { x }]]))])],
])("a scope keeps the tensors of its result: %s", (_name, getResult) => {
  let kept: Tensor | undefined;
  let other: Tensor | undefined;
  const isDisposedInside = scope(() => {
    scope(() => {
      [kept, other] = [make(), make()];
      return getResult(kept);
    });
    return kept!.isDisposed;
  });
  expect(isDisposedInside).toBe(false);
  expect(other!.isDisposed).toBe(true);
  // It belonged to the outer scope, which did not return it.
  expect(kept!.isDisposed).toBe(true);
});

test("a result that cannot be searched leaves no tensors", () => {
  let made: Tensor | undefined;
  const walk = (): unknown =>
    scope(() => {
      made = make();
      return {
        get x(): Tensor {
          throw new RangeError("no x");
        },
      };
    });
  expect(walk).toThrow("no x");
  expect(made!.isDisposed).toBe(true);
});

test("the search in a result that contains itself ends", () => {
  const ring: { self?: unknown; x?: Tensor } = {};
  ring.self = ring;
  scope(() => {
    ring.x = make();
    return ring;
  });
  expect(ring.x!.isDisposed).toBe(false);
});
