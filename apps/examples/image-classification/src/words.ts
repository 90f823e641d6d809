import type { Normalization } from "./options.ts";

export const describeArm = (normalization: Normalization): string =>
  normalization === "batch" ? "with batch norm" : "without batch norm";

export const formatPercent = (share: number): string => `${(100 * share).toFixed(2)} %`;
