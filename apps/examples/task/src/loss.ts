/** Larger losses and perplexities are those of networks that have lost what they knew at the beginning. */
const largest = 1e5;

/** Whether a loss, or a perplexity, is that of a training that diverged. */
export const isDiverged = (loss: number): boolean => !(loss < largest);

/** A loss for a table; that of a training that diverged has words or a power of ten. */
export function formatLoss(loss: number, digits: number): string {
  if (!Number.isFinite(loss)) return "not finite";
  return isDiverged(loss) ? loss.toExponential(2) : loss.toFixed(digits);
}
