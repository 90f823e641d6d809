import {
  finite,
  listOf,
  nonNegativeInteger,
  nullOr,
  oneOf,
  type Rule,
  type Rules,
  text,
} from "@evenkeel/tensor/checks";
import type { Normalization } from "../options.ts";
import { objectOf } from "../record.ts";

/** A step, counted from 1, and a value at it. */
export type Point = readonly [step: number, value: number];

/** What one training run showed. */
export interface ArmResult {
  readonly normalization: Normalization;
  readonly parameters: number;
  readonly epochs: number;
  readonly testAccuracy: number;
  readonly testLoss: number;
  /** After the last step. */
  readonly finalHeldOutAccuracy: number;
  /** Steps until 85 % of the held-out images were right for the first time; null if never. */
  readonly stepsTo85: number | null;
  /** Of the training alone, without the evaluations on held-out images. */
  readonly imagesPerSecond: number;
  readonly trainingSeconds: number;
  readonly losses: readonly Point[];
  readonly heldOutAccuracy: readonly Point[];
  /** Euclidean norms of the gradient of each layer's weight, at the first batch. */
  readonly gradientNorms: readonly GradientNorm[];
  /** How many test images of each class (row) were predicted as each class (column). */
  readonly confusion: readonly (readonly number[])[];
  /** The wrong test images that the network was most certain of, the worst first. */
  readonly mistakes: readonly Mistake[];
}

export interface GradientNorm {
  readonly layer: string;
  readonly norm: number;
}

export interface Mistake {
  /** Its place in the test set. */
  readonly image: number;
  readonly label: number;
  readonly predicted: number;
  /** Of the predicted class. */
  readonly probability: number;
}

/** Infinity and NaN included: a run that diverged has them. */
const anyNumber: Rule = { expected: "a number", accepts: (value) => typeof value === "number" };

const point: Rule = listOf(anyNumber, 2);
export const points: Rule = listOf(point);
export const gradientNorms: Rule = listOf(objectOf<GradientNorm>({ layer: text, norm: anyNumber }));

export const armResultRules: Rules<ArmResult> = {
  normalization: oneOf("batch", "none"),
  parameters: nonNegativeInteger,
  epochs: nonNegativeInteger,
  testAccuracy: finite,
  testLoss: anyNumber,
  finalHeldOutAccuracy: finite,
  stepsTo85: nullOr(nonNegativeInteger),
  imagesPerSecond: anyNumber,
  trainingSeconds: anyNumber,
  losses: points,
  heldOutAccuracy: points,
  gradientNorms,
  confusion: listOf(listOf(nonNegativeInteger)),
  mistakes: listOf(
    objectOf<Mistake>({
      image: nonNegativeInteger,
      label: nonNegativeInteger,
      predicted: nonNegativeInteger,
      probability: anyNumber,
    }),
  ),
};
