import type { Tensor } from "@evenkeel/tensor";
import { DTypeError, formatShape, formatSpec, isTruth, ShapeError, unsqueeze } from "@evenkeel/tensor";
import type { Rule, Rules } from "@evenkeel/tensor/checks";
import { aTensor, checkValue, fraction, listOf, positiveInteger, yesOrNo } from "@evenkeel/tensor/checks";
import type { ModelOptions } from "../model-options.ts";
import { modelRules } from "../model-options.ts";
import type { PaddedTokens } from "../padded-tokens.ts";

/** The options of models that classify texts. */
export interface TextModelOptions extends ModelOptions {
  /** The number of different tokens, padding included, which is the token 0. */
  readonly vocabularySize: number;
  /** Whether batch norms leave padding out of their statistics; padding changes no result in evaluation mode anyway. Default: true. */
  readonly masked?: boolean;
  /** The probability of the dropout of features; default: as in the papers, 0.5 in `wordConvnet` and 0 in `vdcnn`. */
  readonly dropout?: number;
}

const sizes = listOf(positiveInteger);

/** Sizes of parts of a network, at least one. */
export const someSizes: Rule = {
  expected: "a list of at least one positive integer",
  accepts: (value) => sizes.accepts(value) && (value as readonly number[]).length > 0,
};

export const textModelRules: Rules<TextModelOptions> = {
  ...modelRules,
  vocabularySize: positiveInteger,
  masked: yesOrNo,
  dropout: fraction,
};

/** The mask of a batch for features [n, channels, length], once it has been checked. */
export function readPlaces({ values, mask }: PaddedTokens): Tensor {
  checkValue("values", values, aTensor);
  checkValue("mask", mask, aTensor);
  if (values.rank !== 2 || formatShape(mask.shape) !== formatShape(values.shape)) {
    throw new ShapeError(
      `values, mask: found ${formatShape(values.shape)} and ${formatShape(mask.shape)}, expected [n, length] twice`,
    );
  }
  if (!isTruth(mask.dtype)) throw new DTypeError(`mask: found ${formatSpec(mask)}, expected bool`);
  return unsqueeze(mask, 1);
}
