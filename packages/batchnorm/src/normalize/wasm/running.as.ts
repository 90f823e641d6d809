import { loadFloats, replaceWhere, storeFloats } from "../../cpu/pairs.as";
import { loadCounts, loadFiniteMeans, loadM2s } from "../../statistics/wasm/moments.as";

/**
 * running = (1 - momentum) * running + momentum * new, for the means and the unbiased variances of two channels, whose moments lie
 * `step` bytes apart. Statistics of no values change nothing.
 */
function updateRunning(
  moments: usize, step: usize, channel: usize, runningMean: usize, runningVariance: usize, newMean: usize, newVariance: usize, momentum: f32,
): void {
  if (newMean == 0) return;
  const at = channel * 4, next: usize = step ? 4 : 0;
  const count = loadCounts(moments, step), one = f64x2.splat(1), zero = f64x2.splat(0);
  const weight = replaceWhere(f64x2.eq(count, zero), f64x2.splat(f64(momentum)), zero);
  const kept = f64x2.sub(one, weight);
  const variance = f64x2.div(loadM2s(moments, step), f64x2.max(f64x2.sub(count, one), one));
  const mean = loadFiniteMeans(moments, step);
  storeFloats(newMean + at, next, f64x2.add(f64x2.mul(kept, loadFloats(runningMean + at, next)), f64x2.mul(weight, mean)));
  storeFloats(newVariance + at, next, f64x2.add(f64x2.mul(kept, loadFloats(runningVariance + at, next)), f64x2.mul(weight, variance)));
}

export { updateRunning };
