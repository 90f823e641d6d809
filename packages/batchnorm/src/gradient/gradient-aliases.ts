import type { NormalizationAttributes } from "../pre-activation/attributes.ts";
import type { GradientAttributes } from "./gradient-attributes.ts";
import { keepsDz } from "./gradient-attributes.ts";

/** dz takes the memory of a donated dy, and dx that of a donated x. Without dz, dx takes either. */
export function listGradientAliases(
  attrs: GradientAttributes,
  donated: readonly boolean[],
): [number, number][] {
  const [dy, x] = [0, 1];
  const ofDx = !keepsDz(attrs) && donated[dy] ? dy : donated[x] ? x : undefined;
  const aliases: [number, number][] = ofDx === undefined ? [] : [[0, ofDx]];
  return keepsDz(attrs) && donated[dy] ? [...aliases, [3, dy]] : aliases;
}

/** dz takes the memory of a donated dy. */
export const listGradientSumsAliases = (
  attrs: NormalizationAttributes,
  donated: readonly boolean[],
): [number, number][] => (keepsDz(attrs) && donated[0] ? [[1, 0]] : []);

/** dx takes the memory of a donated dy, or else of x. */
export const listGradientApplyAliases = (donated: readonly boolean[]): [number, number][] =>
  donated[0] ? [[0, 0]] : donated[1] ? [[0, 1]] : [];
