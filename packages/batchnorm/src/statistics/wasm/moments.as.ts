// Moments of a channel: count, mean and M2, in f64 at three consecutive places. They are computed for two channels at a time,
// whose moments lie `step` bytes apart: see `pairs.as.ts`.

import { loadDoubles, loadFloats, replaceWhere, roundToFloat, storeDoubles, storeFloats } from "../../cpu/pairs.as";

const momentsBytes: usize = 24;

@inline
function clearMoments(at: usize): void {
  store<f64>(at, 0);
  store<f64>(at, 0, 8);
  store<f64>(at, 0, 16);
}

@inline
function readCount(at: usize): f64 {
  return load<f64>(at);
}

@inline
function loadCounts(at: usize, step: usize): v128 {
  return loadDoubles(at, step);
}

@inline
function loadMeans(at: usize, step: usize): v128 {
  return loadDoubles(at + 8, step);
}

@inline
function loadM2s(at: usize, step: usize): v128 {
  return loadDoubles(at + 16, step);
}

/** The means, or NaN where M2 is NaN: a mean of values that are not finite would depend on the order of the sum. */
@inline
function loadFiniteMeans(at: usize, step: usize): v128 {
  const m2 = loadM2s(at, step);
  return replaceWhere(f64x2.ne(m2, m2), loadMeans(at, step), m2);
}

/** Merges a group of values into the moments; an empty group changes nothing. Chan, Golub and LeVeque 1983, equation 1.5. */
function mergeMoments(at: usize, step: usize, count: v128, mean: v128, m2: v128): void {
  const oldCount = loadCounts(at, step), oldMean = loadMeans(at, step), oldM2 = loadM2s(at, step);
  const total = f64x2.add(oldCount, count);
  const delta = f64x2.sub(mean, oldMean);
  const share = f64x2.div(count, total);
  const between = f64x2.mul(f64x2.mul(f64x2.mul(delta, delta), oldCount), share);
  const isEmpty = f64x2.eq(count, f64x2.splat(0));
  storeDoubles(at, step, total);
  storeDoubles(at + 8, step, replaceWhere(isEmpty, f64x2.add(oldMean, f64x2.mul(delta, share)), oldMean));
  storeDoubles(at + 16, step, replaceWhere(isEmpty, f64x2.add(f64x2.add(oldM2, m2), between), oldM2));
}

/**
 * Merges a tile of `count` values, given the sums of x - pivot and of its square. Accurate only if the tile's mean is
 * within one standard deviation of the pivot: see `isCentred`.
 */
@inline
function mergeTile(at: usize, step: usize, count: f64, pivot: v128, sum: v128, squares: v128): void {
  const counts = f64x2.splat(count), offset = f64x2.div(sum, counts);
  const m2 = f64x2.max(f64x2.sub(squares, f64x2.mul(sum, offset)), f64x2.splat(0));
  mergeMoments(at, step, counts, f64x2.add(pivot, offset), m2);
}

/** A mask of whether M2 = squares - sum^2 / count loses at most one bit to cancellation. Not set for NaN. */
@inline
function isCentred(count: f64, sum: v128, squares: v128): v128 {
  const twice = f64x2.mul(f64x2.add(sum, sum), sum);
  return f64x2.le(twice, f64x2.mul(f64x2.splat(count), squares));
}

/** Stores statistics as rows of `channels` f32: count, mean, rest of the mean (what rounding to f32 cut off), M2. */
function storeStatistics(statistics: usize, channels: usize, channel: usize, moments: usize, step: usize): void {
  const at = statistics + channel * 4, row = channels * 4, next: usize = step ? 4 : 0;
  const mean = loadFiniteMeans(moments, step);
  storeFloats(at, next, loadCounts(moments, step));
  storeFloats(at + row, next, mean);
  storeFloats(at + 2 * row, next, f64x2.sub(mean, roundToFloat(mean)));
  storeFloats(at + 3 * row, next, loadM2s(moments, step));
}

/** Merges `parts` statistics of each channel, in their order. */
function mergeStatistics(moments: usize, step: usize, statistics: usize, parts: usize, channels: usize, channel: usize): void {
  clearMoments(moments);
  clearMoments(moments + step);
  const row = channels * 4, next: usize = step ? 4 : 0;
  let at = statistics + channel * 4;
  for (let part: usize = 0; part < parts; part++) {
    const mean = f64x2.add(loadFloats(at + row, next), loadFloats(at + 2 * row, next));
    mergeMoments(moments, step, loadFloats(at, next), mean, loadFloats(at + 3 * row, next));
    at += row * 4;
  }
}

export {
  momentsBytes, clearMoments, readCount, loadCounts, loadMeans, loadM2s, loadFiniteMeans, mergeTile, isCentred, storeStatistics,
  mergeStatistics,
};
