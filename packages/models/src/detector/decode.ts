import type { Tensor } from "@evenkeel/tensor";
import {
  add,
  argmax,
  cast,
  clamp,
  concatenate,
  exp,
  formatShape,
  max,
  mul,
  reshape,
  ShapeError,
  scope,
  sigmoid,
  softmax,
  split,
  sub,
  tensor,
  transpose,
} from "@evenkeel/tensor";
import { checkTensors, checkValue } from "@evenkeel/tensor/checks";
import type { DetectionGrid } from "./grid.ts";
import { aGrid, boxParts } from "./grid.ts";

/** Boxes are at most this many times as large as their anchor, in logarithms: exp would overflow, and its slope explode. */
const mostGrowth = 4;

/** The parts of a prediction, each with an axis 2 of its size. */
export interface PredictedParts {
  /** Left, top, right and bottom in pixels, [n, anchors, 4, h, w]. */
  readonly edges: Tensor;
  /** Whether there is an object, [n, anchors, 1, h, w]. */
  readonly objectness: Tensor;
  /** [n, anchors, classes, h, w]. */
  readonly classes: Tensor;
}

/** Throws ShapeError unless the tensor can be a prediction of the grid. */
export function checkPrediction(where: string, prediction: Tensor, grid: DetectionGrid): void {
  checkTensors(where, prediction);
  checkValue(`${where}: grid`, grid, aGrid);
  const { rank, shape } = prediction;
  if (rank === 5 && shape[1] === grid.anchors.length && shape[2]! > boxParts) return;
  throw new ShapeError(
    `${where}: found a prediction ${formatShape(shape)}, expected [n, ${grid.anchors.length}, ${boxParts} + classes, h, w]`,
  );
}

/**
 * Takes a prediction apart: the middle of a box is that of its cell plus (2 sigmoid(t) - 1) cells, so that it can lie in a neighbouring
 * cell, and its size that of the anchor times exp(t).
 */
export function decodeParts(prediction: Tensor, grid: DetectionGrid): PredictedParts {
  const { anchors, stride } = grid;
  const { backend, shape } = prediction;
  const [, , all, rows, columns] = shape as readonly [number, number, number, number, number];
  const [places, sizes, objectness, classes] = split(prediction, [2, 2, 1, all - boxParts], { axis: 2 });
  const middles = Float32Array.from({ length: 2 * rows * columns }, (_, index) => {
    const cell = index % (rows * columns);
    return index < rows * columns ? (cell % columns) + 0.5 : Math.floor(cell / columns) + 0.5;
  });
  const cells = tensor(middles, { shape: [1, 1, 2, rows, columns], backend });
  const halves = tensor(
    Float32Array.from(anchors.flat(), (side) => side / 2),
    {
      shape: [1, anchors.length, 2, 1, 1],
      backend,
    },
  );
  const offsets = sub(mul(sigmoid(places!), 2), 1);
  const middle = mul(add(offsets, cells), stride);
  const half = mul(exp(clamp(sizes!, { min: -mostGrowth, max: mostGrowth })), halves);
  const edges = concatenate([sub(middle, half), add(middle, half)], { axis: 2 });
  return { edges, objectness: objectness!, classes: classes! };
}

/**
 * All boxes that a detector predicts, with the probability of an object of the most likely class as score. `nonMaximumSuppression` makes
 * detections from them.
 *
 * Shapes: f32 [n, anchors, 5 + classes, h, w], as from a `GridDetector` -> f32 [n, anchors * h * w, 6], each left, top, right, bottom in
 * pixels, score and class. Throws ShapeError for other shapes, ArgumentError for anything but a grid.
 *
 * @example nonMaximumSuppression(decodeDetections(model.forward(x), model), { minScore: 0.05 })
 */
export function decodeDetections(prediction: Tensor, grid: DetectionGrid): Tensor {
  checkPrediction("decodeDetections", prediction, grid);
  return scope(() => {
    const { edges, objectness, classes } = decodeParts(prediction, grid);
    const probabilities = softmax(classes, { axis: 2 });
    const scores = mul(sigmoid(objectness), max(probabilities, { axis: 2, keepDims: true }));
    const labels = cast(argmax(classes, { axis: 2, keepDims: true }), "f32");
    const rows = transpose(concatenate([edges, scores, labels], { axis: 2 }), [0, 1, 3, 4, 2]);
    const [n, anchors, height, width] = rows.shape as readonly [number, number, number, number];
    return reshape(rows, [n, anchors * height * width, 6]);
  });
}
