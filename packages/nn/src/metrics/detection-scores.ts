import { checkValue, listOf, oneOf, positiveInteger, type Rule } from "@evenkeel/tensor/checks";
import type { PrecisionRecall } from "./average-precision.ts";
import { computeAveragePrecision, computePrecisionRecall } from "./average-precision.ts";
import type { ClassBox, DetectionProtocol, MatchBoxesOptions } from "./box-matching.ts";
import { checkMatchOptions, detectionProtocols, matchBoxes, someClassBoxes } from "./box-matching.ts";

/** The detections of an image, best first, with which of them are right, and the classes of the boxes that are there. */
export interface MatchedImage {
  readonly detections: readonly {
    readonly label: number;
    readonly score: number;
    readonly isRight: boolean;
  }[];
  readonly truths: readonly number[];
}

/** How well the boxes of a class are found. */
export interface DetectionScore {
  /** The number of boxes that are there. */
  readonly truths: number;
  /** NaN where there are none. */
  readonly averagePrecision: number;
  /** A point for each detection, by falling scores. */
  readonly curve: readonly (PrecisionRecall & { readonly score: number })[];
}

/** Decides which detections of an image are right; boxes and detections need not be sorted. Throws ArgumentError for anything else. */
export function matchImage(
  detections: readonly ClassBox[],
  truths: readonly ClassBox[],
  options: MatchBoxesOptions = {},
): MatchedImage {
  checkValue("matchImage: detections", detections, someClassBoxes);
  checkValue("matchImage: truths", truths, someClassBoxes);
  checkMatchOptions("matchImage", options);
  const sorted = [...detections].sort((a, b) => b.score - a.score);
  const right = matchBoxes(sorted, truths, options);
  return {
    detections: sorted.map(({ label, score }, index) => ({ label, score, isRight: right[index]! })),
    truths: truths.map(({ label }) => label),
  };
}

const someMatchedImages: Rule = /* @__PURE__ */ listOf({
  expected: "a result of matchImage",
  accepts: (value) => {
    const { detections, truths } = (value ?? {}) as Partial<MatchedImage>;
    return Array.isArray(detections) && Array.isArray(truths);
  },
});

/**
 * The score of each class over the images of a set: what `meanAveragePrecision` computes within `evaluate`, with the curves, for code on
 * the host. The mean over classes with boxes is the mean average precision. Throws ArgumentError for anything but results of `matchImage`.
 *
 * @example
 * const box = { corners: [0, 0, 4, 4], label: 0, score: 0.9 } as const;
 * scoreDetections([matchImage([box], [box])], 1)[0].averagePrecision // 1
 */
export function scoreDetections(
  images: readonly MatchedImage[],
  classes: number,
  protocol: DetectionProtocol = "coco",
): DetectionScore[] {
  checkValue("scoreDetections: images", images, someMatchedImages);
  checkValue("scoreDetections: classes", classes, positiveInteger);
  checkValue("scoreDetections: protocol", protocol, oneOf(...detectionProtocols));
  return Array.from({ length: classes }, (_, label) => {
    const found = images
      .flatMap(({ detections }) => detections.filter((detection) => detection.label === label))
      .sort((a, b) => b.score - a.score);
    const truths = images.reduce(
      (count, image) => count + image.truths.filter((truth) => truth === label).length,
      0,
    );
    const right = found.map(({ isRight }) => isRight);
    const curve = computePrecisionRecall(right, truths).map((point, index) => ({
      ...point,
      score: found[index]!.score,
    }));
    const averagePrecision = truths === 0 ? Number.NaN : computeAveragePrecision(right, truths, protocol);
    return { truths, averagePrecision, curve };
  });
}
