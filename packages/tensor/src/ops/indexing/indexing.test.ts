import { describe, expect, test } from "vitest";
import { ArgumentError, DTypeError, ShapeError } from "../../checks/errors.ts";
import type { HostLaunch, Slot } from "../../core/devices/launch.ts";
import { countElements } from "../../core/spec.ts";
import { fromData } from "../../creation/from-data.ts";
import type { DType } from "../../expression/dtype.ts";
import * as ops from "../../index.ts";
import { RecordingBackend } from "../../testing/recording-backend.ts";
import { argsortOp } from "./argsort.ts";

const backend = new RecordingBackend();
await ops.loadPlans(backend.languages);
/** A tensor that no launch has made. */
const of = (dtype: DType, ...shape: number[]) =>
  fromData(new Float64Array(countElements(shape)), { shape, dtype }, { backend });
const f32 = (...shape: number[]) => of("f32", ...shape);
const i32 = (...shape: number[]) => of("i32", ...shape);

describe("shapes", () => {
  test.each([
    ["take", () => ops.take(f32(10, 6), i32(2, 7)), [2, 7, 6]],
    ["take one", () => ops.take(f32(10, 6), i32(), { axis: -1 }), [10]],
    ["indexAdd", () => ops.indexAdd(f32(2, 7, 6), i32(2, 7), { size: 10 }), [10, 6]],
    ["indexAdd along the last", () => ops.indexAdd(f32(3, 5), i32(5), { axis: -1, size: 4 }), [3, 4]],
    ["gather", () => ops.gather(f32(5, 9), i32(5, 1)), [5, 1]],
    ["scatterAdd", () => ops.scatterAdd(f32(5, 2), i32(5, 2), { size: 9 }), [5, 9]],
    ["oneHot", () => ops.oneHot(i32(4, 2), 3), [4, 2, 3]],
    ["cumulativeSum", () => ops.cumulativeSum(f32(4, 2)), [4, 2]],
    ["topK", () => ops.topK(f32(4, 9), 3).indices, [4, 3]],
  ] as const)("%s", (_, call, shape) => {
    expect(call().shape).toEqual(shape);
  });
});

test("one launch in each direction", () => {
  const [x, indices] = [f32(10, 6), i32(2, 7)];
  const before = backend.launches.length;
  const y = ops.take(x, indices);
  ops.indexAdd(y, indices, { size: 10 });
  expect(backend.launches.length - before).toBe(2);
});

test("the host sorts halves by their values, NaN last", () => {
  const halves = { shape: [2, 3], dtype: "f16" } as const;
  const { launches } = argsortOp.plan!([halves], {}, backend.limits, []);
  const [one, minusTwo, nan, minusZero] = [0x3c00, 0xc000, 0x7e00, 0x8000];
  const y = new Int32Array(6);
  (launches[0] as HostLaunch<Slot>).run({ x: Uint16Array.of(nan, one, minusTwo, 0, one, minusZero), y });
  expect([...y]).toEqual([2, 1, 0, 0, 2, 1]);
});

describe("errors", () => {
  test.each([
    ["take: indices: found f32, expected i32", DTypeError, () => ops.take(f32(3), f32(2))],
    ["take: axis: found 1", ArgumentError, () => ops.take(f32(3), i32(2), { axis: 1 })],
    ["expected no more axes of indices", ArgumentError, () => ops.indexAdd(f32(2), i32(2, 2), { size: 3 })],
    [
      "expected the shape of the indices, [2], from axis 0 on",
      ShapeError,
      () => ops.indexAdd(f32(3, 2), i32(2), { size: 3 }),
    ],
    [
      "indexAdd: size: found -1, expected a non-negative integer",
      ArgumentError,
      () => ops.indexAdd(f32(2), i32(2), { size: -1 }),
    ],
    ["expected shapes that differ along axis 1 only", ShapeError, () => ops.gather(f32(3, 4), i32(2, 1))],
    ["gather: found x [3, 4] and indices [3]", ShapeError, () => ops.gather(f32(3, 4), i32(3))],
    ["expected one shape", ShapeError, () => ops.scatterAdd(f32(3), i32(4), { size: 3 })],
    ["oneHot: labels: found f32, expected i32", DTypeError, () => ops.oneHot(f32(3), 2)],
    [
      "oneHot: classes: found 1.5, expected a non-negative integer",
      ArgumentError,
      () => ops.oneHot(i32(3), 1.5),
    ],
    [
      "topK: k: found 4 for shape [3], expected an integer in [0, 3]",
      ArgumentError,
      () => ops.topK(f32(3), 4),
    ],
    ["topK: k: found 1.5", ArgumentError, () => ops.topK(f32(3), 1.5)],
  ] as const)("%s", (message, type, call) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });
});
