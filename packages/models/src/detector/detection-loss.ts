import { bceWithLogits, completeBoxOverlap, crossEntropy } from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import {
  add,
  div,
  formatShape,
  hostStep,
  maximum,
  mul,
  reshape,
  ShapeError,
  scope,
  sum,
} from "@evenkeel/tensor";
import { checkOptions, checkTensors, checkValue, fraction, nonNegative } from "@evenkeel/tensor/checks";
import type { AssignmentOptions, GridSize } from "./assign-targets.ts";
import { assignTargets, noLabel } from "./assign-targets.ts";
import { checkPrediction, decodeParts } from "./decode.ts";
import type { DetectionGrid } from "./grid.ts";
import { aGrid } from "./grid.ts";

export interface DetectionLossOptions extends AssignmentOptions {
  /** The weight of the boxes; default 5. */
  readonly boxes?: number;
  /** The weight of whether there is an object; default 1. */
  readonly objectness?: number;
  /** The weight of the classes; default 1. */
  readonly classes?: number;
}

/** The parts of the loss of a batch, each divided by the number of predictions that should find an object, and their weighted sum. */
export interface DetectionLossParts {
  readonly total: Tensor;
  readonly boxes: Tensor;
  readonly objectness: Tensor;
  readonly classes: Tensor;
}

/** A loss of predictions and of the boxes that are there, as `fit` takes it, which also lists its parts. */
export interface DetectionLoss {
  (prediction: Tensor, truths: Tensor): Tensor;
  parts(prediction: Tensor, truths: Tensor): DetectionLossParts;
}

type Assign = ReturnType<typeof makeAssignment>;

/** The step on the host that decides which predictions should find which objects. */
function makeAssignment(grid: DetectionGrid, size: GridSize, options: AssignmentOptions) {
  const cells = [size.rows, size.columns];
  const each = [size.images, grid.anchors.length, ...cells];
  return hostStep({
    name: "assignTargets",
    inputs: ["predicted", "truths"],
    outputs: () => ({
      edges: { shape: [size.images, grid.anchors.length, 4, ...cells], dtype: "f32" },
      positive: { shape: each, dtype: "f32" },
      probability: { shape: each, dtype: "f32" },
      weight: { shape: each, dtype: "f32" },
      labels: { shape: each, dtype: "i32" },
    }),
    run: ({ predicted, truths, ...targets }) =>
      assignTargets({ predicted, truths }, targets, grid, size, options),
    gradient: () => ({}),
  });
}

function readSize(prediction: Tensor, truths: Tensor): GridSize {
  checkTensors("detectionLoss", truths);
  const [images, , , rows, columns] = prediction.shape as readonly [number, number, number, number, number];
  const { rank, shape } = truths;
  if (rank === 3 && shape[0] === images && shape[2] === 5)
    return { images, rows, columns, truths: shape[1]! };
  throw new ShapeError(
    `detectionLoss: found truths ${formatShape(shape)}, expected [${images}, m, 5] for ${images} images`,
  );
}

/**
 * The loss of a one-stage detector, in three parts: the complete overlap of boxes (CIoU) and the cross-entropy of classes where an
 * object should be found, and the cross-entropy of whether there is one everywhere. What is predicted for objectness is the overlap of the
 * predicted box with its object, as in YOLOv2, but at least `leastProbability`. An object is to be found by the cell of its middle and the nearest two cells, with the
 * anchor whose size fits best and those that fit well. Other predictions that overlap an object by more than `ignoreThreshold` do not
 * count. An image without objects, and padding, counts as one where nothing is to be found; boxes without area are left out.
 *
 * Shapes: f32 [n, anchors, 5 + classes, h, w], as from a `GridDetector`, and truths f32 [n, m, 5], each left, top, right, bottom in pixels
 * and class, where a class below 0 is padding -> f32 []. Throws ShapeError for other shapes, ArgumentError for options out of range.
 *
 * @example await fit(model, { data, loss: detectionLoss(model), optimizer: new Adam(model, { learningRate: 1e-3 }), epochs: 1 });
 */
export function detectionLoss(grid: DetectionGrid, options: DetectionLossOptions = {}): DetectionLoss {
  checkValue("detectionLoss: grid", grid, aGrid);
  checkOptions<DetectionLossOptions>("detectionLoss", options, {
    ignoreThreshold: fraction,
    anchorThreshold: fraction,
    leastProbability: fraction,
    boxes: nonNegative,
    objectness: nonNegative,
    classes: nonNegative,
  });
  const steps = new Map<string, Assign>();
  const findStep = (size: GridSize): Assign => {
    const key = Object.values(size).join();
    const step = steps.get(key) ?? makeAssignment(grid, size, options);
    steps.set(key, step);
    return step;
  };
  const parts = (prediction: Tensor, truths: Tensor): DetectionLossParts => {
    checkPrediction("detectionLoss", prediction, grid);
    const step = findStep(readSize(prediction, truths));
    return scope(() => computeParts(prediction, truths, grid, step, options));
  };
  const loss = (prediction: Tensor, truths: Tensor): Tensor => scope(() => parts(prediction, truths).total);
  return Object.assign(loss, { parts });
}

function computeParts(
  prediction: Tensor,
  truths: Tensor,
  grid: DetectionGrid,
  assign: Assign,
  weights: DetectionLossOptions,
): DetectionLossParts {
  const predicted = decodeParts(prediction, grid);
  const targets = assign({ predicted: predicted.edges, truths });
  const { shape } = targets.positive;
  const count = maximum(sum(targets.positive), 1);
  const share = (total: Tensor): Tensor => div(total, count);
  const reduction = "sum";
  const boxes = share(
    completeBoxOverlap(predicted.edges, targets.edges, { axis: 2, mask: targets.positive, reduction }),
  );
  const found = reshape(predicted.objectness, shape);
  const objectness = share(bceWithLogits(found, targets.probability, { mask: targets.weight, reduction }));
  const classes = share(
    crossEntropy(predicted.classes, targets.labels, { axis: 2, ignoreIndex: noLabel, reduction }),
  );
  const weigh = (part: Tensor, weight: number): Tensor => mul(part, weight);
  const { boxes: ofBoxes = 5, objectness: ofObjectness = 1, classes: ofClasses = 1 } = weights;
  const total = add(add(weigh(boxes, ofBoxes), weigh(objectness, ofObjectness)), weigh(classes, ofClasses));
  return { total, boxes, objectness, classes };
}
