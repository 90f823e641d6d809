import type { NumericArray, Tensor } from "@evenkeel/tensor";
import { cast, formatShape, hostStep, reshape, ShapeError, scope } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import {
  checkOptions,
  checkTensors,
  fraction,
  listOf,
  oneOf,
  positiveInteger,
} from "@evenkeel/tensor/checks";
import { checkFloats } from "../losses/formula.ts";
import type { PassMetric } from "../training/measurements/measures.ts";
import { computeAveragePrecision } from "./average-precision.ts";
import type { ClassBox, DetectionProtocol } from "./box-matching.ts";
import { detectionProtocols, matchBoxes, selectBest } from "./box-matching.ts";

export interface MeanAveragePrecisionOptions {
  /**
   * How detections are matched and precisions averaged: as in COCO, at 101 recalls; as in PASCAL VOC from 2010 on, the area below the
   * curve of all recalls; or as in VOC 2007, at 11 recalls. Default: coco.
   */
  readonly protocol?: DetectionProtocol;
  /** The overlaps from which on a detection is right; default: 0.5, 0.55, ..., 0.95, as in COCO, or 0.5, as in VOC. */
  readonly thresholds?: readonly number[];
  /** How many detections of an image and a class count; default: 100, as in COCO, or all, as in VOC. */
  readonly maxDetections?: number;
}

const someFractions: Rule = {
  expected: "an array of numbers in [0, 1], not empty",
  accepts: (value) => listOf(fraction).accepts(value) && (value as number[]).length > 0,
};

/** The boxes of each image: rows of corners and more, of which those with a class below 0 are padding. */
function listBoxes(values: NumericArray, images: number, width: 5 | 6): ClassBox[][] {
  const each = values.length / width / images;
  return Array.from({ length: images }, (_, image) =>
    Array.from({ length: each }, (_, index) => {
      const row = values.subarray((image * each + index) * width, (image * each + index + 1) * width);
      const [left, top, right, bottom] = row as unknown as ClassBox["corners"];
      return {
        corners: [left, top, right, bottom] as const,
        label: row[width - 1]!,
        score: width === 6 ? row[4]! : 1,
      };
    }).filter(({ label }) => label >= 0),
  );
}

/** The mark of a record of a box that is to be found, in place of whether it is right. */
const truthMark = 2;

/** A record is a class, a score, and for each threshold 1 where the detection is right, else 0. */
function writeRecords(
  records: NumericArray,
  detections: readonly ClassBox[][],
  truths: readonly ClassBox[][],
  { thresholds, maxDetections, protocol }: Required<MeanAveragePrecisionOptions>,
): void {
  const width = 2 + thresholds.length;
  let next = 0;
  const write = (label: number, score: number, right: readonly number[]): void => {
    records.set([label, score, ...right], width * next++);
  };
  records.fill(-1);
  truths.forEach((boxes, image) => {
    for (const { label } of boxes) write(label, 0, [truthMark]);
    const best = selectBest(detections[image]!, maxDetections);
    const right = thresholds.map((threshold) => matchBoxes(best, boxes, { threshold, protocol }));
    best.forEach(({ label, score }, index) => {
      write(
        label,
        score,
        right.map((all) => Number(all[index])),
      );
    });
  });
}

interface ClassRecords {
  truths: number;
  readonly detections: { readonly score: number; readonly right: readonly number[] }[];
}

/** The average precision of each class over the thresholds; NaN for a class without boxes. */
function listAreas(totals: readonly number[], thresholds: number, protocol: DetectionProtocol): number[] {
  const classes: ClassRecords[] = [];
  const width = 2 + thresholds;
  for (let at = 0; at < totals.length; at += width) {
    const [label, score, ...right] = totals.slice(at, at + width) as [number, number, ...number[]];
    if (label < 0) continue;
    while (classes.length <= label) classes.push({ truths: 0, detections: [] });
    if (right[0] === truthMark) classes[label]!.truths++;
    else classes[label]!.detections.push({ score, right });
  }
  return classes.map(({ truths, detections }) => {
    if (truths === 0) return Number.NaN;
    const sorted = detections.sort((a, b) => b.score - a.score);
    const areas = Array.from({ length: thresholds }, (_, threshold) =>
      computeAveragePrecision(
        sorted.map(({ right }) => right[threshold] === 1),
        truths,
        protocol,
      ),
    );
    return areas.reduce((total, area) => total + area, 0) / thresholds;
  });
}

/**
 * The mean average precision of detections over the whole pass, as COCO defines it (without crowds and sizes of objects), or as PASCAL
 * VOC does (without difficult objects): a metric of `fit` and `evaluate`. The precision is averaged over recalls, thresholds of overlap, and the classes that occur. The
 * `details` of the result hold the average precision of each class, NaN for one without boxes.
 *
 * Shapes: detections, f32 or f16 [n, k, 6], each of them left, top, right, bottom, score and class, and boxes, [n, m, 5], each left,
 * top, right, bottom and class; a class below 0 is padding. `counts` throws ShapeError for other shapes, DTypeError for other dtypes.
 *
 * @example
 * const { counts, of } = meanAveragePrecision();
 * const detections = tensor([[[258, 41, 606, 285, 0.536, 0]]]);
 * const boxes = tensor([[[214, 41, 562, 285, 0]]]);
 * of([...(await counts(detections, boxes).data())]) // 0.6
 */
export function meanAveragePrecision(options: MeanAveragePrecisionOptions = {}): PassMetric<Tensor, Tensor> {
  checkOptions<MeanAveragePrecisionOptions>("meanAveragePrecision", options, {
    protocol: oneOf(...detectionProtocols),
    thresholds: someFractions,
    maxDetections: positiveInteger,
  });
  const { protocol = "coco" } = options;
  const isCoco = protocol === "coco";
  const {
    thresholds = isCoco ? Array.from({ length: 10 }, (_, index) => (50 + 5 * index) / 100) : [0.5],
    maxDetections = isCoco ? 100 : Number.MAX_SAFE_INTEGER,
  } = options;
  const width = 2 + thresholds.length;
  const makeStep = (images: number, records: number) =>
    hostStep({
      name: "meanAveragePrecision",
      inputs: ["detections", "boxes"],
      outputs: () => ({ records: { shape: [records, width], dtype: "f32" } }),
      run: ({ detections, boxes, records }) =>
        writeRecords(records, listBoxes(detections, images, 6), listBoxes(boxes, images, 5), {
          thresholds,
          maxDetections,
          protocol,
        }),
    });
  const steps = new Map<string, ReturnType<typeof makeStep>>();
  return {
    counts: (detections, boxes) => {
      checkBoxes(detections, boxes);
      const images = detections.shape[0]!;
      const size = images * (detections.shape[1]! + boxes.shape[1]!);
      const step = steps.get(`${images} ${size}`) ?? makeStep(images, size);
      steps.set(`${images} ${size}`, step);
      return scope(() => {
        const inputs = { detections: cast(detections, "f32"), boxes: cast(boxes, "f32") };
        return reshape(step(inputs).records, [size * width]);
      });
    },
    merge: (totals, counts) => {
      for (let at = 0; at < counts.length; at += width) {
        if (counts[at]! >= 0) for (let index = at; index < at + width; index++) totals.push(counts[index]!);
      }
      return totals;
    },
    of: (totals) => {
      const areas = listAreas(totals, thresholds.length, protocol).filter((area) => !Number.isNaN(area));
      return areas.reduce((total, area) => total + area, 0) / areas.length;
    },
    details: (totals) => listAreas(totals, thresholds.length, protocol),
  };
}

function checkBoxes(detections: Tensor, boxes: Tensor): void {
  checkTensors("meanAveragePrecision", detections, boxes);
  checkFloats("meanAveragePrecision", "detections", detections);
  checkFloats("meanAveragePrecision", "boxes", boxes);
  const [images, , width] = detections.shape;
  if (
    detections.rank === 3 &&
    width === 6 &&
    boxes.rank === 3 &&
    boxes.shape[0] === images &&
    boxes.shape[2] === 5
  ) {
    return;
  }
  throw new ShapeError(
    `meanAveragePrecision: found detections ${formatShape(detections.shape)} and boxes ${formatShape(boxes.shape)}, expected [n, k, 6] and [n, m, 5]`,
  );
}
