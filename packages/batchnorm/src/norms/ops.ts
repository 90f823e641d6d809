export { normalizeLinesOp } from "./normalize-lines.ts";
export { renormalizationOp } from "./renormalization.ts";
