import { objectOf, type Point, points } from "@evenkeel/example-task";
import {
  anyNumber,
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

/** The results of one training run. */
export interface ArmResult {
  readonly normalization: Normalization;
  readonly parameters: number;
  readonly epochs: number;
  readonly testAccuracy: number;
  readonly testLoss: number;
  /** After the last step. */
  readonly finalHeldOutAccuracy: number;
  /** The first step at which 85 % of the held-out images were classified correctly; null if there is none. */
  readonly stepsTo85: number | null;
  /** The duration of the training, without the evaluations on held-out images. */
  readonly imagesPerSecond: number;
  readonly trainingSeconds: number;
  readonly losses: readonly Point[];
  readonly heldOutAccuracy: readonly Point[];
  /** Euclidean norms of the gradient of each layer's weight, at the first batch. */
  readonly gradientNorms: readonly GradientNorm[];
  /** How many test images of each class (row) were predicted as each class (column). */
  readonly confusion: readonly (readonly number[])[];
  /** The wrong predictions on test images with the highest confidence, highest first. */
  readonly mistakes: readonly Mistake[];
}

export interface GradientNorm {
  readonly layer: string;
  readonly norm: number;
}

export interface Mistake {
  /** The index in the test set. */
  readonly image: number;
  readonly label: number;
  readonly predicted: number;
  /** The probability of the predicted class. */
  readonly probability: number;
}

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
