import type { Normalization } from "./options.ts";

const descriptions: { readonly [Name in Normalization]: string } = {
  batch: "with masked batch norm",
  "batch-unmasked": "with batch norm that counts padding",
  none: "without batch norm",
};

export const describeArm = (normalization: Normalization): string => descriptions[normalization];

const names: { readonly [Name in Normalization]: string } = {
  batch: "masked batch norm",
  "batch-unmasked": "unmasked batch norm",
  none: "no batch norm",
};

/** A short name, for tables and charts. */
export const nameArm = (normalization: Normalization): string => names[normalization];

export const formatPercent = (share: number): string => `${(100 * share).toFixed(2)} %`;
