import { detectionLoss } from "@evenkeel/models";
import { fit, SGD } from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import { describe, expect, it } from "vitest";
import type { BoxExample } from "../src/data.ts";
import { makeModel } from "../src/network.ts";
import { makeTrainBatches } from "../src/training/box-batches.ts";
import { lossOptions } from "../src/training/test-results.ts";
import { runOnTheCpu } from "./on-the-cpu.ts";

runOnTheCpu();

const size = [48, 64] as const;
const description = {
  classes: ["a", "b", "c"],
  size,
  statistics: { mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25] },
  anchors: [[8, 8]],
  anchorOverlap: 1,
} as const;
const empty: BoxExample = {
  image: { data: new Uint8Array(48 * 64 * 3).fill(200), shape: [3, ...size] },
  boxes: { data: new Float32Array(0), shape: [0, 4] },
  labels: new Int32Array(0),
};

describe("pictures without objects", () => {
  it("are changed, batched and learned from like others", async () => {
    const batches = makeTrainBatches([empty, empty], description as never, { batchSize: 2, seed: 1 });
    for await (const batch of batches.epoch(0)) {
      using inputs = batch.inputs as Tensor;
      using labels = batch.labels as Tensor;
      expect(inputs.shape).toEqual([2, 3, ...size]);
      expect(new Set(await labels.data())).toEqual(new Set([-1]));
    }
    using model = makeModel(description as never, { seed: 1 }, "batch");
    const { epochs } = await fit(model, {
      data: batches,
      loss: detectionLoss(model, lossOptions),
      optimizer: new SGD(model, { learningRate: 0.01 }),
      epochs: 3,
    });
    const losses = epochs.map(({ loss }) => loss);
    expect(losses).toHaveLength(3);
    expect(losses[2]).toBeLessThan(losses[0]!);
  });
});
