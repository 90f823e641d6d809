// Windows over the rows of a plane. The parameters of all kernels are the heights and widths of the input, the output,
// the kernel, the stride and the padding, and whether the windows are adaptive: their sizes then differ.

/** Where a window starts along one axis: an adaptive one covers the positions that a share of the length touches. */
@inline
function findStart(window: i32, stride: i32, pad: i32, length: i32, windows: i32, adaptive: i32): i32 {
  return adaptive ? <i32>(<i64>window * length / windows) : window * stride - pad;
}

/** Where a window of `span` positions ends along one axis, within the input. */
@inline
function findEnd(window: i32, start: i32, span: i32, length: i32, windows: i32, adaptive: i32): i32 {
  return adaptive ? <i32>((<i64>(window + 1) * length + windows - 1) / windows) : min(start + span, length);
}

/** The first position of a window, of those that are `dilation` apart from `start` on, that is not before the input. */
@inline
function findFirstPlace(start: i32, dilation: i32): i32 {
  return start < 0 ? countPlaces(-start, dilation) : 0;
}

/** How many positions that are `dilation` apart a range of `length` holds, from its first one on. */
@inline
function countPlaces(length: i32, dilation: i32): i32 {
  return dilation == 1 ? length : (length + dilation - 1) / dilation;
}

/** The first column whose window does not reach into the left padding. */
@inline
function firstInside(outWidth: i32, strideWidth: i32, padWidth: i32): i32 {
  return min(outWidth, (padWidth + strideWidth - 1) / strideWidth);
}

/** The end of the columns, from the first inside on, whose windows do not reach into the right padding. */
@inline
function endInside(first: i32, width: i32, outWidth: i32, kernelWidth: i32, strideWidth: i32, padWidth: i32): i32 {
  const room = width + padWidth - kernelWidth;
  return room < 0 ? first : max(first, min(outWidth, room / strideWidth + 1));
}

/** Loads four values that are one or two apart, and not a byte beyond them. */
@inline
function loadFour(at: usize, stride: i32): v128 {
  if (stride == 1) return v128.load(at);
  return i8x16.shuffle(v128.load(at), v128.load(at, 12), 0, 1, 2, 3, 8, 9, 10, 11, 20, 21, 22, 23, 28, 29, 30, 31);
}

/** The first value of each pair of eight values in two vectors. */
@inline
function evens(low: v128, high: v128): v128 {
  return i8x16.shuffle(low, high, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
}

/** The second value of each pair of eight values in two vectors. */
@inline
function odds(low: v128, high: v128): v128 {
  return i8x16.shuffle(low, high, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
}

/** Stores a0 b0 a1 b1, followed by a2 b2 a3 b3. */
@inline
function storeInterleaved(at: usize, a: v128, b: v128): void {
  v128.store(at, i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23));
  v128.store(at, i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31), 16);
}

/** Sets `count` values to zero. */
@inline
function clear(at: usize, count: i32): void {
  memory.fill(at, 0, usize(count) << 2);
}

export { countPlaces, findStart, findEnd, findFirstPlace, firstInside, endInside, loadFour, evens, odds, storeInterleaved, clear };
