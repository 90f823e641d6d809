import { valueAndGrad } from "@evenkeel/autodiff";
import { decodeDetections, detectionLoss, GridDetector } from "@evenkeel/models";
import { Adam, evaluate, foldBatchNorm, meanAveragePrecision, nonMaximumSuppression } from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import { concatenate, normal, ShapeError, scope, sum, tensor, zeros } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { expectNoLeak } from "../expect-no-leak.ts";
import { onCpu } from "../on-cpu.ts";

const device = onCpu();

const anchors = [
  [10, 10],
  [24, 20],
] as const;
const small = { anchors, classes: 3, stages: [[8], [16], [16, 24]], passthrough: 4 } as const;
const make = (normalization: "batch" | "none" = "batch"): GridDetector =>
  new GridDetector({ ...small, normalization, seed: 1 });

/** Two images with one object and three, padded. */
const truths = (): Tensor =>
  tensor([
    [
      [3, 4, 15, 14, 1],
      [0, 0, 0, 0, -1],
      [0, 0, 0, 0, -1],
    ],
    [
      [2, 2, 25, 22, 0],
      [20, 3, 30, 12, 2],
      [4, 20, 28, 31, 0],
    ],
  ]);

describe("a grid detector", () => {
  test.each(["batch", "none"] as const)("goes forwards and backwards (%s)", async (normalization) => {
    using model = make(normalization);
    const x = normal([2, 3, 32, 40], { seed: 2 });
    const loss = detectionLoss(model);
    const [value, gradients] = valueAndGrad(model, () => {
      const prediction = model.forward(x);
      expect(prediction.shape).toEqual([2, 2, 8, 4, 5]);
      return loss(prediction, truths());
    })();
    expect(await value.item()).toBeGreaterThan(0);
    for (const gradient of gradients) {
      const values = await gradient.data();
      expect(values.every(Number.isFinite)).toBe(true);
      expect(values.some((number) => number !== 0)).toBe(true);
    }
  });

  test("starts with few objects, and folds its batch norms", async () => {
    using model = make();
    model.eval();
    const x = normal([1, 3, 32, 32], { seed: 2 });
    const found = await decodeDetections(model.forward(x), model).data();
    const scores = found.filter((_, at) => at % 6 === 4);
    expect(Math.max(...scores)).toBeLessThan(0.02);
    const before = await model.forward(x).data();
    foldBatchNorm(model);
    const after = await model.forward(x).data();
    expect(Math.max(...after.map((value, at) => Math.abs(value - before[at]!)))).toBeLessThan(1e-5);
  });

  test("learns a batch by heart, frees the memory of its steps, and finds what it learned", async () => {
    using model = make();
    const x = normal([2, 3, 32, 40], { seed: 3 });
    const boxes = truths();
    const optimizer = new Adam(model, { learningRate: 0.01 });
    const loss = detectionLoss(model);
    const differentiate = valueAndGrad(model, () => loss(model.forward(x), boxes));
    const step = (): Promise<number> => {
      const value = scope(() => {
        const [value, gradients] = differentiate();
        optimizer.step(gradients);
        return value;
      });
      return value.item().finally(() => value.dispose());
    };
    const first = await step();
    const { live } = device().memory();
    let last = first;
    for (let index = 0; index < 80; index++) last = await step();
    expectNoLeak(device(), live);
    expect(last).toBeLessThan(first / 4);
    const metric = meanAveragePrecision({ protocol: "voc" });
    const { metrics } = await evaluate(model, {
      data: () => [{ inputs: x, labels: boxes }],
      loss,
      metrics: {
        map: {
          ...metric,
          counts: (prediction, labels) =>
            scope(() => metric.counts(nonMaximumSuppression(decodeDetections(prediction, model)), labels)),
        },
      },
    });
    expect(metrics.map).toBe(1);
    optimizer.dispose();
  });

  test("refuses images whose sizes it cannot divide, and wrong options", () => {
    using model = make();
    expect(() => model.forward(zeros([1, 3, 32, 36]))).toThrow(
      "expected [n, channels, h, w] with multiples of 8 as h and w",
    );
    expect(() => new GridDetector({ ...small, anchors: [] })).toThrow("GridDetector: anchors");
    expect(() => new GridDetector({ ...small, stages: [[8]] })).toThrow("GridDetector: stages");
  });
});

describe("decoding", () => {
  const grid = { anchors: [[10, 20]] as const, stride: 8 };

  test("gives boxes around the middles of cells, in pixels", async () => {
    // One anchor, two classes, a grid of 1 x 2: x, y, width, height, objectness and classes of both cells.
    const prediction = tensor([
      [[[[0, 0]], [[0, 0]], [[0, Math.LN2]], [[0, 0]], [[0, 100]], [[1, 0]], [[1, 100]]]],
    ]);
    const rows = [...(await decodeDetections(prediction, grid).data())];
    const expected = [-1, -6, 9, 14, 0.25, 0, 2, -6, 22, 14, 1, 1];
    for (const [at, value] of rows.entries()) expect(value).toBeCloseTo(expected[at]!, 5);
  });

  test("of large numbers stays finite", async () => {
    const values = await decodeDetections(
      tensor([[[[[99]], [[-99]], [[99]], [[-99]], [[99]], [[0]]]]]),
      grid,
    ).data();
    expect(values.every(Number.isFinite)).toBe(true);
  });

  test("refuses other shapes", () => {
    expect(() => decodeDetections(zeros([1, 2, 7, 3, 3]), grid)).toThrow(ShapeError);
    expect(() => decodeDetections(zeros([1, 1, 5, 3, 3]), grid)).toThrow(
      "decodeDetections: found a prediction [1, 1, 5, 3, 3], expected [n, 1, 5 + classes, h, w]",
    );
    expect(() => decodeDetections(zeros([1, 1, 7, 3, 3]), {} as never)).toThrow("expected a detector");
  });
});

describe("the loss of detections", () => {
  const predict = (): Tensor => normal([2, 2, 8, 4, 5], { seed: 4 });

  test("is the weighted sum of its parts", async () => {
    using model = make();
    const { total, ...parts } = detectionLoss(model).parts(predict(), truths());
    const [boxes, objectness, classes] = await Promise.all(
      [parts.boxes, parts.objectness, parts.classes].map((part) => part.item()),
    );
    expect(await total.item()).toBeCloseTo(5 * boxes! + objectness! + classes!, 4);
    const only = detectionLoss(model, { boxes: 0, objectness: 2, classes: 0 });
    expect(await only(predict(), truths()).item()).toBeCloseTo(2 * objectness!, 4);
  });

  test("of images without objects is that of objectness alone, and trains", async () => {
    using model = make();
    const none = zeros([2, 0, 5]);
    const { total, boxes, classes } = detectionLoss(model).parts(predict(), none);
    expect([await boxes.item(), await classes.item()]).toEqual([0, 0]);
    expect(await total.item()).toBeGreaterThan(0);
    const x = normal([2, 3, 32, 40], { seed: 3 });
    const [, gradients] = valueAndGrad(model, () => detectionLoss(model)(model.forward(x), none))();
    for (const gradient of gradients) expect(Number.isFinite(await sum(gradient).item())).toBe(true);
  });

  test("does not depend on padding", async () => {
    using model = make();
    const [x, boxes] = [predict(), truths()];
    const padded = concatenate([boxes, tensor(new Array(20).fill(-1), { shape: [2, 2, 5] })], { axis: 1 });
    const loss = detectionLoss(model);
    expect(await loss(x, padded).item()).toBe(await loss(x, boxes).item());
  });

  test("refuses other shapes and options by name", () => {
    using model = make();
    const loss = detectionLoss(model);
    expect(() => loss(zeros([2, 3, 8, 4, 5]), truths())).toThrow("detectionLoss: found a prediction");
    expect(() => loss(predict(), zeros([2, 4]))).toThrow(
      "detectionLoss: found truths [2, 4], expected [2, m, 5] for 2 images",
    );
    expect(() => detectionLoss(model, { ignoreThreshold: 2 })).toThrow("detectionLoss: ignoreThreshold");
  });
});
