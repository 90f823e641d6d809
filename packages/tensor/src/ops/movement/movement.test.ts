import { describe, expect, test } from "vitest";
import { ArgumentError, DTypeError, ShapeError } from "../../checks/errors.ts";
import type { Limits } from "../../core/devices/backend.ts";
import type { Spec } from "../../core/spec.ts";
import { countElements } from "../../core/spec.ts";
import { fromData } from "../../creation/from-data.ts";
import type { DType } from "../../expression/dtype.ts";
import * as ops from "../../index.ts";
import { RecordingBackend } from "../../testing/recording-backend.ts";
import { sliceOp } from "./slice-and-pad.ts";

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

describe("views", () => {
  test.each([
    ["reshape", () => ops.reshape(f32(2, 6), [3, -1]), [3, 4]],
    ["reshape to rank 0", () => ops.reshape(f32(1, 1), []), []],
    ["flatten", () => ops.flatten(f32(2, 3, 4), 1), [2, 12]],
    ["flatten some", () => ops.flatten(f32(2, 3, 4, 5), 1, -2), [2, 12, 5]],
    ["flatten a scalar", () => ops.flatten(f32()), [1]],
    ["squeeze", () => ops.squeeze(f32(1, 3, 1)), [3]],
    ["squeeze one", () => ops.squeeze(f32(1, 3, 1), { axis: -1 }), [1, 3]],
    ["squeeze several", () => ops.squeeze(f32(1, 3, 1, 1), { axis: [0, -1] }), [3, 1]],
    ["squeeze none", () => ops.squeeze(f32(1, 3), { axis: [] }), [1, 3]],
    ["unsqueeze", () => ops.unsqueeze(f32(2, 3), -1), [2, 3, 1]],
    ["unsqueeze several", () => ops.unsqueeze(f32(2, 3), [-1, 0, 2]), [1, 2, 1, 3, 1]],
    ["transpose of single elements", () => ops.transpose(f32(1, 5, 1, 4), [1, 0, 3, 2]), [5, 1, 4, 1]],
    ["swapAxes of single elements", () => ops.swapAxes(f32(1, 5), 0, -1), [5, 1]],
    ["moveAxis of single elements", () => ops.moveAxis(f32(1, 5, 4), 0, 1), [5, 1, 4]],
    ["chunks of rows", () => ops.chunk(f32(7, 16), 3)[2]!, [1, 16]],
    ["rows", () => ops.unbind(f32(3, 16))[1]!, [16]],
    ["slice of rows", () => ops.slice(f32(8, 16), { begin: [2], end: [5] }), [3, 16]],
    ["slice within a row", () => ops.slice(f32(8, 16), { begin: [2, 4], end: [3, 9] }), [1, 5]],
    [
      "pad by nothing",
      () =>
        ops.pad(f32(2, 3), [
          [0, 0],
          [0, 0],
        ]),
      [2, 3],
    ],
    ["one tensor concatenated", () => ops.concatenate([f32(2, 3)]), [2, 3]],
  ] as const)("%s launches nothing", (_, call, shape) => {
    expect(call().shape).toEqual(shape);
    expect(countLaunches(call)).toBe(0);
  });
});

describe("slices", () => {
  const limits = (offsetAlignment: number): Limits => ({ ...backend.limits, offsetAlignment });
  const plan = (x: Spec, begin: number[], end: number[], step: number[], alignment: number) =>
    ops.findPlanner(sliceOp, backend)!([x], { begin, end, step }, limits(alignment), [false]);

  test("are views at offsets that the device allows, and copies elsewhere", () => {
    const x: Spec = { shape: [8, 12], dtype: "f32" };
    expect(plan(x, [4, 0], [8, 12], [1, 1], 64).aliases).toEqual([[0, 0, 192]]);
    expect(plan(x, [1, 0], [8, 12], [1, 1], 64)).toMatchObject({ aliases: [], launches: [{}] });
    expect(plan(x, [1, 0], [8, 12], [1, 1], 16).aliases).toEqual([[0, 0, 48]]);
    expect(plan({ ...x, dtype: "u8" }, [1, 0], [8, 12], [1, 1], 16).aliases).toEqual([]);
  });

  test("with gaps are copies", () => {
    const x: Spec = { shape: [8, 12], dtype: "f32" };
    expect(plan(x, [0, 0], [8, 8], [1, 1], 4).launches).toHaveLength(1);
    expect(plan(x, [0, 0], [8, 12], [2, 1], 4).launches).toHaveLength(1);
    expect(plan(x, [2, 3], [3, 4], [5, 5], 4).aliases).toEqual([[0, 0, 4 * 27]]);
  });

  test("accept negative indices and steps", () => {
    expect(ops.slice(f32(5, 7), { begin: [-2, 1], end: [undefined, -1], step: [1, 2] }).shape).toEqual([
      2, 3,
    ]);
    expect(ops.split(f32(7, 2), [3, 0, 4]).map(({ shape }) => shape)).toEqual([
      [3, 2],
      [0, 2],
      [4, 2],
    ]);
    expect(ops.split(f32(2, 6), 3, { axis: -1 }).map(({ shape }) => shape)).toEqual([
      [2, 2],
      [2, 2],
      [2, 2],
    ]);
  });
});

describe("launches", () => {
  test.each([
    ["transpose", () => ops.transpose(f32(4, 5)), 1],
    ["transpose of rank 7", () => ops.transpose(f32(2, 3, 2, 3, 2, 3, 2), [6, 4, 2, 0, 5, 3, 1]), 4],
    [
      "pad",
      () =>
        ops.pad(f32(4, 5), [
          [1, 1],
          [1, 1],
        ]),
      2,
    ],
    [
      "pad by taking away",
      () =>
        ops.pad(f32(4, 5), [
          [0, -1],
          [-1, 0],
        ]),
      1,
    ],
    [
      "pad by mirroring both axes",
      () =>
        ops.pad(
          f32(4, 5),
          [
            [1, 1],
            [1, 1],
          ],
          { mode: "reflect" },
        ),
      9,
    ],
    [
      "pad by wrapping one axis",
      () =>
        ops.pad(
          f32(4, 5),
          [
            [0, 0],
            [1, 0],
          ],
          { mode: "wrap" },
        ),
      2,
    ],
    ["stack", () => ops.stack([f32(3), f32(3), f32(3)]), 3],
    ["flip", () => ops.flip(f32(3, 4)), 1],
    ["slice backwards", () => ops.slice(f32(3, 4), { step: [-1, 2] }), 1],
    ["tile", () => ops.tile(f32(3, 4), [2, 3]), 1],
    ["repeatInterleave", () => ops.repeatInterleave(f32(3, 4), 2, { axis: 1 }), 1],
    ["roll", () => ops.roll(f32(3, 4), [1, -1], { axis: [0, 1] }), 4],
  ] as const)("%s takes few", (_, call, launches) => {
    expect(countLaunches(call)).toBe(launches);
  });
});

describe("errors", () => {
  test.each([
    [
      "reshape: found [2, 3] with 6 elements, expected as many as [4] has",
      ShapeError,
      () => ops.reshape(f32(2, 3), [4]),
    ],
    [
      "expected at most one -1, which the other dimensions determine",
      ArgumentError,
      () => ops.reshape(f32(2, 3), [-1, -1]),
    ],
    [
      "reshape: shape: found [-1, 4] for a tensor of shape [2, 3]",
      ArgumentError,
      () => ops.reshape(f32(2, 3), [-1, 4]),
    ],
    ["expected at most one -1", ArgumentError, () => ops.reshape(f32(0, 3), [-1, 0])],
    ["reshape: shape", ArgumentError, () => ops.reshape(f32(4), [2.5, 2])],
    ["broadcastTo", ShapeError, () => ops.broadcastTo(f32(3), [2])],
    [
      "broadcastTo: found [2, 3], expected a shape that broadcasts to [3]",
      ShapeError,
      () => ops.broadcastTo(f32(2, 3), [3]),
    ],
    ["transpose: permutation: found [0, 0]", ArgumentError, () => ops.transpose(f32(2, 3), [0, 0])],
    ["expected each axis once", ArgumentError, () => ops.transpose(f32(2, 3), [0])],
    [
      "slice: begin: found 3 for axis 0 of 2 elements",
      ArgumentError,
      () => ops.slice(f32(2, 3), { begin: [3] }),
    ],
    [
      "slice: axis 0: found begin 2, end 1, step 1",
      ArgumentError,
      () => ops.slice(f32(2, 3), { begin: [2], end: [1] }),
    ],
    [
      "slice: axis 0: found begin 0, end 1, step -1, expected an integer step other than 0, and an end that it reaches",
      ArgumentError,
      () => ops.slice(f32(2, 3), { begin: [0], end: [1], step: [-1] }),
    ],
    [
      "slice: begin: found 2 for axis 0 of 2 elements, expected an integer in [-2, 1]",
      ArgumentError,
      () => ops.slice(f32(2, 3), { begin: [2], step: [-1] }),
    ],
    ["an integer step other than 0", ArgumentError, () => ops.slice(f32(2, 3), { begin: [0], step: [0] })],
    ["chunk: count: found 0", ArgumentError, () => ops.chunk(f32(5), 0)],
    ["unbind: axis: found 1", ArgumentError, () => ops.unbind(f32(5), { axis: 1 })],
    ["swapAxes: axis: found 2", ArgumentError, () => ops.swapAxes(f32(2, 1), 0, 2)],
    ["moveAxis: axis: found [1, 1]", ArgumentError, () => ops.moveAxis(f32(2, 1), [1, -1], [0, 1])],
    ["moveAxis: found 1 axes and 2 positions", ArgumentError, () => ops.moveAxis(f32(2, 1), 1, [0, 1])],
    ["tile: counts: found [-1]", ArgumentError, () => ops.tile(f32(2), [-1])],
    [
      "repeatInterleave: counts: found 1 for axis 0 of [2], expected 2",
      ArgumentError,
      () => ops.repeatInterleave(f32(2), [1]),
    ],
    ["repeatInterleave: counts: found 0.5", ArgumentError, () => ops.repeatInterleave(f32(2), 0.5)],
    ["roll: found 1 shifts and 2 axes", ArgumentError, () => ops.roll(f32(2, 3), 1, { axis: [0, 1] })],
    ["roll: shift: found 0.5", ArgumentError, () => ops.roll(f32(2, 3), 0.5)],
    ["slice: found 2 axes, expected at most 1", ArgumentError, () => ops.slice(f32(2), { begin: [0, 0] })],
    [
      "pad: widths: found [[...]] for a tensor of shape [2, 3]",
      ArgumentError,
      () => ops.pad(f32(2, 3), [[1, 1]]),
    ],
    ["expected a pair of integers for each axis", ArgumentError, () => ops.pad(f32(2), [[0.5, 1]])],
    ["pad: found widths -2 and -1 for axis 0 of [2]", ShapeError, () => ops.pad(f32(2), [[-2, -1]])],
    [
      'pad: found widths 0 and 3 for axis 0 of [3], expected at most 2 with mode "reflect"',
      ShapeError,
      () => ops.pad(f32(3), [[0, 3]], { mode: "reflect" }),
    ],
    [
      'found widths 4 and 0 for axis 0 of [3], expected at most 3 with mode "wrap"',
      ShapeError,
      () => ops.pad(f32(3), [[4, 0]], { mode: "wrap" }),
    ],
    ["expected at most 0", ShapeError, () => ops.pad(f32(0), [[1, 0]], { mode: "edge" })],
    ["taken away", ShapeError, () => ops.pad(f32(3), [[-2, -2]], { mode: "edge" })],
    [
      'pad: value: found 0 with mode "edge"',
      ArgumentError,
      () => ops.pad(f32(3), [[1, 1]], { mode: "edge", value: 0 }),
    ],
    [
      'pad: mode: found "replicate"',
      ArgumentError,
      () => ops.pad(f32(3), [[1, 1]], { mode: "replicate" as "edge" }),
    ],
    ["pad", DTypeError, () => ops.pad(of("u8", 2), [[1, 1]], { value: 256 })],
    ["concatenate: found no tensors", ArgumentError, () => ops.concatenate([])],
    ["found [2, 3] and [3, 2]", ShapeError, () => ops.concatenate([f32(2, 3), f32(3, 2)])],
    ["f32 [2] and i32 [2]", DTypeError, () => ops.concatenate([f32(2), of("i32", 2)])],
    ["stack: found [2] and [3], expected equal shapes", ShapeError, () => ops.stack([f32(2), f32(3)])],
    ["split: parts: found 2, expected parts that add up to 5", ArgumentError, () => ops.split(f32(5), 2)],
    ["split: parts: found [2, 2]", ArgumentError, () => ops.split(f32(5), [2, 2])],
    [
      "squeeze: axis 0: found 2 elements in shape [2, 1], expected 1",
      ShapeError,
      () => ops.squeeze(f32(2, 1), { axis: 0 }),
    ],
    ["squeeze: axis: found [1, 1]", ArgumentError, () => ops.squeeze(f32(2, 1), { axis: [1, -1] })],
    ["unsqueeze: axis: found 4", ArgumentError, () => ops.unsqueeze(f32(2, 1), [0, 4])],
    ["unsqueeze: axis: found [0, 0]", ArgumentError, () => ops.unsqueeze(f32(2, 1), [0, -4])],
    ["flip: axis: found [0, 0]", ArgumentError, () => ops.flip(f32(2, 1), { axis: [0, 0] })],
    ["softmax: axis: found [1, 1]", ArgumentError, () => ops.softmax(f32(2, 1), { axis: [1, 1] })],
    ["flatten: found axes 1 to 0", ArgumentError, () => ops.flatten(f32(2, 3), 1, 0)],
    ["triangle: x: found [3], expected at least two axes", ShapeError, () => ops.tril(f32(3))],
    ["triangle: diagonal: found 0.5", ArgumentError, () => ops.triu(f32(3, 3), 0.5)],
  ] as const)("%s", (message, type, call) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });
});
