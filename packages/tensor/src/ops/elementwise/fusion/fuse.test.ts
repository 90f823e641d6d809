import { describe, expect, test } from "vitest";
import { ArgumentError, DTypeError, ShapeError } from "../../../checks/errors.ts";
import type { ExpressionLaunch } from "../../../core/devices/launch.ts";
import type { Tensor } from "../../../core/memory/tensor.ts";
import { tensor } from "../../../creation/tensor.ts";
import { makeEvaluator } from "../../../expression/evaluate.ts";
import { buildExpression } from "../../../expression/expression.ts";
import * as e from "../../../expression/functions.ts";
import * as ops from "../../../index.ts";
import { RecordingBackend } from "../../../testing/recording-backend.ts";
import { fuse } from "./fuse.ts";
import { evaluateExpression } from "./fused.ts";

function setUp() {
  const backend = new RecordingBackend();
  const make = (data: number[] | number[][]) => tensor(data, { backend });
  const launches = () => backend.launches as ExpressionLaunch<unknown, never>[];
  /** What the last launch computes at a point. */
  const at = (...point: number[]) => {
    const { expression, scalars } = launches().at(-1)!;
    return makeEvaluator(expression)(point, scalars, 0);
  };
  return { backend, make, launches, at };
}

describe("evaluateExpression", () => {
  const sum = buildExpression({ inputs: ["f32", "f32"] }, ([x, y]) => e.add(x!, y!));

  test("rejects inputs whose dtypes are not those of the expression", () => {
    const { backend, make } = setUp();
    const integers = tensor([1, 2], { dtype: "i32", backend });
    expect(() => evaluateExpression(sum, [make([1, 2]), integers])).toThrow(DTypeError);
    expect(() => evaluateExpression(sum, [make([1, 2]), integers])).toThrow(
      "fused: input 1: found i32 [2], expected f32",
    );
    expect(() => evaluateExpression(sum, [make([1, 2])])).toThrow("fused: found 1 inputs, expected 2");
  });
});

describe("fuse", () => {
  test("runs a chain in one launch that reads each input once", () => {
    const { make, launches, at } = setUp();
    const [a, b] = [make([1, 2]), make([3, 4])];
    const f = fuse((x: Tensor, y: Tensor) => ops.relu(ops.add(ops.mul(ops.mul(x, y), x), 1)));
    expect(f(a, b).shape).toEqual([2]);
    expect(launches()).toHaveLength(1);
    expect(launches()[0]!.reads).toHaveLength(2);
    expect([at(2, 3), at(-2, -3)]).toEqual([[13], [0]]);
  });

  test("numbers may change from call to call: only the scalars change, not the expression", () => {
    const { make, launches, at } = setUp();
    const x = make([1, 2]);
    let rate = 0.5;
    const f = fuse((t: Tensor, shift: number) => ops.add(ops.mul(t, rate), shift));
    f(x, 1);
    expect(at(8)).toEqual([5]);
    rate = 2;
    f(x, -1);
    expect(at(8)).toEqual([15]);
    expect(launches()[1]!.expression).toBe(launches()[0]!.expression);
  });

  test("tensors that the function closes over are inputs, with their values at the call", () => {
    const { make, launches } = setUp();
    let weight = make([1, 2]);
    const f = fuse((t: Tensor) => ops.mul(t, weight));
    const x = make([3, 4]);
    f(x);
    weight = make([5, 6]);
    f(x);
    const second = launches().map(({ reads }) => reads[1]!.operand as { buffer: unknown });
    expect(second[1]!.buffer).toBe(weight.storage.buffer);
    expect(second[0]!.buffer).not.toBe(weight.storage.buffer);
  });

  test("a different path through the function is a different expression", () => {
    const { make, at } = setUp();
    let isRectified = true;
    const f = fuse((t: Tensor) => (isRectified ? ops.relu(t) : ops.neg(t)));
    const x = make([1]);
    f(x);
    expect(at(-3)).toEqual([0]);
    isRectified = false;
    f(x);
    expect(at(-3)).toEqual([3]);
  });

  test("broadcasts, and returns several results", () => {
    const { make, launches, at } = setUp();
    const f = fuse((x: Tensor, row: Tensor): [Tensor, Tensor] => {
      const sum = ops.add(x, row);
      return [sum, ops.greater(sum, 0)];
    });
    const [sum, isPositive] = f(make([[1], [2]]), make([1, 2, 3]));
    expect([sum.shape, isPositive.shape, isPositive.dtype]).toEqual([[2, 3], [2, 3], "bool"]);
    expect(launches()).toHaveLength(1);
    expect(at(1, -3)).toEqual([-2, 0]);
  });

  test("an input that no result depends on is not read", () => {
    const { make, launches } = setUp();
    const f = fuse((x: Tensor, y: Tensor) => {
      ops.add(x, y);
      return ops.neg(x);
    });
    expect(f(make([1, 2]), make([[1], [2], [3]])).shape).toEqual([2]);
    expect(launches()[0]!.reads).toHaveLength(1);
  });

  test("draws random numbers and constants inside, in the shape of the result", () => {
    const { backend, make, launches } = setUp();
    const key = { seed: 1, stream: 2 };
    const dropout = fuse((x: Tensor) => ops.where(ops.bernoulli([2, 3], 0.5, key), ops.mul(x, 2), 0));
    expect(dropout(make([1, 2, 3])).shape).toEqual([2, 3]);
    expect(launches()).toHaveLength(1);
    const misplaced = fuse((x: Tensor) => ops.add(x, ops.uniform([3], key)));
    expect(() => misplaced(make([[1], [2]]))).toThrow(ShapeError);
    const constant = fuse(() => ops.full([2, 2], 3, { backend }));
    expect(constant().shape).toEqual([2, 2]);
  });

  test("leaves nothing behind but its results", () => {
    const { backend, make } = setUp();
    const x = make([1, 2]);
    const f = fuse((t: Tensor) => ops.exp(ops.neg(ops.square(t))));
    f(x).dispose();
    expect(backend.buffersAlive).toBe(1);
    const failing = fuse((t: Tensor) => ops.sum(ops.neg(t)));
    expect(() => failing(x)).toThrow(ArgumentError);
    expect(backend.buffersAlive).toBe(1);
  });

  test("names what cannot be fused", () => {
    const { make } = setUp();
    const x = make([1, 2]);
    expect(() => fuse((t: Tensor) => ops.sum(t))(x)).toThrow(
      "fuse: found sum, expected only elementwise operations",
    );
    expect(() => fuse((t: Tensor) => [ops.neg(t), ops.add(t, make([[1], [2]]))])(x)).toThrow(
      "fuse: found results of shapes [2] and [2, 2], expected one shape",
    );
    expect(() => fuse((() => 3) as unknown as () => Tensor)()).toThrow(ArgumentError);
    expect(() => fuse((async (t: Tensor) => ops.neg(t)) as unknown as (t: Tensor) => Tensor)(x)).toThrow(
      "promise",
    );
  });
});
