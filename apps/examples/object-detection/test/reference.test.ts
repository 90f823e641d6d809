import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { decodeDetections, detectionLoss } from "@evenkeel/models";
import { nonMaximumSuppression } from "@evenkeel/nn";
import { normal, tensor } from "@evenkeel/tensor";
import { describe, expect, it } from "vitest";
import { lossOptions, suppression } from "../src/training/test-results.ts";

const python = "/usr/bin/python3";
const folder = new URL("../reference", import.meta.url).pathname;
/** If PyTorch is required, its tests run even without it, and fail. */
const isTested =
  (process.env.EVENKEEL_REQUIRE ?? "").split(",").includes("torch") ||
  (existsSync(python) && spawnSync(python, ["-c", "import torch"], { encoding: "utf8" }).status === 0);
const title = isTested ? "the reference" : `the reference (skipped: ${python} has no PyTorch)`;

const anchors = [
  [20, 19],
  [50, 45],
  [106, 96],
] as const;
const truths = [
  [
    [10, 12, 62, 55, 0],
    [40, 30, 90, 80, 0],
    [100, 40, 118, 60, 2],
    [0, 0, 0, 0, -1],
  ],
  [
    [2, 3, 110, 90, 1],
    [90, 70, 128, 96, 0],
    [5, 5, 5, 9, 0],
    [0, 0, 0, 0, -1],
  ],
];

/** Answers with the parts of the loss, and with what is found in the first picture. */
const program = `
import json, sys, types, torch, detector
detector.HEIGHT, detector.WIDTH = 96, 128
q = json.load(sys.stdin)
y = torch.tensor(q["prediction"]).reshape(q["shape"])
model = types.SimpleNamespace(anchors=torch.tensor(q["anchors"]).float())
model.edges = lambda y: detector.Detector.edges(model, y)
rows = [torch.tensor([r for r in each if r[4] >= 0 and r[2] > r[0]]).float() for each in q["truths"]]
parts = detector.detection_loss(model, y, [(r[:, :4], r[:, 4].long()) for r in rows])
call = type("Call", (), {"anchors": model.anchors, "edges": staticmethod(model.edges), "__call__": lambda self, x: x})()
found = detector.detect(call, y)
print(json.dumps({"parts": [p.item() for p in parts], "found": found[0].tolist()}))
`;

import { runOnTheCpu } from "./on-the-cpu.ts";

runOnTheCpu();

describe.skipIf(!isTested)(title, () => {
  it("has the same loss and finds the same objects", async () => {
    const shape = [2, 3, 8, 6, 8];
    const prediction = normal(shape, { seed: 5 });
    const values = [...(await prediction.data())];
    const { status, stdout, stderr } = spawnSync(python, ["-c", program], {
      cwd: folder,
      encoding: "utf8",
      input: JSON.stringify({ prediction: values, shape, anchors, truths }),
    });
    expect(status, stderr).toBe(0);
    const answer = JSON.parse(stdout) as {
      readonly parts: readonly number[];
      readonly found: readonly (readonly number[])[];
    };
    const grid = { anchors, stride: 16 };
    const { total, boxes, objectness, classes } = detectionLoss(grid, lossOptions).parts(
      prediction,
      tensor(truths),
    );
    for (const [index, part] of [total, boxes, objectness, classes].entries()) {
      expect((await part.item()) / answer.parts[index]!).toBeCloseTo(1, 4);
    }
    const detections = nonMaximumSuppression(decodeDetections(prediction, grid), suppression);
    const found = [...(await detections.data())].slice(0, 6 * detections.shape[1]!);
    expect(answer.found.length).toBeGreaterThan(10);
    for (const [index, row] of answer.found.entries()) {
      for (const [column, value] of row.entries()) expect(found[6 * index + column]).toBeCloseTo(value, 3);
    }
    expect(found[6 * answer.found.length + 5] ?? -1).toBe(-1);
  });
});
