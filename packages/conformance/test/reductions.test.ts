import { grad } from "@evenkeel/autodiff";
import { cpu } from "@evenkeel/backend-cpu";
import type { Backend, Tensor } from "@evenkeel/tensor";
import {
  cumulativeProduct,
  DTypeError,
  div,
  exp,
  fromData,
  logSoftmax,
  max,
  mean,
  min,
  moments,
  mul,
  product,
  softmax,
  softmaxCrossEntropy,
  sub,
  sum,
  tensor,
} from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let backend: Backend;
beforeAll(async () => {
  backend = await cpu({ threads: 2 }).open();
});
afterAll(() => backend.close());

const readValues = async (x: Tensor): Promise<number[]> => [...(await x.data())];
const filled = (size: number, value: number): Tensor =>
  fromData(new Float32Array(size).fill(value), { shape: [size], dtype: "f32" }, { backend });

describe("long sums", () => {
  // Summed sequentially in f32, 2^22 times 0.1 is off by more than 1 %.
  const size = 2 ** 22;
  const tenth = Math.fround(0.1);

  test("round like short ones", async () => {
    const x = filled(size, 0.1);
    expect(Math.abs((await sum(x).item()) / (size * tenth) - 1)).toBeLessThan(1e-6);
    expect(Math.abs((await mean(x).item()) / tenth - 1)).toBeLessThan(1e-6);
  });

  test("over columns too", async () => {
    const x = fromData(new Float32Array(size).fill(0.1), { shape: [size / 4, 4], dtype: "f32" }, { backend });
    for (const total of await readValues(sum(x, { axis: 0 }))) {
      expect(Math.abs(total / ((size / 4) * tenth) - 1)).toBeLessThan(1e-6);
    }
  });

  test("of a constant give variance 0", async () => {
    const { mean: centre, variance } = moments(filled(100_003, 0.1));
    expect([await centre.item(), await variance.item()]).toEqual([tenth, 0]);
  });
});

describe("softmax over several axes", () => {
  const shape = [2, 3, 4, 5];
  const x = () =>
    fromData(
      Float32Array.from({ length: 120 }, (_, index) => Math.sin(index)),
      { shape, dtype: "f32" },
      { backend },
    );
  const weights = () =>
    fromData(
      Float32Array.from({ length: 120 }, (_, index) => Math.cos(3 * index)),
      { shape, dtype: "f32" },
      { backend },
    );

  test.each([[[2, 3]], [[3, -2]], [[0, 2]], [[3, 1, 0]], [[]]])("%j", async (axis) => {
    const composed = (one: Tensor): Tensor => {
      const powers = exp(sub(one, max(one, { axis, keepDims: true })));
      return div(powers, sum(powers, { axis, keepDims: true }));
    };
    const close = async (found: Tensor, expected: Tensor): Promise<void> => {
      expect(found.shape).toEqual(shape);
      const wanted = await readValues(expected);
      for (const [index, value] of (await readValues(found)).entries())
        expect(value).toBeCloseTo(wanted[index]!, 6);
    };
    await close(softmax(x(), { axis }), composed(x()));
    await close(exp(logSoftmax(x(), { axis })), composed(x()));
    const slope = (f: (one: Tensor) => Tensor): Tensor =>
      grad((one: Tensor) => sum(mul(f(one), weights())))(x());
    await close(
      slope((one) => softmax(one, { axis })),
      slope(composed),
    );
  });
});

describe("gradients", () => {
  const computeGradient = async (f: (x: Tensor) => Tensor, ...values: number[]): Promise<number[]> =>
    readValues(grad(f)(tensor(values, { backend })));

  test("ties share the gradient of a maximum or minimum", async () => {
    expect(await computeGradient((x) => max(x), 1, 4, 2, 4)).toEqual([0, 0.5, 0, 0.5]);
    expect(await computeGradient((x) => min(x), 1, 1, 1, 4)).toEqual(
      [1, 1, 1, 0].map((share) => Math.fround(share / 3)),
    );
  });

  test("the gradient of a product with zeros is the product of the other factors", async () => {
    expect(await computeGradient((x) => product(x), 2, 3, 4)).toEqual([12, 8, 6]);
    expect(await computeGradient((x) => product(x), 2, 0, 4)).toEqual([0, 8, 0]);
    expect(await computeGradient((x) => product(x), 0, 0, 4)).toEqual([0, 0, 0]);
  });

  test("a label out of range makes only its own sample NaN", async () => {
    const labels = tensor([0, 7, -100], { dtype: "i32", backend });
    const logits = tensor(
      [
        [0, 0],
        [0, 0],
        [0, 0],
      ],
      { backend },
    );
    const outside = "softmaxCrossEntropy: labels: found 1 outside of [0, 2)";
    const lossesOfAll = softmaxCrossEntropy(logits, labels);
    await expect(backend.idle()).rejects.toThrow(outside);
    const losses = await readValues(lossesOfAll);
    expect(losses).toEqual([Math.fround(Math.log(2)), Number.NaN, 0]);
    const dLogits = grad((x: Tensor) => sum(softmaxCrossEntropy(x, labels)))(logits);
    await expect(backend.idle()).rejects.toThrow(outside);
    expect(await readValues(dLogits)).toEqual([-0.5, 0.5, Number.NaN, Number.NaN, 0, 0]);
  });
});

describe("cumulative products", () => {
  const row = (...values: number[]): Tensor => tensor(values, { backend });

  test.each([
    [{}, [2, 6, 6, 0, 0]],
    [{ reverse: true }, [0, 0, 0, 0, -4]],
    [{ exclusive: true }, [1, 2, 6, 6, 0]],
    [{ reverse: true, exclusive: true }, [0, 0, 0, -4, 1]],
  ])("with %o", async (options, expected) => {
    const found = await readValues(cumulativeProduct(row(2, 3, 1, 0, -4), options));
    // A product of 0 and a negative number is -0.
    expect(found.map((value) => value + 0)).toEqual(expected);
  });

  test("of integers wrap, and an axis may be empty or have one element", async () => {
    const whole = tensor([65_536, 65_536, 3], { dtype: "u32", backend });
    expect(await readValues(cumulativeProduct(whole))).toEqual([65_536, 0, 0]);
    for (const exclusive of [true, false]) {
      expect(cumulativeProduct(tensor([], { shape: [2, 0], backend }), { exclusive }).shape).toEqual([2, 0]);
      expect(await readValues(cumulativeProduct(row(5), { exclusive }))).toEqual([exclusive ? 1 : 5]);
    }
  });

  test("have first and second derivatives beside zeros", async () => {
    const last = (x: Tensor): Tensor => sum(cumulativeProduct(x, { axis: 0 }));
    // y = a + a b + a b c at b = 0: the gradient is [1, a (1 + c), 0], and that of its middle is [1 + c, 0, a].
    const x = row(2, 0, 3);
    expect(await readValues(grad(last)(x))).toEqual([1, 8, 0]);
    const middle = (at: Tensor): Tensor => sum(mul(grad(last)(at), row(0, 1, 0)));
    expect(await readValues(grad(middle)(x))).toEqual([4, 0, 2]);
  });

  test("report what is wrong", () => {
    expect(() => cumulativeProduct(row(1), { axis: 1 })).toThrow("cumulativeProduct: axis: found 1");
    expect(() => cumulativeProduct(tensor([true], { backend }))).toThrow(DTypeError);
  });
});
