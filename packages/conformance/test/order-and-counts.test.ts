import { grad } from "@evenkeel/autodiff";
import { cpu } from "@evenkeel/backend-cpu";
import type { Backend, DType, Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  all,
  allTypes,
  any,
  bincount,
  fromData,
  gatherNd,
  median,
  nonzero,
  norm,
  product,
  quantile,
  ShapeError,
  searchsorted,
  sort,
  standardDeviation,
  sum,
  tensor,
  unique,
} from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let backend: Backend;
beforeAll(async () => {
  backend = await cpu({ threads: 1 }).open();
});
afterAll(() => backend.close());

const { NaN: nan } = Number;
const of = (dtype: DType, ...values: number[]): Tensor =>
  fromData(values, { shape: [values.length], dtype }, { backend });
const readValues = async (x: Tensor): Promise<number[]> => [...(await x.data())];

describe("unique", () => {
  test.each(["f32", "i32", "u32", "u8", "bool"] as const)("values of %s", async (dtype) => {
    const { values, inverse, counts } = await unique(of(dtype, 1, 0, 1, 1));
    expect(values.dtype).toBe(dtype);
    expect(await Promise.all([values, inverse, counts].map(readValues))).toEqual([
      [0, 1],
      [1, 0, 1, 1],
      [1, 3],
    ]);
  });

  test("every NaN is a value of its own, zeros are one, and the inverse has the shape of x", async () => {
    const x = fromData([nan, 0, -0, 5, nan, -1], { shape: [2, 3], dtype: "f32" }, { backend });
    const { values, inverse, counts } = await unique(x);
    expect(await readValues(values)).toEqual([-1, 0, 5, nan, nan]);
    expect(inverse.shape).toEqual([2, 3]);
    expect(await readValues(inverse)).toEqual([3, 1, 1, 2, 4, 0]);
    expect(await readValues(counts)).toEqual([1, 2, 1, 1, 1]);
  });

  test("of nothing", async () => {
    const { values, counts } = await unique(of("i32"));
    expect([values.shape, counts.shape]).toEqual([[0], [0]]);
  });
});

describe("nonzero", () => {
  test("selects the elements again", async () => {
    const x = fromData([0, 5, nan, 0, 0, -6], { shape: [2, 3], dtype: "f32" }, { backend });
    const indices = await nonzero(x);
    expect(indices.shape).toEqual([3, 2]);
    expect(await readValues(indices)).toEqual([0, 1, 0, 2, 1, 2]);
    expect(await readValues(gatherNd(x, indices))).toEqual([5, nan, -6]);
  });

  test("of a scalar and of nothing", async () => {
    expect((await nonzero(tensor(3, { backend }))).shape).toEqual([1, 0]);
    expect((await nonzero(fromData([], { shape: [0, 2], dtype: "f32" }, { backend }))).shape).toEqual([0, 2]);
  });
});

test.each([unique, nonzero])("%o rejects calls that are recorded", async (f) => {
  const failures: Promise<unknown>[] = [];
  const loss = (x: Tensor): Tensor => {
    failures.push(f(x).catch((error: unknown) => error));
    return sum(x);
  };
  grad(loss)(of("f32", 1, 2));
  const [failure] = await Promise.all(failures);
  expect(failure).toBeInstanceOf(ArgumentError);
  expect((failure as Error).message).toContain("expected one outside of it");
});

describe("sort", () => {
  test("keeps the order of equal values in both directions, and NaN counts as the largest", async () => {
    const x = of("f32", 2, nan, 1, 2, -1);
    const up = sort(x);
    expect(await readValues(up.values)).toEqual([-1, 1, 2, 2, nan]);
    expect(await readValues(up.indices)).toEqual([4, 2, 0, 3, 1]);
    const down = sort(x, { descending: true });
    expect(await readValues(down.values)).toEqual([nan, 2, 2, 1, -1]);
    expect(await readValues(down.indices)).toEqual([1, 0, 3, 2, 4]);
  });

  test.each(["i32", "u32", "u8"] as const)("%s, along the first axis", async (dtype) => {
    const x = fromData([3, 1, 2, 9], { shape: [2, 2], dtype }, { backend });
    expect(await readValues(sort(x, { axis: 0 }).values)).toEqual([2, 1, 3, 9]);
  });

  test("of empty rows", () => {
    expect(sort(fromData([], { shape: [3, 0], dtype: "f32" }, { backend })).values.shape).toEqual([3, 0]);
  });
});

describe("quantiles", () => {
  test("are NaN where an element is", async () => {
    const x = fromData([1, nan, 3, 4], { shape: [2, 2], dtype: "f32" }, { backend });
    expect(await readValues(median(x, { axis: 1 }))).toEqual([nan, 3]);
    expect(await readValues(quantile(x, 0.5, { axis: 1, keepDims: true }))).toEqual([nan, 3.5]);
  });

  test("of no elements are an error, and so are quantiles out of range", () => {
    expect(() => median(of("f32"))).toThrow(ShapeError);
    expect(() => quantile(of("f32", 1), 1.5)).toThrow("quantile: q: found 1.5, expected a number in [0, 1]");
    expect(() => quantile(of("f32", 1), 0.5, { interpolation: "cubic" as "linear" })).toThrow(ArgumentError);
  });
});

describe("any and all", () => {
  test.each(allTypes.filter((dtype) => dtype !== "f16"))("of %s", async (dtype) => {
    const x = fromData([1, 0, 0, 0, 1, 1], { shape: [3, 2], dtype }, { backend });
    expect(await readValues(any(x, { axis: 1 }))).toEqual([1, 0, 1]);
    expect(await readValues(all(x, { axis: 1 }))).toEqual([0, 0, 1]);
    expect([any(x).dtype, all(x, { keepDims: true }).shape]).toEqual(["bool", [1, 1]]);
  });

  test("of nothing", async () => {
    expect(await readValues(any(of("bool")))).toEqual([0]);
    expect(await readValues(all(of("bool")))).toEqual([1]);
  });
});

describe("searchsorted", () => {
  const sequence = [-2, 0, 0, 1, 5, 5, 5, 9];
  const values = [-3, -2, 0, 0.5, 5, 6, 9, 10, nan];

  test.each(["left", "right"] as const)("%s, as a count of smaller elements", async (side) => {
    const precedes = (one: number, value: number): boolean =>
      side === "left" ? !(one >= value) : !(one > value);
    for (let length = 0; length <= sequence.length; length++) {
      const part = sequence.slice(0, length);
      const found = searchsorted(of("f32", ...part), of("f32", ...values), { side });
      expect(found.dtype).toBe("i32");
      const counts = values.map((value) => part.filter((one) => precedes(one, value)).length);
      expect(await readValues(found), `length ${length}`).toEqual(counts);
    }
  });

  test.each(["i32", "u32", "u8"] as const)("rows of %s", async (dtype) => {
    const rows = fromData([1, 3, 5, 2, 2, 9], { shape: [2, 3], dtype }, { backend });
    const wanted = fromData([3, 9, 2, 10], { shape: [2, 2], dtype }, { backend });
    expect(await readValues(searchsorted(rows, wanted))).toEqual([1, 3, 0, 3]);
  });

  test("errors", () => {
    const [a, b] = [of("f32", 1), fromData([1, 2], { shape: [2, 1], dtype: "f32" }, { backend })];
    expect(() => searchsorted(b, a)).toThrow("searchsorted: found sequences [2, 1] and values [1]");
    expect(() => searchsorted(a, of("i32", 1))).toThrow("searchsorted: found f32 [1] and i32 [1]");
  });
});

test("bincount counts, or adds weights, and reports values out of range", async () => {
  const x = of("i32", 0, 2, 0, 3);
  expect(await readValues(bincount(x, { size: 5 }))).toEqual([2, 0, 1, 1, 0]);
  expect(await readValues(bincount(x, { size: 4, weights: of("f32", 0.5, 1, 2, 4) }))).toEqual([
    2.5, 0, 1, 4,
  ]);
  await expect(bincount(of("i32", -1, 1), { size: 2 }).data()).rejects.toThrow("found 1 outside of [0, 2)");
  expect(() => bincount(x, {} as { size: 1 })).toThrow("bincount: size: found undefined");
});

test.each(["i32", "u32"] as const)("products of %s", async (dtype) => {
  const x = fromData([1, 2, 3, 4, 5, 6], { shape: [2, 3], dtype }, { backend });
  expect(await readValues(product(x))).toEqual([720]);
  expect(await readValues(product(x, { axis: 1 }))).toEqual([6, 120]);
  expect(product(x, { axis: 0, keepDims: true }).shape).toEqual([1, 3]);
  expect(await readValues(product(x, { axis: [] }))).toEqual([1, 2, 3, 4, 5, 6]);
  expect(await readValues(product(of(dtype)))).toEqual([1]);
});

test("norms and deviations of 0 have the gradient 0", async () => {
  const zeros = of("f32", 0, 0, 0);
  for (const f of [norm, standardDeviation, (x: Tensor) => norm(x, { p: 3 })]) {
    expect((await readValues(grad(f)(zeros))).map(Math.abs)).toEqual([0, 0, 0]);
  }
  expect(await readValues(norm(of("f32", 0, 5, -2), { p: 0 }))).toEqual([2]);
  expect(await readValues(norm(of("f32", 3, -5, -2), { p: Number.NEGATIVE_INFINITY }))).toEqual([2]);
});
