import { grad } from "@evenkeel/autodiff";
import type { LossOptions } from "@evenkeel/nn";
import {
  accuracy,
  bceWithLogits,
  cosineEmbedding,
  crossEntropy,
  dice,
  focal,
  huber,
  klDivergence,
  l1,
  mse,
  nll,
  sigmoidFocal,
  smoothL1,
  tripletMargin,
} from "@evenkeel/nn";
import type { Backend, Tensor } from "@evenkeel/tensor";
import { cast, setDefaultBackend, tensor } from "@evenkeel/tensor";
import { afterEach, describe, expect, test } from "vitest";
import { openDevices, reasonToSkip } from "./support.ts";

/** A third is not representable in f16 or f32, so values that were not rounded to f16 would be noticed. */
const outputs = [
  [1.5, -0.5, 1 / 3],
  [0.1, -2, 3],
];
const targets = [
  [1, 0, 0.3],
  [0.5, 1, 0],
];

type Loss = (output: Tensor, target: Tensor, options: LossOptions) => Tensor;

const elementwise: readonly (readonly [string, Loss])[] = [
  ["mse", mse],
  ["l1", l1],
  ["smoothL1", (x, y, options) => smoothL1(x, y, { ...options, beta: 0.5 })],
  ["bceWithLogits", bceWithLogits],
  ["huber", (x, y, options) => huber(x, y, { ...options, delta: 0.5 })],
  ["klDivergence", klDivergence],
  ["sigmoidFocal", sigmoidFocal],
  ["dice", dice],
  ["crossEntropy of probabilities", crossEntropy],
  ["mse with a mask", (x, y, options) => mse(x, y, { ...options, mask: tensor([1, 0, 2]) })],
  ["tripletMargin", (x, y, options) => tripletMargin(x, y, tensor(outputs), options)],
  [
    "cosineEmbedding",
    (x, y, options) => cosineEmbedding(x, y, tensor(Int32Array.of(1, -1)), { ...options, margin: -1 }),
  ],
  [
    "bceWithLogits with a weight",
    (x, y, options) => bceWithLogits(x, y, { ...options, positiveWeight: tensor(2) }),
  ],
];

const ofLabels: readonly (readonly [string, Loss])[] = [
  ["crossEntropy", crossEntropy],
  ["nll", nll],
  ["focal", focal],
  [
    "crossEntropy with weights",
    (x, y, options) =>
      crossEntropy(x, y, { ...options, labelSmoothing: 0.1, weight: cast(tensor([1, 2, 0.5]), "f16") }),
  ],
  ["nll with weights", (x, y, options) => nll(x, y, { ...options, weight: tensor([1, 2, 0.5]) })],
];

describe.skipIf(reasonToSkip !== undefined)("losses of predictions in f16", () => {
  const open = openDevices();
  afterEach(() => setDefaultBackend(undefined));

  const openPacked = async (): Promise<Backend> => {
    const backend = await open({ without: ["shader-f16"] });
    setDefaultBackend(backend);
    return backend;
  };

  /**
   * The loss of an f16 prediction has the same bits as the loss of the same numbers in f32, and its gradient those of
   * that gradient in f16.
   */
  async function expectSame(loss: Loss, target: Tensor): Promise<void> {
    const half = cast(tensor(outputs), "f16");
    const single = cast(half, "f32");
    for (const reduction of ["mean", "sum", "none"] as const) {
      const found = loss(half, target, { reduction });
      expect(found.dtype).toBe("f32");
      expect(await found.data()).toEqual(await loss(single, target, { reduction }).data());
    }
    const slope = (x: Tensor): Tensor => grad((x: Tensor) => loss(x, target, {}))(x);
    const found = slope(half);
    expect(found.dtype).toBe("f16");
    const wanted = await cast(slope(single), "f16").data();
    expect(await found.data()).toEqual(wanted);
    expect(wanted.some((value) => value !== 0)).toBe(true);
  }

  test.each(elementwise)("%s computes in f32", async (_, loss) => {
    await openPacked();
    await expectSame(loss, tensor(targets));
    await expectSame(loss, cast(tensor(targets), "f16"));
  });

  test.each(ofLabels)("%s computes in f32", async (_, loss) => {
    await openPacked();
    await expectSame(loss, tensor(Int32Array.of(0, 2)));
  });

  test("accuracy counts the largest logits", async () => {
    await openPacked();
    const logits = cast(tensor(outputs), "f16");
    expect(await accuracy(logits, tensor(Int32Array.of(0, 2))).item()).toBe(1);
    expect(await accuracy(logits, tensor(Int32Array.of(0, 1))).item()).toBe(0.5);
  });
});
