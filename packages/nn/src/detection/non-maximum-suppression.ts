import type { NumericArray, Tensor } from "@evenkeel/tensor";
import { cast, formatShape, hostStep, ShapeError, scope } from "@evenkeel/tensor";
import { checkOptions, checkTensors, fraction, positiveInteger, yesOrNo } from "@evenkeel/tensor/checks";
import { checkFloats } from "../losses/formula.ts";
import type { BoxEdges } from "./box-overlap.ts";
import { computeBoxOverlap } from "./box-overlap.ts";

export interface NonMaximumSuppressionOptions {
  /** The largest overlap of two detections of one class that are both kept; default 0.5. */
  readonly threshold?: number;
  /** The least score of detections that are kept; default 0. */
  readonly minScore?: number;
  /** The most detections of each image, which is the size of the result; default 100. */
  readonly maxDetections?: number;
  /** Whether detections of different classes suppress one another too; default false. */
  readonly acrossClasses?: boolean;
}

type Settings = Required<NonMaximumSuppressionOptions>;

/** Left, top, right, bottom, score and class. */
const width = 6;

/** Keeps, best first, what no kept detection overlaps too much. */
function suppress(rows: NumericArray, kept: NumericArray, settings: Settings): void {
  const { threshold, minScore, maxDetections, acrossClasses } = settings;
  const at = (row: number, column: number): number => rows[row * width + column]!;
  const edges = (row: number): BoxEdges => rows.subarray(row * width, row * width + 4) as unknown as BoxEdges;
  const candidates = Array.from({ length: rows.length / width }, (_, row) => row)
    .filter((row) => at(row, 5) >= 0 && at(row, 4) >= minScore)
    .sort((a, b) => at(b, 4) - at(a, 4));
  const chosen: number[] = [];
  for (const row of candidates) {
    if (chosen.length === maxDetections) break;
    const isSuppressed = chosen.some(
      (other) =>
        (acrossClasses || at(other, 5) === at(row, 5)) &&
        computeBoxOverlap(edges(row), edges(other)) > threshold,
    );
    if (!isSuppressed) chosen.push(row);
  }
  for (let index = 0; index < maxDetections; index++) {
    const row = chosen[index];
    const values = row === undefined ? [0, 0, 0, 0, 0, -1] : rows.subarray(row * width, (row + 1) * width);
    kept.set(values, index * width);
  }
}

/**
 * The best detections of each image, without those that overlap a better one of their class: what torchvision's `batched_nms` keeps, in
 * the form that `meanAveragePrecision` takes. It is a step on the host and has no gradient.
 *
 * Shapes: f32 or f16 [n, k, 6], each left, top, right, bottom, score and class, where a class below 0 is padding -> f32
 * [n, maxDetections, 6], by falling scores, padded with the class -1. Of equal scores the first comes first. Throws ShapeError for
 * other shapes, DTypeError for other dtypes, ArgumentError for options out of range.
 *
 * @example nonMaximumSuppression(tensor([[[0, 0, 4, 4, 0.9, 1], [0, 0, 4, 3, 0.8, 1]]]), { maxDetections: 1 }) // [[[0, 0, 4, 4, 0.9, 1]]]
 */
export function nonMaximumSuppression(
  detections: Tensor,
  options: NonMaximumSuppressionOptions = {},
): Tensor {
  checkTensors("nonMaximumSuppression", detections);
  checkOptions<NonMaximumSuppressionOptions>("nonMaximumSuppression", options, {
    threshold: fraction,
    minScore: fraction,
    maxDetections: positiveInteger,
    acrossClasses: yesOrNo,
  });
  checkFloats("nonMaximumSuppression", "detections", detections);
  const { rank, shape } = detections;
  if (rank !== 3 || shape[2] !== width) {
    throw new ShapeError(
      `nonMaximumSuppression: found detections ${formatShape(shape)}, expected [n, k, ${width}]`,
    );
  }
  const { threshold = 0.5, minScore = 0, maxDetections = 100, acrossClasses = false } = options;
  const settings = { threshold, minScore, maxDetections, acrossClasses };
  const [images, each] = shape as readonly [number, number, number];
  const step = hostStep({
    name: "nonMaximumSuppression",
    inputs: ["all"],
    outputs: () => ({ kept: { shape: [images, maxDetections, width], dtype: "f32" } }),
    run: ({ all, kept }) => {
      for (let image = 0; image < images; image++) {
        const rows = all.subarray(image * each * width, (image + 1) * each * width);
        const size = maxDetections * width;
        suppress(rows, kept.subarray(image * size, (image + 1) * size), settings);
      }
    },
    gradient: () => ({}),
  });
  return scope(() => step({ all: cast(detections, "f32") }).kept);
}
