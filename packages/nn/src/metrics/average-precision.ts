import { checkValue, listOf, nonNegativeInteger, oneOf, yesOrNo } from "@evenkeel/tensor/checks";
import { type DetectionProtocol, detectionProtocols } from "./box-matching.ts";

/** A point of the curve of precision over recall. */
export interface PrecisionRecall {
  /** The share of all boxes that is found by the detections so far. */
  readonly recall: number;
  /** The share of the detections so far that is right. */
  readonly precision: number;
}

/**
 * How precision falls as recall rises: a point for each detection of one class. `right` says which detections are right, by falling scores,
 * and `truths` how many boxes there are to find. Throws ArgumentError for anything else.
 *
 * @example computePrecisionRecall([true, false, true], 4) // recalls 0.25, 0.25, 0.5 and precisions 1, 0.5, 0.6667
 */
export function computePrecisionRecall(right: readonly boolean[], truths: number): PrecisionRecall[] {
  checkValue("computePrecisionRecall: right", right, listOf(yesOrNo));
  checkValue("computePrecisionRecall: truths", truths, nonNegativeInteger);
  let found = 0;
  return right.map((isRight, index) => {
    found += Number(isRight);
    return { recall: found / truths, precision: found / (index + 1) };
  });
}

/** The largest precision at each recall or beyond it. */
function flatten(points: readonly PrecisionRecall[]): PrecisionRecall[] {
  let most = 0;
  return points
    .toReversed()
    .map(({ recall, precision }) => {
      most = Math.max(most, precision);
      return { recall, precision: most };
    })
    .reverse();
}

/** The mean of the precisions at evenly spaced recalls from 0 to 1. */
function averageAt(points: readonly PrecisionRecall[], recalls: number): number {
  let [total, at] = [0, 0];
  for (let step = 0; step < recalls; step++) {
    while (at < points.length && points[at]!.recall < step / (recalls - 1)) at++;
    total += points[at]?.precision ?? 0;
  }
  return total / recalls;
}

/** The area below the curve. */
function integrate(points: readonly PrecisionRecall[]): number {
  let [area, before] = [0, 0];
  for (const { recall, precision } of points) {
    area += (recall - before) * precision;
    before = recall;
  }
  return area;
}

/**
 * The average precision of detections of one class: at 101 recalls as in COCO, at 11 as in VOC 2007, or the area below the curve as in
 * VOC from 2010 on. `right` says which detections are right, by falling scores, and `truths` how many boxes there are to find. Throws ArgumentError
 * for anything else.
 *
 * @example computeAveragePrecision([true, false, true], 4, "voc") // 0.4167
 */
export function computeAveragePrecision(
  right: readonly boolean[],
  truths: number,
  protocol: DetectionProtocol,
): number {
  checkValue("computeAveragePrecision: protocol", protocol, oneOf(...detectionProtocols));
  const points = flatten(computePrecisionRecall(right, truths));
  if (protocol === "voc") return integrate(points);
  return averageAt(points, protocol === "voc2007" ? 11 : 101);
}
