import type { Tensor } from "@evenkeel/tensor";
import {
  abs,
  cast,
  concatenate,
  div,
  floor,
  fuse,
  greater,
  isNan,
  lessEqual,
  logicalAnd,
  logicalNot,
  max,
  min,
  minimum,
  mul,
  ones,
  pad,
  reshape,
  scatterAdd,
  scope,
  square,
  sub,
  sum,
  where,
  zeros,
} from "@evenkeel/tensor";
import { bucketCount, numberCount } from "./histogram.ts";

/** The largest finite number of f32. */
const largest = 3.4028234663852886e38;

/** The values that a row of counts covers: a GPU counts rows side by side, and examines few indices without sorting them. */
const rowLength = 32;

const areFinite = (x: Tensor): Tensor => logicalAnd(logicalNot(isNan(x)), lessEqual(abs(x), largest));

/** What the values are reduced from: for the minimum, for the maximum, for the sums, and 1 for each that is finite. */
const findTerms = (x: Tensor): readonly Tensor[] => {
  const counts = areFinite(x);
  return [where(counts, x, largest), where(counts, x, -largest), where(counts, x, 0), cast(counts, "f32")];
};

/** The bucket of what does not count. */
const none = bucketCount;

/** The bucket of each value, none for one that is NaN or infinite. Halves, because the width of the range may be infinite. */
const findBuckets = (x: Tensor, lowest: Tensor, highest: Tensor): Tensor => {
  const counts = areFinite(x);
  const low = mul(lowest, 0.5);
  const width = sub(mul(highest, 0.5), low);
  const place = div(sub(mul(where(counts, x, lowest), 0.5), low), where(greater(width, 0), width, 1));
  return cast(where(counts, minimum(floor(mul(place, bucketCount)), bucketCount - 1), none), "i32");
};

/** Each as one launch. */
let fused: { readonly findTerms: typeof findTerms; readonly findBuckets: typeof findBuckets } | undefined;

/**
 * The numbers from which `makeHistogram` makes a histogram, as an f32 vector on the device of `x`. A bucket counts exactly up to 2^24
 * values.
 */
export function computeDeviceHistogram(x: Tensor): Tensor {
  return scope(() => {
    const values = cast(reshape(x, [x.size]), "f32");
    // The minimum of no values does not exist.
    if (x.size === 0) return zeros([numberCount + bucketCount], { backend: values.backend });
    fused ??= { findTerms: fuse(findTerms), findBuckets: fuse(findBuckets) };
    const [forLowest, forHighest, finite, counted] = fused.findTerms(values) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    const [lowest, highest] = [min(forLowest), max(forHighest)];
    const counts = countBuckets(fused.findBuckets(values, lowest, highest));
    const numbers = [lowest, highest, sum(counted), sum(finite), sum(square(finite))];
    return concatenate([...numbers.map((number) => reshape(number, [1])), counts]);
  });
}

/** How many values are in each bucket. */
function countBuckets(buckets: Tensor): Tensor {
  const rows = Math.ceil(buckets.size / rowLength);
  const padded = pad(buckets, [[0, rows * rowLength - buckets.size]], { value: none });
  const inRows = scatterAdd(
    ones([rows, rowLength], { backend: buckets.backend }),
    reshape(padded, [rows, rowLength]),
    { size: bucketCount, outOfRange: "zero" },
  );
  return sum(inRows, { axis: 0 });
}
