import type { Normalization } from "./options.ts";

export const describeArm = (normalization: Normalization): string =>
  normalization === "batch" ? "with batch norm" : "without batch norm";

/** A mean average precision, or one of a class; a class without boxes has none. */
export const formatScore = (score: number): string => (Number.isNaN(score) ? "none" : score.toFixed(3));

/** The color of each arm, also when it stands alone. */
export const slots = { batch: 0, none: 1 } as const;
