import { vjp } from "@evenkeel/autodiff";
import { batchNorm } from "@evenkeel/batchnorm";
import { batchNormBackward, batchNormForward } from "@evenkeel/batchnorm/arrays";
import type { Activation, Tensor } from "@evenkeel/tensor";
import { add, fromData, leakyRelu, relu } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { onEachBackend } from "../each-backend.ts";
import { extractChannel } from "./channels.ts";
import { expectSameBits, expectWithin, normal, readMean, readVariance } from "./tools.ts";

const layouts = [
  [1, [8, 12, 13, 17]],
  [3, [8, 13, 17, 12]],
  [1, [700, 12]],
  [1, [4, 2, 150, 120]],
] as const;
const activations: readonly Activation[] = ["relu", { leakyRelu: 0.25 }];
const cases = layouts.flatMap(([axis, shape]) =>
  activations.map((activation) => [axis, shape, activation] as const),
);

/** Values on a coarse grid, with shifts that move one of them to 0 up to rounding, so that z is often at or near a tie. */
async function countTies(
  backend: Parameters<typeof batchNormForward>[0],
  axis: number,
  shape: readonly number[],
) {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  const channels = shape[axis]!;
  const x = normal(size, 1, 3).map((value) => Math.round(value * 8) / 8);
  const scale = normal(channels, 2);
  const { statistics } = await batchNormForward(backend, x, shape, { axis, training: true });
  const shift = scale.map((value, channel) => {
    const inverseStd = 1 / Math.sqrt(readVariance(statistics!, channel) + 1e-5);
    return -value * (x[channel]! - readMean(statistics!, channel)) * inverseStd;
  });
  return { x, scale, shift, statistics: statistics! };
}

onEachBackend((backend) => {
  describe.each(cases)("signs, axis %i of %j, %j", (axis, shape, activation) => {
    const slope = activation === "relu" ? 0 : 0.25;

    test("given statistics: the sign of y decides whether an element passes its gradient", async () => {
      const { x, scale, shift, statistics } = await countTies(backend(), axis, shape);
      const running = {
        runningMean: scale.map((_, channel) => readMean(statistics, channel)),
        runningVariance: scale.map((_, channel) => readVariance(statistics, channel)),
      };
      const options = { axis, scale, shift, activation };
      const { y } = await batchNormForward(backend(), x, shape, { ...options, ...running });
      const ones = new Float32Array(x.length).fill(1);
      const { dx } = await batchNormBackward(backend(), ones, x, shape, { ...options, ...running });
      const plain = await batchNormBackward(backend(), ones, x, shape, { axis, scale, ...running });
      const expected = plain.dx.map((factor, at) => (y[at]! > 0 ? factor : factor * slope));
      expectSameBits(withoutMinus(dx), withoutMinus(expected), "dx");
      expect(y.some((value) => value > 0 && value < 1e-6)).toBe(true);
    });

    test("statistics of the batch: as many elements pass their gradient as y indicates", async () => {
      const { x, scale, shift, statistics } = await countTies(backend(), axis, shape);
      const options = { axis, scale, shift, activation };
      const { y } = await batchNormForward(backend(), x, shape, { ...options, training: true });
      const ones = new Float32Array(x.length).fill(1);
      const { dShift } = await batchNormBackward(backend(), ones, x, shape, { ...options, statistics });
      const expected = Array.from(dShift, (_, channel) =>
        extractChannel(y, shape, axis, channel).reduce((sum, value) => sum + (value > 0 ? 1 : slope), 0),
      );
      expectSameBits(dShift, expected, "dShift");
    });

    test("fused and separate operations give the same bits, forward and backward, with and without a residual", async () => {
      const { x, scale, shift } = await countTies(backend(), axis, shape);
      const place = (values: Float32Array, at: readonly number[]): Tensor =>
        fromData(values, { shape: at, dtype: "f32" }, { backend: backend() });
      const activate = (z: Tensor): Tensor =>
        activation === "relu" ? relu(z) : leakyRelu(z, { negativeSlope: slope });
      const dy = place(normal(x.length, 5), shape);
      for (const hasResidual of [false, true]) {
        const inputs = [
          place(x, shape),
          place(scale, [scale.length]),
          place(shift, [shift.length]),
          place(normal(x.length, 6), shape),
        ] as const;
        const normalize = (x: Tensor, scale: Tensor, shift: Tensor, options: object = {}): Tensor =>
          batchNorm(x, { axis, training: true, scale, shift, ...options }).y;
        const [fused, pullFused] = vjp(
          (x: Tensor, scale: Tensor, shift: Tensor, residual: Tensor) => {
            const y = normalize(x, scale, shift, {
              activation,
              residual: hasResidual ? residual : undefined,
            });
            return hasResidual ? y : add(y, residual);
          },
          ...inputs,
        );
        const [apart, pullApart] = vjp(
          (x: Tensor, scale: Tensor, shift: Tensor, residual: Tensor) => {
            const z = normalize(x, scale, shift);
            return hasResidual ? activate(add(z, residual)) : add(activate(z), residual);
          },
          ...inputs,
        );
        expectSameBits(withoutMinus(await fused.data()), withoutMinus(await apart.data()), "y");
        const expected = pullApart(dy);
        for (const [index, gradient] of pullFused(dy).entries()) {
          const values = withoutMinus(await gradient.data());
          expectSameBits(values, withoutMinus(await expected[index]!.data()), `gradient ${index}`);
        }
      }
    });
  });

  /** Replaces -0 by 0. */
  const withoutMinus = (values: ArrayLike<number>): number[] => Array.from(values, (value) => value + 0);

  test("a tie at 0 does not count as above 0", async () => {
    const x = new Float32Array(300).fill(7);
    const shape = [20, 3, 5];
    const { statistics } = await batchNormForward(backend(), x, shape, { training: true });
    const ones = new Float32Array(300).fill(1);
    for (const [activation, slope] of [["relu", 0] as const, [{ leakyRelu: 0.25 }, 0.25] as const]) {
      const { dShift } = await batchNormBackward(backend(), ones, x, shape, { statistics, activation });
      expectWithin(dShift, [100 * slope, 100 * slope, 100 * slope], 0, "dShift");
    }
  });
});
