// z = (x - centre) * factor + offset is the normalization of one channel. Forward and backward passes compute the
// three numbers here from the same stored f32 statistics, so that they agree in every bit.

import { readMean } from "../../statistics/wasm/moments.as";

function computeInverseStd(moments: usize, epsilon: f32): f64 {
  const count = f64(f32(load<f64>(moments)));
  const variance = f64(f32(load<f64>(moments, 16))) / (count == 0 ? 1 : count) + f64(epsilon);
  return variance == 0 ? 0 : 1 / Math.sqrt(variance);
}

/** The mean rounded to f32. The rest of the mean goes into the offset. */
@inline
function computeCentre(moments: usize): f32 {
  return f32(readMean(moments));
}

@inline
function computeRestOfMean(moments: usize): f64 {
  return f64(f32(readMean(moments) - f64(computeCentre(moments))));
}

function computeFactor(inverseStd: f64, scale: usize, channel: usize): f32 {
  return f32(scale ? inverseStd * f64(load<f32>(scale + channel * 4)) : inverseStd);
}

function computeOffset(moments: usize, factor: f32, shift: usize, channel: usize): f32 {
  const origin = shift ? f64(load<f32>(shift + channel * 4)) : 0;
  return f32(origin - computeRestOfMean(moments) * f64(factor));
}

export { computeInverseStd, computeCentre, computeRestOfMean, computeFactor, computeOffset };
