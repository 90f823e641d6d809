import type { Normalization } from "./options.ts";

/** Each arm keeps its color, also when it stands alone. */
export const armSlots = { batch: 0, layer: 1 } as const;

/** What a reader calls an arm. */
export const describeArm = (normalization: Normalization): string =>
  normalization === "batch" ? "with batch norm" : "with layer norm";

export const formatBleu = (score: number): string => score.toFixed(1);

export const formatInterval = ([low, high]: readonly [low: number, high: number]): string =>
  `95 %: ${formatBleu(low)} to ${formatBleu(high)}`;
