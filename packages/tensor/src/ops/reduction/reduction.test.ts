import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ArgumentError, DTypeError, ShapeError } from "../../checks/errors.ts";
import { countElements } from "../../core/spec.ts";
import { fromData } from "../../creation/from-data.ts";
import type { DType } from "../../expression/dtype.ts";
import * as ops from "../../index.ts";
import { RecordingBackend } from "../../testing/recording-backend.ts";
import { listReductionPasses } from "./passes.ts";
import { computeReducedShape, countReduced } from "./reduction-geometry.ts";

const backend = new RecordingBackend();
await ops.loadPlans(backend.languages);
/** A tensor that no launch has made. */
const of = (dtype: DType, ...shape: number[]) =>
  fromData(new Float64Array(countElements(shape)), { shape, dtype }, { backend });
const f32 = (...shape: number[]) => of("f32", ...shape);

/** How many launches a call makes. */
function countLaunches(call: () => unknown): number {
  const before = backend.launches.length;
  call();
  return backend.launches.length - before;
}

const shapeAndAxes = fc
  .array(fc.integer({ min: 1, max: 40 }), { maxLength: 5 })
  .chain((shape) => fc.tuple(fc.constant(shape), fc.subarray(shape.map((_, axis) => axis))));

describe("passes", () => {
  test("each reads the output of the previous one, and the last writes the result", () => {
    fc.assert(
      fc.property(shapeAndAxes, ([shape, axes]) => {
        let elements = countElements(shape);
        for (const { outer, length, inner, splits, splitLength } of listReductionPasses(shape, axes)) {
          expect(outer * length * inner).toBe(elements);
          expect(splits * splitLength).toBeGreaterThanOrEqual(length);
          expect((splits - 1) * splitLength).toBeLessThan(length);
          elements = outer * splits * inner;
        }
        expect(elements).toBe(countElements(shape) / countReduced(shape, axes));
        expect(elements).toBe(countElements(computeReducedShape(shape, { axes, keepDims: true })));
      }),
    );
  });

  test.each([
    [[1000], [0], 1],
    [[100, 100], [0, 1], 1],
    [[1_000_000], [0], 2],
    [[32, 64, 56, 56], [0, 2, 3], 2],
    [[100_352, 64], [0], 2],
    [[64, 1, 10], [1], 0],
    [[0, 3], [0], 1],
    [[0, 3], [1], 0],
  ])("the sum of %j over %j takes %i launches", (shape, axes, launches) => {
    const x = f32(...shape);
    expect(countLaunches(() => ops.sum(x, { axis: axes }))).toBe(launches);
  });

  test("mean and variance of channels take two launches together", () => {
    const x = f32(32, 64, 56, 56);
    expect(countLaunches(() => ops.moments(x, { axis: [0, 2, 3] }))).toBe(2);
  });

  test("the division of work depends only on the shape, and no part is smaller than a chunk should be", () => {
    for (const { outer, length, inner, splits, splitLength } of listReductionPasses([3_000_000, 3], [0])) {
      expect(splitLength * Math.min(inner, 256)).toBeLessThanOrEqual(32_768);
      expect([outer, splits > 1 || length <= 32_768]).toEqual([1, true]);
    }
  });
});

describe("shapes and errors", () => {
  test("axes are dropped or kept", () => {
    const x = f32(2, 3, 4);
    expect(ops.sum(x).shape).toEqual([]);
    expect(ops.mean(x, { axis: -1 }).shape).toEqual([2, 3]);
    expect(ops.max(x, { axis: [0, 2], keepDims: true }).shape).toEqual([1, 3, 1]);
    expect(ops.logsumexp(x, { axis: [] }).shape).toEqual([2, 3, 4]);
    expect(ops.variance(x, { axis: 1 }).shape).toEqual([2, 4]);
    expect(ops.argmax(x).shape).toEqual([]);
    expect(ops.argmin(x, { keepDims: true }).shape).toEqual([1, 1, 1]);
    expect(ops.argmax(x, { axis: 1 })).toMatchObject({ shape: [2, 4], dtype: "i32" });
  });

  test("errors name wrong axes", () => {
    expect(() => ops.sum(f32(2, 3), { axis: 2 })).toThrow(
      new ArgumentError("sum: axis: found 2, expected an integer in [-2, 2)"),
    );
    expect(() => ops.mean(f32(2, 3), { axis: [1, -1] })).toThrow(
      new ArgumentError("mean: axis: found [1, 1], expected each axis once"),
    );
  });

  test("dtypes without such a reduction are rejected", () => {
    const labels = of("i32", 3);
    expect(() => ops.mean(labels)).toThrow(new DTypeError("mean: x: found i32, expected f32 or f16"));
    expect(() => ops.sum(of("bool", 3))).toThrow(DTypeError);
  });

  test("an extreme of no elements is rejected, no extremes of no elements are not", () => {
    expect(() => ops.max(f32(0, 3), { axis: 0 })).toThrow(
      new ShapeError("max: x: found [0, 3], expected at least one element for each of [3]"),
    );
    expect(ops.min(f32(0, 3), { axis: 1 }).shape).toEqual([0]);
    expect(() => ops.argmax(f32(0))).toThrow(ShapeError);
  });
});

describe("sumTo", () => {
  test("returns the tensor itself if nothing was broadcast", () => {
    const x = f32(2, 3);
    expect(ops.sumTo(x, [2, 3])).toBe(x);
  });

  test("sums broadcast axes, and only views added ones of one element", () => {
    expect(ops.sumTo(f32(4, 2, 3), [2, 1]).shape).toEqual([2, 1]);
    expect(countLaunches(() => ops.sumTo(f32(4, 2, 3), [2, 1]))).toBe(2);
    expect(countLaunches(() => ops.sumTo(f32(1, 1, 3), [3]))).toBe(0);
  });

  test("a shape that does not broadcast is rejected", () => {
    expect(() => ops.sumTo(f32(2, 3), [3, 3])).toThrow(ShapeError);
    expect(() => ops.sumTo(f32(1, 3), [2, 3])).toThrow(
      new ShapeError("sumTo: found [1, 3], expected a shape to which [2, 3] broadcasts"),
    );
  });
});
