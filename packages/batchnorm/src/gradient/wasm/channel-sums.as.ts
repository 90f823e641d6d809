// The two sums of a channel, as f64 at consecutive places: of dz, and of dz * (x - centre). They are computed for two channels at a
// time, whose sums lie `step` bytes apart: see `pairs.as.ts`.

import { loadDoubles, loadFloats, replaceWhere, storeDoubles, storeFloats } from "../../cpu/pairs.as";

/** Stores the sums of a part as two rows of `channels` f32. */
function storePart(partials: usize, part: usize, channels: usize, channel: usize, sums: usize, step: usize): void {
  const at = partials + (part * 2 * channels + channel) * 4, next: usize = step ? 4 : 0;
  storeFloats(at, next, loadDoubles(sums, step));
  storeFloats(at + channels * 4, next, loadDoubles(sums + 8, step));
}

function addParts(sums: usize, step: usize, partials: usize, parts: usize, channels: usize, channel: usize): void {
  const next: usize = step ? 4 : 0;
  let sum = f64x2.splat(0), product = sum;
  let at = partials + channel * 4;
  for (let part: usize = 0; part < parts; part++) {
    sum = f64x2.add(sum, loadFloats(at, next));
    product = f64x2.add(product, loadFloats(at + channels * 4, next));
    at += channels * 8;
  }
  storeDoubles(sums, step, sum);
  storeDoubles(sums + 8, step, product);
}

/** Recovers the sums from dScale and dShift, which are two rows of `channels` f32. */
function restoreSums(sums: usize, step: usize, gradients: usize, channels: usize, channel: usize, restOfMean: v128, inverseStd: v128): void {
  const at = gradients + channel * 4, next: usize = step ? 4 : 0, zero = f64x2.splat(0);
  const sum = loadFloats(at + channels * 4, next);
  const centred = replaceWhere(f64x2.eq(inverseStd, zero), f64x2.div(loadFloats(at, next), inverseStd), zero);
  storeDoubles(sums, step, sum);
  storeDoubles(sums + 8, step, f64x2.add(centred, f64x2.mul(restOfMean, sum)));
}

/** The sum of dz * (x - mean): the centre is the mean rounded to f32. */
@inline
function centredProduct(sums: usize, step: usize, restOfMean: v128): v128 {
  return f64x2.sub(loadDoubles(sums + 8, step), f64x2.mul(restOfMean, loadDoubles(sums, step)));
}

function storeParameterGradients(
  dScale: usize, dShift: usize, channel: usize, sums: usize, step: usize, restOfMean: v128, inverseStd: v128,
): void {
  const next: usize = step ? 4 : 0;
  if (dScale) storeFloats(dScale + channel * 4, next, f64x2.mul(centredProduct(sums, step, restOfMean), inverseStd));
  if (dShift) storeFloats(dShift + channel * 4, next, loadDoubles(sums, step));
}

/** `linear` in dx = factor * dz + linear * (x - centre) + constant, for statistics of `count` values. */
@inline
function linearTerm(sums: usize, step: usize, restOfMean: v128, inverseStd: v128, factor: v128, count: v128): v128 {
  const slope = f64x2.mul(f64x2.mul(f64x2.neg(factor), inverseStd), inverseStd);
  return f64x2.div(f64x2.mul(slope, centredProduct(sums, step, restOfMean)), count);
}

/** Rounded to f32 when it is stored. */
@inline
function constantTerm(sums: usize, step: usize, restOfMean: v128, factor: v128, linear: v128, count: v128): v128 {
  const mean = f64x2.div(f64x2.mul(f64x2.neg(factor), loadDoubles(sums, step)), count);
  return f64x2.sub(mean, f64x2.mul(linear, restOfMean));
}

export { storePart, addParts, restoreSums, storeParameterGradients, linearTerm, constantTerm };
