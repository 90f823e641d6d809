import { valueAndGrad } from "@evenkeel/autodiff";
import { BatchNorm1d, BatchNorm2d, BatchNorm3d } from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import { add, scope, sum, tensor, withoutStateChanges, zeros } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { expectNoLeak } from "../expect-no-leak.ts";
import { onCpu } from "../on-cpu.ts";

const device = onCpu();

/** Channel means 2 and 20, unbiased variances 2 and 200. */
const batch = (): Tensor =>
  tensor([
    [1, 10],
    [3, 30],
  ]);

async function readState(
  layer: BatchNorm1d,
): Promise<{ mean: number[]; variance: number[]; batches: number }> {
  const round = (values: ArrayLike<number>) => Array.from(values, (value) => Math.round(value * 1e4) / 1e4);
  return {
    mean: round(await layer.runningMean!.value.data()),
    variance: round(await layer.runningVariance!.value.data()),
    batches: layer.numBatchesTracked!.value,
  };
}

const untouched = { mean: [0, 0], variance: [1, 1], batches: 0 };
const once = { mean: [0.2, 2], variance: [1.1, 20.9], batches: 1 };

describe("running statistics", () => {
  test("change with each batch in training, but not at inference", async () => {
    const layer = new BatchNorm1d(2);
    layer.forward(batch());
    expect(await readState(layer)).toEqual(once);
    layer.eval().forward(batch());
    expect(await readState(layer)).toEqual(once);
  });

  test("normalize at inference", async () => {
    const layer = new BatchNorm1d(2, { epsilon: 0 });
    layer.runningMean!.value = tensor([1, 10]);
    layer.runningVariance!.value = tensor([4, 100]);
    const y = layer.eval().forward(batch());
    expect([...(await y.data())]).toEqual([0, 0, 1, 2]);
  });

  test("with momentum null are the mean of all batches", async () => {
    const layer = new BatchNorm1d(2, { momentum: null });
    layer.forward(batch());
    expect(await readState(layer)).toEqual({ mean: [2, 20], variance: [2, 200], batches: 1 });
    layer.forward(zeros([2, 2]));
    expect(await readState(layer)).toEqual({ mean: [1, 10], variance: [1, 100], batches: 2 });
  });

  test("of a frozen layer do not change, and normalize", async () => {
    const layer = new BatchNorm1d(2, { epsilon: 0 }).freeze();
    const y = layer.forward(batch());
    expect([...(await y.data())]).toEqual([1, 10, 3, 30]);
    expect(await readState(layer)).toEqual(untouched);
    layer.unfreeze().forward(batch());
    expect(await readState(layer)).toEqual(once);
  });

  test("do not change when tracking is switched off, and the batch is normalized by its own", async () => {
    const layer = new BatchNorm1d(2, { epsilon: 0 });
    layer.trackRunningStats = false;
    expect([...(await layer.forward(batch()).data())]).toEqual([-1, -1, 1, 1]);
    expect(await readState(layer)).toEqual(untouched);
  });

  test("do not exist in a layer without them: the batch is normalized by its own at inference too", async () => {
    const layer = new BatchNorm1d(2, { trackRunningStats: false, affine: false, epsilon: 0 }).eval();
    expect(Object.keys(layer.stateDict())).toEqual([]);
    expect([...(await layer.forward(batch()).data())]).toEqual([-1, -1, 1, 1]);
  });

  test("can be reset", async () => {
    const layer = new BatchNorm1d(2);
    layer.forward(batch());
    layer.resetRunningStatistics();
    expect(await readState(layer)).toEqual(untouched);
  });

  test("do not change for an empty batch", async () => {
    const layer = new BatchNorm1d(2);
    expect(layer.forward(zeros([0, 2])).shape).toEqual([0, 2]);
    expect(await readState(layer)).toEqual(untouched);
  });
});

describe("in a differentiated call", () => {
  const loss = (layer: BatchNorm1d, passes: number) =>
    valueAndGrad(layer, () => {
      let total = sum(layer.forward(batch()));
      for (let pass = 1; pass < passes; pass++) total = add(total, sum(layer.forward(batch())));
      return total;
    });

  test("running statistics change once, when it returns", async () => {
    const layer = new BatchNorm1d(2);
    scope(() => {
      loss(layer, 1)();
    });
    expect(await readState(layer)).toEqual(once);
  });

  test("several passes update them one after another", async () => {
    const [together, apart] = [new BatchNorm1d(2), new BatchNorm1d(2)];
    scope(() => {
      loss(together, 3)();
      for (let pass = 0; pass < 3; pass++) apart.forward(batch());
    });
    expect(await readState(together)).toEqual(await readState(apart));
    expect(together.numBatchesTracked!.value).toBe(3);
  });

  test("a call that throws does not change them, and later calls continue from the old ones", async () => {
    const layer = new BatchNorm1d(2);
    const failing = valueAndGrad(layer, () => {
      layer.forward(batch());
      layer.forward(batch());
      throw new Error("on purpose");
    });
    expect(() => failing()).toThrow("on purpose");
    expect(await readState(layer)).toEqual(untouched);
    scope(() => {
      loss(layer, 1)();
    });
    expect(await readState(layer)).toEqual(once);
  });

  test("an inner call that throws does not change them, and the outer call continues", async () => {
    const layer = new BatchNorm1d(2);
    const failing = valueAndGrad(layer, () => {
      layer.forward(batch());
      throw new Error("on purpose");
    });
    const outer = valueAndGrad(layer, () => {
      const counted = sum(layer.forward(batch()));
      expect(() => failing()).toThrow("on purpose");
      return counted;
    });
    scope(() => {
      outer();
    });
    expect(await readState(layer)).toEqual(once);
  });

  test("withoutStateChanges does not change them, even between passes that do", async () => {
    const layer = new BatchNorm1d(2);
    scope(() => {
      withoutStateChanges(() => loss(layer, 2)());
    });
    expect(await readState(layer)).toEqual(untouched);
    const mixed = valueAndGrad(layer, () => {
      const counted = sum(layer.forward(batch()));
      withoutStateChanges(() => layer.forward(batch()));
      return counted;
    });
    scope(() => {
      mixed();
    });
    expect(await readState(layer)).toEqual(once);
  });

  test("frees all its memory", () => {
    const layer = new BatchNorm1d(2);
    const step = () =>
      scope(() => {
        loss(layer, 2)();
        withoutStateChanges(() => loss(layer, 1)());
      });
    step();
    const { live } = device().memory();
    step();
    step();
    expectNoLeak(device(), live);
  });
});

describe("shapes", () => {
  test("each layer accepts its ranks", () => {
    expect(new BatchNorm1d(2).forward(zeros([4, 2, 3])).shape).toEqual([4, 2, 3]);
    expect(new BatchNorm2d(2).forward(zeros([4, 2, 3, 3])).shape).toEqual([4, 2, 3, 3]);
    expect(new BatchNorm3d(2).forward(zeros([4, 2, 3, 3, 3])).shape).toEqual([4, 2, 3, 3, 3]);
  });

  test("other shapes are rejected with the expected ones", () => {
    expect(() => new BatchNorm2d(2).forward(zeros([4, 2]))).toThrow(
      "found [4, 2], expected 2 channels in the second of 4 dimensions",
    );
    expect(() => new BatchNorm1d(3).forward(zeros([4, 2]))).toThrow(/expected 3 channels/);
  });

  test("a single value per channel cannot be normalized", () => {
    expect(() => new BatchNorm1d(2).forward(zeros([1, 2]))).toThrow(/more than 1 value per channel/);
    expect(new BatchNorm1d(2).eval().forward(zeros([1, 2])).shape).toEqual([1, 2]);
  });
});
