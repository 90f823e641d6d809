import { readFiniteMean } from "../../statistics/wasm/moments.as";

/**
 * running = (1 - momentum) * running + momentum * new, for the mean and the unbiased variance. Statistics of no
 * values change nothing.
 */
@inline
function updateRunning(
  moments: usize, channel: usize, runningMean: usize, runningVariance: usize, newMean: usize, newVariance: usize, momentum: f32,
): void {
  if (newMean == 0) return;
  const at = channel * 4;
  const weight = load<f64>(moments) == 0 ? 0 : f64(momentum);
  const variance = load<f64>(moments, 16) / Math.max(load<f64>(moments) - 1, 1);
  store<f32>(newMean + at, f32((1 - weight) * f64(load<f32>(runningMean + at)) + weight * readFiniteMean(moments)));
  store<f32>(newVariance + at, f32((1 - weight) * f64(load<f32>(runningVariance + at)) + weight * variance));
}

export { updateRunning };
