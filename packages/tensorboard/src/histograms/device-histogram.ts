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
} from "@evenkeel/tensor";
import { bucketCount, numberCount } from "./histogram.ts";

/** The largest finite number of f32. */
const largest = 3.4028234663852886e38;

/** The values that a row of counts covers: a GPU counts rows side by side, and examines few indices without sorting them. */
const rowLength = 32;

const areFinite = (x: Tensor): Tensor => logicalAnd(logicalNot(isNan(x)), lessEqual(abs(x), largest));

/** The bucket of each value, -1 for one that is NaN or infinite. Halves, because the width of the range may be infinite. */
const findBuckets = (x: Tensor, lowest: Tensor, highest: Tensor): Tensor => {
  const counts = areFinite(x);
  const low = mul(lowest, 0.5);
  const width = sub(mul(highest, 0.5), low);
  const place = div(sub(mul(where(counts, x, lowest), 0.5), low), where(greater(width, 0), width, 1));
  return cast(where(counts, minimum(floor(mul(place, bucketCount)), bucketCount - 1), -1), "i32");
};

let findBucketsAtOnce: typeof findBuckets | undefined;

/**
 * The numbers from which `makeHistogram` makes a histogram, as an f32 vector on the device of `x`. A bucket counts exactly up to 2^24
 * values.
 */
export function computeDeviceHistogram(x: Tensor): Tensor {
  return scope(() => {
    const values = cast(reshape(x, [x.size]), "f32");
    const { backend } = values;
    // The minimum of no values does not exist.
    if (x.size === 0) return mul(ones([numberCount + bucketCount], { backend }), 0);
    const counts = areFinite(values);
    const lowest = min(where(counts, values, largest));
    const highest = max(where(counts, values, -largest));
    const finite = where(counts, values, 0);
    findBucketsAtOnce ??= fuse(findBuckets);
    const buckets = findBucketsAtOnce(values, lowest, highest);
    const rows = Math.ceil(x.size / rowLength);
    const padded = pad(buckets, [[0, rows * rowLength - x.size]], { value: -1 });
    const places = reshape(padded, [rows, rowLength]);
    const inRows = scatterAdd(ones([rows, rowLength], { backend }), places, {
      size: bucketCount,
      outOfRange: "zero",
    });
    const numbers = [lowest, highest, sum(cast(counts, "f32")), sum(finite), sum(square(finite))];
    return concatenate([...numbers.map((number) => reshape(number, [1])), sum(inRows, { axis: 0 })]);
  });
}
