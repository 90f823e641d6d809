import type { Normalization } from "./options.ts";

const descriptions: { readonly [Name in Normalization]: string } = {
  batch: "with masked batch norm",
  "batch-unmasked": "with batch norm that counts padding",
  none: "without batch norm",
};

export const describeArm = (normalization: Normalization): string => descriptions[normalization];

export const formatPercent = (share: number): string => `${(100 * share).toFixed(2)} %`;
