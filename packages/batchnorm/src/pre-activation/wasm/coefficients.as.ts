// z = (x - centre) * factor + offset is the normalization of one channel. Forward and backward passes compute the
// three numbers here from the same stored f32 statistics, so that they agree in every bit. Everything is computed for two
// channels at a time, whose moments lie `step` bytes apart: see `pairs.as.ts`.

import { loadFloats, replaceWhere, roundToFloat } from "../../cpu/pairs.as";
import { loadCounts, loadM2s, loadMeans } from "../../statistics/wasm/moments.as";

function computeInverseStd(moments: usize, step: usize, epsilon: f32): v128 {
  const count = roundToFloat(loadCounts(moments, step));
  const one = f64x2.splat(1), zero = f64x2.splat(0);
  const divisor = replaceWhere(f64x2.eq(count, zero), count, one);
  const variance = f64x2.add(f64x2.div(roundToFloat(loadM2s(moments, step)), divisor), f64x2.splat(f64(epsilon)));
  return replaceWhere(f64x2.eq(variance, zero), f64x2.div(one, f64x2.sqrt(variance)), zero);
}

/** The mean rounded to f32. The rest of the mean goes into the offset. */
@inline
function computeCentre(moments: usize, step: usize): v128 {
  return roundToFloat(loadMeans(moments, step));
}

@inline
function computeRestOfMean(moments: usize, step: usize): v128 {
  return roundToFloat(f64x2.sub(loadMeans(moments, step), computeCentre(moments, step)));
}

/** The inverse deviation times the scales at `scale`, which is 0 if there are none, rounded to f32. */
@inline
function computeFactor(inverseStd: v128, scale: usize, channel: usize, step: usize): v128 {
  return roundToFloat(scale ? f64x2.mul(inverseStd, loadFloats(scale + channel * 4, step ? 4 : 0)) : inverseStd);
}

/** Rounded to f32 when it is stored. */
@inline
function computeOffset(moments: usize, step: usize, factor: v128, shift: usize, channel: usize): v128 {
  const origin = shift ? loadFloats(shift + channel * 4, step ? 4 : 0) : f64x2.splat(0);
  return f64x2.sub(origin, f64x2.mul(computeRestOfMean(moments, step), factor));
}

export { computeInverseStd, computeCentre, computeRestOfMean, computeFactor, computeOffset };
