import { computeExponential, computeLogarithm } from "./exact-math.ts";
import type { RandomStream } from "./random-stream.ts";

/** A number of the beta distribution with both parameters `alpha`, which is symmetrical around 1/2. */
export function drawBeta(alpha: number, random: RandomStream): number {
  const [one, other] = [drawLogGamma(alpha, random), drawLogGamma(alpha, random)];
  return 1 / (1 + computeExponential(other - one));
}

/** The logarithm of a number of the gamma distribution: that of a small one would underflow (Marsaglia and Tsang 2000). */
function drawLogGamma(shape: number, random: RandomStream): number {
  if (shape < 1) return drawLogGamma(shape + 1, random) + computeLogarithm(1 - random.uniform()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  while (true) {
    const normal = drawNormal(random);
    const root = 1 + c * normal;
    const cube = root * root * root;
    if (!(cube > 0)) continue;
    const logarithm = computeLogarithm(cube);
    const accepted = 0.5 * normal * normal + d - d * cube + d * logarithm;
    if (computeLogarithm(1 - random.uniform()) < accepted) return computeLogarithm(d) + logarithm;
  }
}

/** A normally distributed number, the same in every engine (Marsaglia and Bray 1964). */
function drawNormal(random: RandomStream): number {
  while (true) {
    const [x, y] = [random.uniform(-1, 1), random.uniform(-1, 1)];
    const square = x * x + y * y;
    if (square > 0 && square < 1) return x * Math.sqrt((-2 * computeLogarithm(square)) / square);
  }
}
