import { cpu } from "@evenkeel/backend-cpu";
import { syntheticFigures } from "@evenkeel/datasets";
import type { Backend } from "@evenkeel/tensor";
import { scope, selectBackend, setDefaultBackend, zeros } from "@evenkeel/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeNetwork } from "../src/training/networks.ts";

let backend: Backend;

beforeAll(async () => {
  backend = await selectBackend([cpu({ threads: 1 })]);
});

afterAll(async () => {
  setDefaultBackend(undefined);
  await backend.close();
});

test.each(["convnet", "lenet", "vgg", "resnet20", "resnet50", "mlp"] as const)(
  "%s is built for the images",
  (model) => {
    const set = syntheticFigures({ count: 2, seed: 1, part: "train" });
    for (const normalization of ["batch", "none"] as const) {
      const network = makeNetwork(set, { model, seed: 1, width: 16 }, normalization);
      expect(scope(() => network.forward(zeros([2, ...set.imageShape])).shape)).toEqual([
        2,
        set.classes.length,
      ]);
      network.dispose();
    }
  },
);
