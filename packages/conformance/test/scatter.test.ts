import { grad } from "@evenkeel/autodiff";
import { cpu } from "@evenkeel/backend-cpu";
import type { Backend, DType, Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  DTypeError,
  fromData,
  gatherNd,
  mul,
  normal,
  ShapeError,
  scatter,
  scatterNd,
  scatterReduce,
  segmentMax,
  segmentMean,
  segmentMin,
  segmentSum,
  sum,
  tensor,
} from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { onEachBackend } from "./each-backend.ts";

const readValues = async (x: Tensor): Promise<number[]> => [...(await x.data())];

onEachBackend((backend) => {
  const of = (dtype: DType, ...values: number[]): Tensor =>
    fromData(values, { shape: [values.length], dtype }, { backend: backend() });
  const i32 = (...values: number[]): Tensor => of("i32", ...values);

  test.each(["f32", "i32", "u32", "u8", "bool"] as const)(
    "the last update of an element counts: %s",
    async (dtype) => {
      const y = scatter(of(dtype, 1, 0, 1, 0), i32(1, -1, 1), of(dtype, 0, 1, 1));
      expect(y.dtype).toBe(dtype);
      expect(await readValues(y)).toEqual([1, 1, 1, 1]);
    },
  );

  test("the update that counts alone has a gradient", async () => {
    const weights = tensor([1, 10, 100], { backend: backend() });
    const updates = tensor([5, 6, 7, 8], { backend: backend() });
    const loss = (values: Tensor) => sum(mul(scatter(of("f32", 0, 0, 0), i32(0, 2, 0, 1), values), weights));
    expect(await readValues(grad(loss)(updates))).toEqual([0, 100, 1, 10]);
  });

  test("empty segments have the identity of their reduction", async () => {
    const [x, ids] = [of("f32", 3, 1, 2), i32(0, 2, 0)];
    const results = [segmentSum, segmentMean, segmentMax, segmentMin].map((f) => f(x, ids, { size: 3 }));
    expect(await Promise.all(results.map(readValues))).toEqual([
      [5, 0, 1],
      [2.5, 0, 1],
      [3, Number.NEGATIVE_INFINITY, 1],
      [2, Number.POSITIVE_INFINITY, 1],
    ]);
    expect(await readValues(segmentMax(i32(-5, -3), i32(1, 1), { size: 2 }))).toEqual([-(2 ** 31), -3]);
  });

  test("means of integers are truncated", async () => {
    const options = { reduction: "mean", includeSelf: false } as const;
    expect(await readValues(scatterReduce(i32(9, 9), i32(0, 0), i32(2, 5), options))).toEqual([3, 9]);
  });

  test("a vector with one index out of range is out of range", async () => {
    const x = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { backend: backend() },
    );
    const indices = tensor(
      [
        [0, 2],
        [1, 1],
        [-3, 0],
      ],
      { dtype: "i32", backend: backend() },
    );
    expect(await readValues(gatherNd(x, indices, { outOfRange: "zero" }))).toEqual([0, 4, 0]);
    const y = scatterNd(x, indices, tensor([7, 8, 9], { backend: backend() }), { outOfRange: "zero" });
    expect(await readValues(y)).toEqual([1, 2, 3, 8]);
    await expect(gatherNd(x, indices).data()).rejects.toThrow("take: indices: found 2 outside of [0, 4)");
  });

  test("booleans are scattered at vectors of indices", async () => {
    const x = fromData([0, 1, 0, 0], { shape: [2, 2], dtype: "bool" }, { backend: backend() });
    const indices = tensor([[1, 0]], { dtype: "i32", backend: backend() });
    const y = scatterNd(x, indices, of("bool", 1));
    expect([y.dtype, ...(await readValues(y))]).toEqual(["bool", 0, 1, 1, 0]);
  });

  describe("errors", () => {
    const one = () => of("f32", 1, 2);
    test.each([
      [
        "scatter: found x f32 [2], indices [1] and updates [2], expected indices and updates of one shape",
        ShapeError,
        () => scatter(one(), i32(0), one()),
      ],
      ["scatter: updates: found i32, expected f32", DTypeError, () => scatter(one(), i32(0), i32(1))],
      [
        "scatter: indices: found f32, expected i32",
        DTypeError,
        () => scatter(one(), of("f32", 0), of("f32", 1)),
      ],
      ["scatter: axis: found 1", ArgumentError, () => scatter(one(), i32(0), 1, { axis: 1 })],
      [
        'scatterReduce: reduction: found "amax"',
        ArgumentError,
        () => scatterReduce(one(), i32(0), one(), { reduction: "amax" as "max" }),
      ],
      [
        "scatterReduce: reduction: found undefined",
        ArgumentError,
        () => scatterReduce(one(), i32(0), one(), {} as { reduction: "max" }),
      ],
      [
        "gatherNd: found x [2] and indices [] with 0 batch axes",
        ShapeError,
        () => gatherNd(one(), fromData([0], { shape: [], dtype: "i32" }, { backend: backend() })),
      ],
      ["a last axis of the indices of 1 to 1 elements", ShapeError, () => gatherNd(one(), i32(0, 1))],
      [
        "segmentSum: size: found undefined",
        ArgumentError,
        () => segmentSum(one(), i32(0, 1), {} as { size: 1 }),
      ],
      [
        "segmentMax: found x [2] and ids [1], expected an id for each slice",
        ShapeError,
        () => segmentMax(one(), i32(0), { size: 1 }),
      ],
    ] as const)("%s", (message, type, call) => {
      expect(call).toThrow(type);
      expect(call).toThrow(message);
    });
  });
});

test("results have the same bits for any number of threads", async () => {
  const run = async (backend: Backend): Promise<number[][]> => {
    const x = normal([40, 300], { seed: 1, backend });
    const updates = normal([500, 300], { seed: 2, backend });
    const ids = fromData(
      Int32Array.from({ length: 500 }, (_, index) => (index * 7) % 40),
      { shape: [500], dtype: "i32" },
      { backend },
    );
    const values = await Promise.all(
      (["sum", "product", "mean", "max"] as const).map((reduction) =>
        readValues(
          scatterReduce(
            x,
            fromData(
              Int32Array.from({ length: 12_000 }, (_, index) => (index * 11) % 40),
              { shape: [40, 300], dtype: "i32" },
              { backend },
            ),
            normal([40, 300], { seed: 3, backend }),
            { reduction, axis: 0 },
          ),
        ),
      ),
    );
    return [...values, await readValues(segmentSum(updates, ids, { size: 40 }))];
  };
  const results = [];
  for (const threads of [1, 3]) {
    const backend = await cpu({ threads }).open();
    results.push(await run(backend));
    await backend.close();
  }
  expect(results[1]).toEqual(results[0]);
});
