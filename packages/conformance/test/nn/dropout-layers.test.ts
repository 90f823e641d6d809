import { grad } from "@evenkeel/autodiff";
import {
  AlphaDropout,
  Dropout1d,
  Dropout2d,
  Dropout3d,
  FeatureAlphaDropout,
  GaussianDropout,
  GaussianNoise,
  type Module,
  StochasticDepth,
} from "@evenkeel/nn";
import {
  ArgumentError,
  cast,
  DTypeError,
  normal,
  ones,
  ShapeError,
  sum,
  type Tensor,
  tensor,
} from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";

onCpu();

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];

/** The distinct values in each part of the first `parts` dimensions joined. */
async function listParts(y: Tensor, parts: number): Promise<number[][]> {
  const all = await values(y);
  const size = all.length / parts;
  return Array.from({ length: parts }, (_, part) => [...new Set(all.slice(part * size, (part + 1) * size))]);
}

const mean = (list: readonly number[]): number => list.reduce((total, x) => total + x, 0) / list.length;
function variance(list: readonly number[]): number {
  const center = mean(list);
  return mean(list.map((x) => (x - center) ** 2));
}

const layers: readonly (readonly [name: string, make: () => Module, shape: readonly number[]])[] = [
  ["Dropout1d", () => new Dropout1d(0.5, { seed: 1 }), [2, 8, 3]],
  ["Dropout2d", () => new Dropout2d(0.5, { seed: 1 }), [2, 8, 3, 2]],
  ["Dropout3d", () => new Dropout3d(0.5, { seed: 1 }), [2, 8, 3, 2, 2]],
  ["AlphaDropout", () => new AlphaDropout(0.5, { seed: 1 }), [33]],
  ["FeatureAlphaDropout", () => new FeatureAlphaDropout(0.5, { seed: 1 }), [4, 8, 5]],
  ["StochasticDepth", () => new StochasticDepth(0.5, { seed: 1 }), [16, 5]],
  ["GaussianNoise", () => new GaussianNoise(0.5, { seed: 1 }), [33]],
  ["GaussianDropout", () => new GaussianDropout(0.5, { seed: 1 }), [33]],
];

describe.each(layers)("%s", (_, make, shape) => {
  test("draws anew in every call, the same from the same seed and from a saved position", async () => {
    const [layer, other] = [make(), make()] as (Module & { random: { state: never } })[];
    const x = ones([...shape]);
    const first = await values(layer!.forward(x));
    const { state } = layer!.random;
    const second = await values(layer!.forward(x));
    expect(second).not.toEqual(first);
    expect(await values(other!.forward(x))).toEqual(first);
    layer!.random.state = state;
    expect(await values(layer!.forward(x))).toEqual(second);
    expect([...layer!.namedRandomSources()].map(([name]) => name)).toEqual(["random"]);
  });

  test("has a gradient that draws what the forward pass drew", async () => {
    const [layer, low, high] = [make(), make(), make()];
    const x = normal([...shape], { seed: 2 });
    const slope = await values(grad((input: Tensor) => sum(layer.forward(input)))(x));
    // Every layer is linear in x once its numbers are drawn.
    const zero = await values(low.forward(tensor(new Float32Array(x.size), { shape: x.shape })));
    const one = await values(high.forward(ones([...shape])));
    for (const [index, found] of slope.entries()) expect(found).toBeCloseTo(one[index]! - zero[index]!, 5);
  });

  test("returns its input in evaluation mode, and takes floats only", () => {
    const x = ones([...shape]);
    expect(make().eval().forward(x)).toBe(x);
    expect(() => make().forward(cast(x, "i32"))).toThrow(DTypeError);
  });
});

describe("dropout of channels", () => {
  test.each(layers.slice(0, 3))("%s drops whole channels of each sample", async (_, make, shape) => {
    const parts = await listParts(make().forward(ones([...shape])), 16);
    expect(parts.every((part) => part.length === 1)).toBe(true);
    expect(new Set(parts.flat())).toEqual(new Set([0, 2]));
  });

  test("keeps the expected share", async () => {
    const parts = await listParts(new Dropout2d(0.25, { seed: 3 }).forward(ones([100, 100, 1, 2])), 10_000);
    // The fraction of 10,000 channels has a standard deviation of 0.0043; the tolerance is six of them.
    expect(Math.abs(parts.filter(([y]) => y !== 0).length / 10_000 - 0.75)).toBeLessThan(0.026);
  });

  test("removes NaN with its channel, and all channels with probability 1", async () => {
    const x = tensor(new Float32Array(64).fill(Number.NaN), { shape: [1, 64, 1] });
    const kept = (await values(new Dropout1d(0.5, { seed: 1 }).forward(x))).filter(Number.isNaN);
    expect(kept.length).toBeLessThan(64);
    expect(new Set(await values(new Dropout1d(1).forward(ones([2, 3, 4]))))).toEqual(new Set([0]));
  });

  test("refuses inputs of another rank, which PyTorch would take for something else", () => {
    expect(() => new Dropout2d().forward(ones([2, 3, 4]))).toThrow(
      "Dropout2d 0.5: found [2, 3, 4], expected [n, c, h, w]",
    );
    expect(() => new Dropout1d().forward(ones([2, 3]))).toThrow(ShapeError);
    expect(() => new FeatureAlphaDropout().forward(ones([2]))).toThrow(ShapeError);
    expect(() => new Dropout3d(2)).toThrow("Dropout3d: probability: found 2, expected a number in [0, 1]");
  });
});

describe("dropout of SELU networks", () => {
  test("preserves mean 0 and variance 1", async () => {
    const y = await values(new AlphaDropout(0.3, { seed: 1 }).forward(normal([100_000], { seed: 2 })));
    // Six standard deviations of the mean and of the variance of 100,000 values (kurtosis below 6).
    expect(Math.abs(mean(y))).toBeLessThan(0.019);
    expect(Math.abs(variance(y) - 1)).toBeLessThan(0.042);
  });

  test("has PyTorch's two values", async () => {
    // With p = 0.5, alpha = 1.7581: a = 1 / sqrt((alpha^2 p + 1) (1 - p)), kept a x + alpha a p, dropped alpha a (p - 1).
    const a = 1 / Math.sqrt((1.7580993408473766 ** 2 * 0.5 + 1) * 0.5);
    const found = new Set(await values(new AlphaDropout(0.5, { seed: 1 }).forward(ones([64]))));
    const expected = [a + 1.7580993408473766 * a * 0.5, -1.7580993408473766 * a * 0.5];
    expect([...found].sort((x, y) => y - x).map((y) => y.toFixed(5))).toEqual(
      expected.map((y) => y.toFixed(5)),
    );
    expect(await values(new AlphaDropout(1).forward(ones([3])))).toEqual([0, 0, 0]);
  });

  test("of channels has one of both in each", async () => {
    const parts = await listParts(new FeatureAlphaDropout(0.5, { seed: 1 }).forward(ones([4, 8, 5])), 32);
    expect(parts.every((part) => part.length === 1)).toBe(true);
    expect(new Set(parts.flat()).size).toBe(2);
  });
});

describe("stochastic depth", () => {
  test("drops samples by rows, or the whole batch", async () => {
    const rows = await listParts(new StochasticDepth(0.2, { seed: 1 }).forward(ones([200, 3])), 200);
    expect(rows.every((row) => row.length === 1)).toBe(true);
    expect(new Set(rows.flat())).toEqual(new Set([0, 1.25]));
    const layer = new StochasticDepth(0.5, { mode: "batch", seed: 1 });
    const batches = await Promise.all(
      Array.from({ length: 20 }, async () => new Set(await values(layer.forward(ones([3, 4]))))),
    );
    expect(batches.every((batch) => batch.size === 1)).toBe(true);
    expect(new Set(batches.flatMap((batch) => [...batch]))).toEqual(new Set([0, 2]));
  });

  test("checks its options", () => {
    expect(new StochasticDepth(0.1).describe()).toBe("StochasticDepth 0.1, row");
    expect(() => new StochasticDepth(0.1, { mode: "all" as "row" })).toThrow(
      'StochasticDepth: mode: found "all"',
    );
    expect(() => new StochasticDepth(0.1).forward(ones([]))).toThrow(ShapeError);
    expect(() => new StochasticDepth(-1)).toThrow(ArgumentError);
  });
});

describe("Gaussian noise", () => {
  test("has the given deviation, or the variance of dropout", async () => {
    const x = ones([100_000]);
    const added = await values(new GaussianNoise(0.5, { seed: 1 }).forward(x));
    const multiplied = await values(new GaussianDropout(0.2, { seed: 1 }).forward(x));
    // Six standard deviations of the mean and of the variance, sqrt(2 / n) of it.
    expect(Math.abs(mean(added) - 1)).toBeLessThan(0.0095);
    expect(Math.abs(variance(added) - 0.25)).toBeLessThan(0.0068);
    expect(Math.abs(mean(multiplied) - 1)).toBeLessThan(0.0095);
    expect(Math.abs(variance(multiplied) - 0.25)).toBeLessThan(0.0068);
  });

  test("checks its options", () => {
    const x = ones([2]);
    expect([new GaussianNoise(0).forward(x), new GaussianDropout(0).forward(x)]).toEqual([x, x]);
    expect(() => new GaussianNoise(-1)).toThrow("GaussianNoise: deviation: found -1");
    expect(() => new GaussianDropout(1)).toThrow(
      "GaussianDropout: probability: found 1, expected a number in [0, 1)",
    );
    expect(() => new GaussianNoise(1, { seeds: 1 } as never)).toThrow('found the option "seeds"');
  });
});
