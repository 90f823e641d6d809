// A line is what softmax normalizes: `vectors` vectors, `step` bytes apart. Along a row (inner = 1) its lanes are
// neighbours and are combined at the end; otherwise each lane is a column. The first `full` vectors have four lanes,
// the others `tail`.

/** Loads 1 to 3 lanes; the others are `rest`. */
function loadLanes(from: usize, lanes: usize, rest: v128): v128 {
  let v = v128.load_lane<u32>(from, rest, 0);
  if (lanes > 1) v = v128.load_lane<u32>(from + 4, v, 1);
  if (lanes > 2) v = v128.load_lane<u32>(from + 8, v, 2);
  return v;
}

function storeLanes(to: usize, v: v128, lanes: usize): void {
  if (lanes == 4) {
    v128.store(to, v);
    return;
  }
  v128.store_lane<u32>(to, v, 0);
  if (lanes > 1) v128.store_lane<u32>(to + 4, v, 1);
  if (lanes > 2) v128.store_lane<u32>(to + 8, v, 2);
}

@inline export function swapHalves(v: v128): v128 {
  return i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
}

@inline export function swapPairs(v: v128): v128 {
  return i8x16.shuffle(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
}

@inline export function lowToF64(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

@inline export function highToF64(v: v128): v128 {
  return f64x2.promote_low_f32x4(swapHalves(v));
}

/** Four lanes from two times two. */
@inline export function toF32(low: v128, high: v128): v128 {
  const a = f32x4.demote_f64x2_zero(low), b = f32x4.demote_f64x2_zero(high);
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}

/** NaN in either operand wins: pmax keeps a NaN in `a`, and a value with all bits set is a NaN. */
@inline export function maximum(a: v128, b: v128): v128 {
  return v128.or(f32x4.pmax(a, b), f32x4.ne(b, b));
}

/** The largest lane, in every lane. */
@inline export function maximumOfLanes(m: v128): v128 {
  const pairs = maximum(m, swapHalves(m));
  return maximum(pairs, swapPairs(pairs));
}

/** Converts sums in f64, two lanes each, to f32: lane by lane, or their total in every lane. */
function sumLanes(low: v128, high: v128, isRow: bool): v128 {
  if (!isRow) return toF32(low, high);
  const pairs = f64x2.add(low, high);
  return f32x4.splat(f32(f64x2.extract_lane(pairs, 0) + f64x2.extract_lane(pairs, 1)));
}

export { loadLanes, storeLanes, sumLanes };
