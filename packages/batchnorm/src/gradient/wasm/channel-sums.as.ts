// The two sums of a channel, as f64 at consecutive places: of dz, and of dz * (x - centre).

/** Stores the sums of a part as two rows of `channels` f32. */
function storePart(partials: usize, part: usize, channels: usize, channel: usize, sums: usize): void {
  const at = partials + (part * 2 * channels + channel) * 4;
  store<f32>(at, f32(load<f64>(sums)));
  store<f32>(at + channels * 4, f32(load<f64>(sums, 8)));
}

function addParts(sums: usize, partials: usize, parts: usize, channels: usize, channel: usize): void {
  let sum: f64 = 0, product: f64 = 0;
  let at = partials + channel * 4;
  for (let part: usize = 0; part < parts; part++) {
    sum += f64(load<f32>(at));
    product += f64(load<f32>(at + channels * 4));
    at += channels * 8;
  }
  store<f64>(sums, sum);
  store<f64>(sums, product, 8);
}

/** Recovers the sums from dScale and dShift, which are two rows of `channels` f32. */
function restoreSums(sums: usize, gradients: usize, channels: usize, channel: usize, restOfMean: f64, inverseStd: f64): void {
  const at = gradients + channel * 4;
  const sum = f64(load<f32>(at + channels * 4));
  const centred = inverseStd == 0 ? 0 : f64(load<f32>(at)) / inverseStd;
  store<f64>(sums, sum);
  store<f64>(sums, centred + restOfMean * sum, 8);
}

/** The sum of dz * (x - mean): the centre is the mean rounded to f32. */
@inline
function centredProduct(sums: usize, restOfMean: f64): f64 {
  return load<f64>(sums, 8) - restOfMean * load<f64>(sums);
}

function storeParameterGradients(dScale: usize, dShift: usize, channel: usize, sums: usize, restOfMean: f64, inverseStd: f64): void {
  if (dScale) store<f32>(dScale + channel * 4, f32(centredProduct(sums, restOfMean) * inverseStd));
  if (dShift) store<f32>(dShift + channel * 4, f32(load<f64>(sums)));
}

/** `linear` in dx = factor * dz + linear * (x - centre) + constant, for statistics of `count` values. */
@inline
function linearTerm(sums: usize, restOfMean: f64, inverseStd: f64, factor: f32, count: f64): f64 {
  return -f64(factor) * inverseStd * inverseStd * centredProduct(sums, restOfMean) / count;
}

@inline
function constantTerm(sums: usize, restOfMean: f64, factor: f32, linear: f64, count: f64): f32 {
  return f32(-f64(factor) * load<f64>(sums) / count - linear * restOfMean);
}

export { storePart, addParts, restoreSums, storeParameterGradients, linearTerm, constantTerm };
