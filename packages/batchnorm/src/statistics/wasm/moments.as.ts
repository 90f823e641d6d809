// Moments of one channel: count, mean and M2 in f64 at three consecutive places.

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
function readMean(at: usize): f64 {
  return load<f64>(at, 8);
}

/** The mean, or NaN where M2 is NaN: a mean of values that are not finite would depend on the order of the sum. */
function readFiniteMean(at: usize): f64 {
  const m2 = load<f64>(at, 16);
  return m2 == m2 ? readMean(at) : m2;
}

/** Merges a group of values into the moments. Chan, Golub and LeVeque 1983, equation 1.5. */
@inline
function mergeMoments(at: usize, count: f64, mean: f64, m2: f64): void {
  const before = load<f64>(at);
  const total = before + count;
  const delta = mean - load<f64>(at, 8);
  const share = count / total;
  store<f64>(at, total);
  store<f64>(at, load<f64>(at, 8) + delta * share, 8);
  store<f64>(at, load<f64>(at, 16) + m2 + delta * delta * before * share, 16);
}

/**
 * Merges a tile of `count` values, given the sums of x - pivot and of its square. Accurate only if the tile's mean is
 * within one standard deviation of the pivot: see `isCentred`.
 */
@inline
function mergeTile(at: usize, count: f64, pivot: f32, sum: f64, squares: f64): void {
  const offset = sum / count;
  mergeMoments(at, count, f64(pivot) + offset, Math.max(squares - sum * offset, 0));
}

/** Whether M2 = squares - sum^2 / count loses at most one bit to cancellation. False for NaN. */
@inline
function isCentred(count: f64, sum: f64, squares: f64): bool {
  return 2 * sum * sum <= count * squares;
}

/** Stores statistics as rows of `channels` f32: count, mean, rest of the mean (what rounding to f32 cut off), M2. */
function storeStatistics(statistics: usize, channels: usize, channel: usize, moments: usize): void {
  const at = statistics + channel * 4;
  const row = channels * 4;
  const mean = readFiniteMean(moments);
  store<f32>(at, f32(load<f64>(moments)));
  store<f32>(at + row, f32(mean));
  store<f32>(at + 2 * row, f32(mean - f64(f32(mean))));
  store<f32>(at + 3 * row, f32(load<f64>(moments, 16)));
}

/** Merges `parts` statistics of one channel, in their order. */
function mergeStatistics(moments: usize, statistics: usize, parts: usize, channels: usize, channel: usize): void {
  clearMoments(moments);
  const row = channels * 4;
  let at = statistics + channel * 4;
  for (let part: usize = 0; part < parts; part++) {
    const count = f64(load<f32>(at));
    if (count != 0) {
      mergeMoments(moments, count, f64(load<f32>(at + row)) + f64(load<f32>(at + 2 * row)), f64(load<f32>(at + 3 * row)));
    }
    at += row * 4;
  }
}

export { momentsBytes, clearMoments, readCount, readFiniteMean, readMean, mergeMoments, mergeTile, isCentred, storeStatistics, mergeStatistics };
