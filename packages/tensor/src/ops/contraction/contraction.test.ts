import { describe, expect, test } from "vitest";
import { ArgumentError, DTypeError, ShapeError } from "../../checks/errors.ts";
import { countElements } from "../../core/spec.ts";
import { fromData } from "../../creation/from-data.ts";
import type { DType } from "../../expression/dtype.ts";
import * as ops from "../../index.ts";
import { RecordingBackend } from "../../testing/recording-backend.ts";
import { findOrder } from "./order.ts";

const backend = new RecordingBackend();
await ops.loadPlans(backend.languages);
const of = (dtype: DType, ...shape: number[]) =>
  fromData(new Float64Array(countElements(shape)), { shape, dtype }, { backend });
const f32 = (...shape: number[]) => of("f32", ...shape);

/** The launches of a call, by their kinds or their kernels. */
function listLaunches(call: () => unknown): string[] {
  const before = backend.launches.length;
  call();
  return backend.launches
    .slice(before)
    .map((launch) => (launch.kind === "kernel" ? launch.kernel.entry : launch.kind));
}

const countProducts = (equation: string, ...operands: ops.Tensor[]): number =>
  listLaunches(() => ops.einsum(equation, ...operands)).length;

describe("launches of einsum", () => {
  test.each([
    ["ij,jk->ik", f32(3, 4), f32(4, 5)],
    ["ji,jk->ik", f32(4, 3), f32(4, 5)],
    ["ij,kj->ik", f32(3, 4), f32(5, 4)],
    ["ij,jk->ki", f32(3, 4), f32(4, 5)],
    ["bhqd,bhkd->bhqk", f32(2, 3, 4, 5), f32(2, 3, 6, 5)],
    ["abcd,cde->abe", f32(2, 3, 4, 5), f32(4, 5, 6)],
  ] as const)("%s copies nothing", (equation, a, b) => {
    expect(countProducts(equation, a, b)).toBe(listLaunches(() => ops.matmul(f32(3, 4), f32(4, 5))).length);
  });

  test("an elementwise product is one launch, and so is a permutation", () => {
    expect(listLaunches(() => ops.einsum("ij,j->ij", f32(3, 4), f32(4)))).toEqual(["expression"]);
    expect(countProducts("ij->ji", f32(3, 4))).toBe(1);
    expect(countProducts("ij->ij", f32(3, 4))).toBe(0);
  });
});

describe("the order of products", () => {
  const sizes = new Map(Object.entries({ a: 1000, b: 2, c: 1000, d: 2, e: 3 }));

  test("is the cheapest one", () => {
    expect(
      findOrder(
        [
          ["a", "b"],
          ["b", "c"],
          ["c", "d"],
        ],
        ["a", "d"],
        sizes,
      ),
    ).toEqual([0, [1, 2]]);
    expect(
      findOrder(
        [
          ["d", "a"],
          ["a", "b"],
          ["b", "c"],
        ],
        ["d", "c"],
        sizes,
      ),
    ).toEqual([[0, 1], 2]);
  });

  test("of many operands begins with the cheapest pair", () => {
    const chain = Array.from({ length: 10 }, () => ["d", "e"]);
    const tree = findOrder([["a", "b"], ...chain], ["a"], sizes);
    expect((tree as readonly unknown[]).flat(20)).toHaveLength(11);
    expect(tree).toContain(0);
  });
});

describe("errors", () => {
  test.each([
    [
      'einsum: equation: found "ij,jk", expected a term for each of 1 operands',
      ArgumentError,
      () => ops.einsum("ij,jk", f32(2, 3)),
    ],
    ["einsum: found no operands", ArgumentError, () => ops.einsum("ij")],
    ["expected at most one arrow", ArgumentError, () => ops.einsum("i->i->i", f32(2))],
    ["expected terms of letters", ArgumentError, () => ops.einsum("i1", f32(2, 3))],
    ["expected terms of letters", ArgumentError, () => ops.einsum("i..", f32(2))],
    [
      "expected each label of the result once, and in an operand",
      ArgumentError,
      () => ops.einsum("i->ii", f32(2)),
    ],
    [
      "expected each label of the result once, and in an operand",
      ArgumentError,
      () => ops.einsum("i->j", f32(2)),
    ],
    [
      'einsum: operand 0: found shape [2] for "ij", expected 2 axes',
      ShapeError,
      () => ops.einsum("ij", f32(2)),
    ],
    ["expected 3 axes or more", ShapeError, () => ops.einsum("i...jk", f32(2, 2))],
    [
      'expected one size for each label: "j" has 3 and 4',
      ShapeError,
      () => ops.einsum("ij,jk", f32(2, 3), f32(4, 5)),
    ],
    [
      "expected one size for each label: an axis of the ellipsis has 2 and 3",
      ShapeError,
      () => ops.einsum("...,...", f32(2), f32(3)),
    ],
    [
      "einsum: found f32 [2] and i32 [2], expected one dtype",
      DTypeError,
      () => ops.einsum("i,i", f32(2), of("i32", 2)),
    ],
    ["einsum: operands: found bool", DTypeError, () => ops.einsum("i", of("bool", 2))],
    [
      "tensordot: found [2, 3] and [4, 5] summed over axes [1] and [0]",
      ShapeError,
      () => ops.tensordot(f32(2, 3), f32(4, 5), 1),
    ],
    [
      "tensordot: axes: found [1] and []",
      ArgumentError,
      () => ops.tensordot(f32(2, 3), f32(3, 5), [[1], []]),
    ],
    [
      "tensordot: axis: found 1, expected an integer in [-1, 1)",
      ArgumentError,
      () => ops.tensordot(f32(2), f32(2)),
    ],
    ["tensordot: axes: found -1", ArgumentError, () => ops.tensordot(f32(2), f32(2), -1)],
    ["outer: found [2, 3] and [2], expected two vectors", ShapeError, () => ops.outer(f32(2, 3), f32(2))],
    ["diagonal: found axis 1 twice", ArgumentError, () => ops.diagonal(f32(2, 3), { axis1: -1 })],
    ["diagonal: axis: found 1", ArgumentError, () => ops.diagonal(f32(2))],
  ] as const)("%s", (message, type, call) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });
});
