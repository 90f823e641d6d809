export { normalizeLinesOp } from "./normalize-lines.ts";
export { normalizeRowsOp } from "./normalize-rows.ts";
export { renormalizationOp } from "./renormalization.ts";
export { normalizeRowsGradientOp } from "./rows-gradient.ts";
