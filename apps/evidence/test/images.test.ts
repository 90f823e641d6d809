import { existsSync } from "node:fs";
import { join } from "node:path";
import { cpu } from "@evenkeel/backend-cpu";
import { fashionMnist } from "@evenkeel/datasets";
import { loadPublished } from "@evenkeel/datasets/node";
import { type Backend, DataError, selectBackend } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadImages } from "../src/images.ts";
import { makeConvnet } from "../src/networks.ts";
import { trainAndTest } from "../src/training.ts";

/** If the data are required, their tests run even without them, and fail. */
const isTested =
  existsSync(join(process.env.EVENKEEL_DATA ?? "", "fashion-mnist")) ||
  (process.env.EVENKEEL_REQUIRE ?? "").split(",").includes("data");
const title = isTested
  ? "images of Fashion-MNIST"
  : "images of Fashion-MNIST (skipped: EVENKEEL_DATA names no folder with them)";
const { signal } = new AbortController();

let backend: Backend;
beforeAll(async () => {
  backend = await selectBackend([cpu({ threads: 1 })]);
});
afterAll(() => backend.close());

describe.skipIf(!isTested)(title, () => {
  it("train and test a network, with or without more that are held out", async () => {
    // Two batches an epoch: the course covers all three epochs.
    const options = { batchSize: 16, steps: 5, learningRate: 0.01, seed: 1, testEvery: 2, signal };
    const counts = { train: 32, test: 20, signal };
    const train = async (heldOut: number) => {
      const images = await loadImages("fashion-mnist", { ...counts, heldOut });
      const model = makeConvnet({ hasNorm: true, seed: 1 });
      const course = await trainAndTest(model, { ...images, ...options });
      model.dispose();
      return course;
    };
    const [without, course] = [await train(0), await train(10)];
    expect(without.accuracies).toEqual(course.accuracies);
    expect(without.accuracies.map(([step]) => step)).toEqual([2, 4, 5]);
    expect(without.losses.map(([step]) => step)).toEqual([1, 2, 3, 4, 5]);
    expect(without.hasDiverged).toBe(false);
    expect(without.heldOutAccuracies).toEqual([]);
    expect(course.heldOutAccuracies.map(([step]) => step)).toEqual([2, 4, 5]);
  });

  it("end the training of a network that diverges", async () => {
    const images = await loadImages("fashion-mnist", { train: 32, test: 20, signal });
    const model = makeConvnet({ hasNorm: false, seed: 1 });
    const options = { batchSize: 16, steps: 50, learningRate: 1e20, seed: 1, testEvery: 50, signal };
    const { losses, accuracies, hasDiverged } = await trainAndTest(model, { ...images, ...options });
    model.dispose();
    expect(hasDiverged).toBe(true);
    expect(losses.length).toBeLessThan(50);
    expect(accuracies.at(-1)![0]).toBe(losses.length);
  });

  it("that are held out are the last ones of the training images", async () => {
    const { heldOut } = await loadImages("fashion-mnist", { train: 10, heldOut: 10, test: 1, signal });
    expect(heldOut!.inputs.shape).toEqual([10, 1, 28, 28]);
    const { train } = await loadPublished(fashionMnist, { signal });
    expect(heldOut!.labels).toEqual(Int32Array.from(train.labels.subarray(-10)));
    const tooMany = loadImages("fashion-mnist", { train: 59_991, heldOut: 10, test: 1, signal });
    await expect(tooMany).rejects.toThrow(
      new DataError("fashion-mnist: found 60000 training images, expected 60001 or more"),
    );
  });
});
