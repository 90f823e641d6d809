import type { Normalization } from "./options.ts";

export const nameOfArm = (normalization: Normalization): string =>
  normalization === "batch" ? "with batch norm" : "without batch norm";

export const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
