import { vjp } from "@evenkeel/autodiff";
import {
  AlphaDropout,
  Bilinear,
  Dropout2d,
  GaussianDropout,
  GaussianNoise,
  GLU,
  Hardswish,
  type Module,
  PixelShuffle,
  PReLU,
  ReflectionPad2d,
  RReLU,
  SELU,
  SqueezeExcitation,
  StochasticDepth,
  Upsample,
} from "@evenkeel/nn";
import {
  affineGrid,
  type Backend,
  cast,
  cropAndResize,
  gridSample,
  normal,
  ones,
  roiAlign,
  setDefaultBackend,
  type Tensor,
  tensor,
} from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openWebgpu, reasonToSkip } from "./support.ts";

const boxes = () => tensor([[0, 0, 3, 3]]);
const first = () => tensor([0], { dtype: "i32" });
const layer = (make: () => Module) => (): ((x: Tensor) => Tensor) => {
  const made = make();
  return (x) => made.forward(x);
};

/** Functions of images [1, 4, 6, 6]; each call of `make` gives one that draws the same random numbers. */
const functions: readonly (readonly [name: string, make: () => (x: Tensor) => Tensor])[] = [
  ["Hardswish", layer(() => new Hardswish())],
  ["SELU", layer(() => new SELU())],
  ["GLU", layer(() => new GLU({ axis: 1 }))],
  ["RReLU", layer(() => new RReLU({ seed: 1 }))],
  ["Dropout2d", layer(() => new Dropout2d(0.5, { seed: 1 }))],
  ["AlphaDropout", layer(() => new AlphaDropout(0.5, { seed: 1 }))],
  ["StochasticDepth", layer(() => new StochasticDepth(0.5, { seed: 1 }))],
  ["GaussianNoise", layer(() => new GaussianNoise(0.5, { seed: 1 }))],
  ["GaussianDropout", layer(() => new GaussianDropout(0.5, { seed: 1 }))],
  ["Upsample", layer(() => new Upsample({ scaleFactor: 1.5, mode: "linear" }))],
  ["PixelShuffle", layer(() => new PixelShuffle(2))],
  ["ReflectionPad2d", layer(() => new ReflectionPad2d(2))],
  ["cropAndResize", () => (x) => cropAndResize(x, tensor([[0.1, 0.2, 0.8, 0.9]]), first(), 3)],
  ["roiAlign", () => (x) => roiAlign(x, boxes(), first(), 2)],
  [
    "gridSample",
    () => (x) =>
      gridSample(
        x,
        affineGrid(
          tensor([
            [
              [0.5, 0.1, 0],
              [0, 0.7, 0],
            ],
          ]),
          [4, 3, 3],
        ),
      ),
  ],
];

describe.skipIf(reasonToSkip !== undefined)("layers and functions in halves", () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await openWebgpu();
    setDefaultBackend(backend);
  });
  afterAll(async () => {
    setDefaultBackend(undefined);
    await backend.close();
  });

  test.each(functions)("%s keeps the dtype, forwards and backwards", async (_, make) => {
    const half = cast(normal([1, 4, 6, 6], { seed: 2 }), "f16");
    const run = async (x: Tensor): Promise<[Tensor, Tensor]> => {
      const [y, pullback] = vjp(make(), x);
      return [y, pullback(cast(ones(y.shape), y.dtype))[0]!];
    };
    const [found, expected] = [await run(half), await run(cast(half, "f32"))];
    for (const [index, value] of found.entries()) {
      expect(value.dtype).toBe("f16");
      const wanted = await expected[index]!.data();
      // Values of a few units, with a few roundings to 11 bits.
      for (const [at, one] of (await value.data()).entries()) {
        expect(Math.abs(Number(one) - Number(wanted[at]))).toBeLessThan(0.01);
      }
    }
  });

  test("layers with weights in f32 keep the dtype of their input", () => {
    const half = cast(normal([1, 4, 6, 6]), "f16");
    for (const one of [new PReLU(4), new SqueezeExcitation(4, 2)])
      expect(one.forward(half).dtype).toBe("f16");
    expect(new Bilinear(6, 6, 3).forward(half, half).dtype).toBe("f16");
  });
});
