import type { BenchCase } from "../core/bench-case.ts";
import type { AttentionTask, MaskedSoftmaxTask } from "../core/task.ts";
import { countElements, makeSuite, type Suite } from "./suite.ts";

/** Forward reads x and writes y; backward reads y and dy and writes dx. */
const passes = { forward: 2, "forward-backward": 5 } as const;

function makeSoftmax(
  shape: MaskedSoftmaxTask["shape"],
  pass: MaskedSoftmaxTask["pass"],
  mask: MaskedSoftmaxTask["mask"],
): BenchCase {
  // That of heads of 64 channels.
  const task: MaskedSoftmaxTask = { kind: "masked-softmax", shape, pass, mask, scale: 1 / 8 };
  const bytes = 4 * countElements(shape);
  return {
    suite: "attention",
    name: `softmax ${pass} ${shape.join("x")} ${mask}`,
    task,
    bytes: passes[pass] * bytes,
    beside: { name: "evenkeel-unfused", task: { ...task, isComposed: true }, isEquivalent: true },
    roofs: [{ name: "roof-copy", bytes }],
    tolerance: 1e-5,
  };
}

function makeLayer(sizes: Omit<AttentionTask, "kind">): BenchCase {
  const { batch, length, width, heads } = sizes;
  // Four projections, and the products of the heads with the scores and of the weights with the values.
  const products = batch * length * (4 * width * width + 2 * length * width);
  return {
    suite: "attention",
    name: `layer forward-backward ${batch}x${length}x${width} ${heads} heads`,
    task: { kind: "attention", ...sizes },
    // Backward has two products for each one forward.
    flops: 3 * 2 * products,
    roofs: [],
    tolerance: 1e-4,
  };
}

/**
 * The softmax of masked scores, in one operation and, as `evenkeel-unfused`, composed of others; and a layer of attention with
 * several heads, without a mask and without returning its weights.
 */
export const attention: Suite = makeSuite("attention", ({ options }) => {
  const shape: MaskedSoftmaxTask["shape"] = options.quick ? [3, 2, 5, 7] : [8, 8, 128, 128];
  const masks = ["causal", "padding"] as const;
  const softmaxes = masks.flatMap((mask) =>
    (["forward", "forward-backward"] as const).map((pass) => makeSoftmax(shape, pass, mask)),
  );
  const layer = options.quick
    ? { batch: 2, length: 6, width: 16, heads: 4 }
    : { batch: 8, length: 128, width: 512, heads: 8 };
  return [...softmaxes, makeLayer(layer)];
});
