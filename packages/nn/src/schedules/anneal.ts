/** From `from` to `to` along half a cosine, as `progress` goes from 0 to 1. */
export const computeAnnealing = (from: number, to: number, progress: number): number =>
  to + ((from - to) * (1 + Math.cos(Math.PI * progress))) / 2;
