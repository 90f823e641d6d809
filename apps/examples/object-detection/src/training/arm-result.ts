import { objectOf, type Point, points, type ArmResult as TaskArmResult } from "@evenkeel/example-task";
import {
  anyNumber,
  finite,
  listOf,
  nonNegativeInteger,
  oneOf,
  type Rule,
  type Rules,
  text,
} from "@evenkeel/tensor/checks";
import type { Normalization } from "../options.ts";

/** How well the objects of a class are found in the test pictures, at an overlap of 0.5. */
export interface ClassResult {
  readonly name: string;
  /** The number of objects that are there. */
  readonly truths: number;
  readonly averagePrecision: number;
  /** Recalls and precisions, by falling scores. */
  readonly curve: readonly Point[];
}

/** What the detector found in a test picture. */
export interface PictureResult {
  /** The index in the test set. */
  readonly picture: number;
  /** Left, top, right, bottom, score and class, by falling scores. */
  readonly detections: readonly (readonly number[])[];
  /** Which detections are right. */
  readonly right: readonly boolean[];
}

/** The results of one training run. */
export interface ArmResult extends TaskArmResult {
  readonly normalization: Normalization;
  readonly parameters: number;
  readonly epochs: number;
  readonly trainPictures: number;
  /** The mean average precision at an overlap of 0.5, as in PASCAL VOC from 2010 on. */
  readonly score: number;
  /** Its 95 % confidence interval over the test pictures. */
  readonly scoreInterval: readonly number[];
  /** The same at eleven recalls, as in VOC 2007. */
  readonly elevenPointScore: number;
  /** The mean over overlaps from 0.5 to 0.95, as in COCO. */
  readonly cocoScore: number;
  readonly classes: readonly ClassResult[];
  readonly pictures: readonly PictureResult[];
  /** The mean loss on the test pictures, and its parts. */
  readonly testLoss: {
    readonly total: number;
    readonly boxes: number;
    readonly objectness: number;
    readonly classes: number;
  };
  /** The duration of the training on the clock, and the work of the processor on it. */
  readonly trainingSeconds: number;
  readonly processorSeconds: number;
  readonly losses: readonly Point[];
}

/** Measurements of the training, kept in a file so that a resumed run ends with the same report. */
export interface Measurements {
  /** The values of complete epochs. */
  readonly losses: Point[];
  /** The work of the processor on each epoch. */
  readonly processorSeconds: Point[];
}

export const measurementRules: Rules<Measurements> = { losses: points, processorSeconds: points };

const flag: Rule = { expected: "true or false", accepts: (value) => typeof value === "boolean" };

export const armResultRules: Rules<ArmResult> = {
  normalization: oneOf("batch", "none"),
  parameters: nonNegativeInteger,
  epochs: nonNegativeInteger,
  trainPictures: nonNegativeInteger,
  score: finite,
  scoreInterval: listOf(finite, 2),
  elevenPointScore: finite,
  cocoScore: finite,
  classes: listOf(
    objectOf<ClassResult>({
      name: text,
      truths: nonNegativeInteger,
      averagePrecision: anyNumber,
      curve: points,
    }),
  ),
  pictures: listOf(
    objectOf<PictureResult>({
      picture: nonNegativeInteger,
      detections: listOf(listOf(anyNumber, 6)),
      right: listOf(flag),
    }),
  ),
  testLoss: objectOf<ArmResult["testLoss"]>({
    total: anyNumber,
    boxes: anyNumber,
    objectness: anyNumber,
    classes: anyNumber,
  }),
  trainingSeconds: anyNumber,
  processorSeconds: anyNumber,
  losses: points,
};
