import {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
  AvgPool1d,
  AvgPool3d,
  GlobalMaxPool,
  LPPool1d,
  LPPool2d,
  MaxPool1d,
  MaxPool2d,
  MaxPool3d,
  MaxUnpool1d,
  MaxUnpool2d,
  MaxUnpool3d,
  type Module,
} from "@evenkeel/nn";
import {
  arange,
  cast,
  DTypeError,
  reshape,
  ShapeError,
  sub,
  sum,
  type Tensor,
  tensor,
} from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";

onCpu();

const count = (...shape: number[]): Tensor =>
  reshape(
    cast(
      arange(
        0,
        shape.reduce((a, b) => a * b),
      ),
      "f32",
    ),
    shape,
  );

test.each<[() => Module, readonly number[], readonly number[]]>([
  [() => new MaxPool1d(3), [1, 1, 7], [2, 5]],
  [() => new MaxPool1d(2, { stride: 1, dilation: 3 }), [1, 1, 5], [3, 4]],
  [() => new MaxPool3d(2), [1, 2, 2, 2], [7]],
  [() => new AvgPool1d(2, { padding: "same", stride: 1 }), [1, 1, 4], [0.5, 1.5, 2.5, 3]],
  [
    () => new AvgPool1d(2, { padding: "sameLower", stride: 1, countIncludePad: true }),
    [1, 1, 4],
    [0, 0.5, 1.5, 2.5],
  ],
  [() => new AvgPool1d(2, { divisorOverride: 1 }), [1, 1, 4], [1, 5]],
  [() => new AvgPool3d(2), [1, 2, 2, 2], [3.5]],
  [() => new AdaptiveAvgPool1d(2), [1, 1, 5], [1, 3]],
  [() => new AdaptiveMaxPool1d(2), [1, 1, 5], [2, 4]],
  [() => new AdaptiveAvgPool2d([1, null]), [1, 2, 3], [1.5, 2.5, 3.5]],
  [() => new AdaptiveMaxPool2d(1), [1, 2, 3], [5]],
  [() => new AdaptiveAvgPool3d([null, 1, 1]), [1, 2, 2, 2], [1.5, 5.5]],
  [() => new AdaptiveMaxPool3d([2, 1, 1]), [1, 3, 2, 1], [3, 5]],
  [() => new GlobalMaxPool(), [1, 2, 3], [2, 5]],
  [() => new LPPool1d(2, 2), [1, 1, 5], [1, Math.sqrt(13)]],
  [() => new LPPool2d(1, [1, 2]), [1, 2, 2], [1, 5]],
])("pooling layer %# of 0, 1, 2, ...", async (make, shape, expected) => {
  const found = await make()
    .forward(count(...shape))
    .data();
  expect(found.length).toBe(expected.length);
  for (const [index, value] of expected.entries()) expect(found[index]).toBeCloseTo(value, 5);
});

describe("unpooling", () => {
  test("puts maxima back to where they were", async () => {
    const x = tensor([
      [
        [
          [1, 9, 2],
          [3, 4, 8],
          [7, 5, 6],
        ],
      ],
    ]);
    const pool = new MaxPool2d(2, { stride: 2, ceilMode: true });
    const { values, indices } = pool.forwardWithIndices(x);
    expect([...(await indices.data())]).toEqual([1, 5, 6, 8]);
    const y = new MaxUnpool2d(2).forward(values, indices, [3, 3]);
    expect([...(await y.data())]).toEqual([0, 9, 0, 0, 0, 8, 7, 0, 6]);
  });

  test("inverts pooling of lines and volumes by windows of one position", async () => {
    const line = new MaxPool1d(1).forwardWithIndices(count(2, 5));
    const difference = sub(new MaxUnpool1d(1).forward(line.values, line.indices), count(2, 5));
    expect(await sum(difference).item()).toBe(0);
    const volume = new MaxPool3d(1).forwardWithIndices(count(2, 2, 3, 4));
    const unpooled = new MaxUnpool3d(1).forward(volume.values, volume.indices);
    expect([...(await unpooled.data())]).toEqual([...(await count(2, 2, 3, 4).data())]);
  });

  test("reports indices that are not in the output, and what does not fit", async () => {
    const wrong = tensor([0, 4], { dtype: "i32" });
    const y = new MaxUnpool1d(2).forward(tensor([1, 2]), wrong);
    await expect(y.data()).rejects.toThrow("maxUnpool1d: indices: found 1 outside of [0, 4)");
    const unpool = new MaxUnpool1d(2);
    expect(() => unpool.forward(tensor([1, 2, 3]), wrong)).toThrow(ShapeError);
    expect(() => unpool.forward(tensor([1, 2]), tensor([0, 1]))).toThrow(DTypeError);
    expect(() => unpool.forward(tensor([1, 2]), wrong, [7])).toThrow("outputSize: found [7]");
  });
});
