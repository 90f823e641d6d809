import { highToF64, lowToF64, maximum, maximumOfLanes, storeLanes, sumLanes } from "../../reduction/wasm/lanes.as";
import { exp } from "../../softmax/wasm/exponential.as";
import { MaskedSoftmaxArguments, MaskKinds } from "./masked-softmax.kernels.as";

// Softmax along rows of scaled and masked elements. Vectors at the end of a row are loaded whole, which the launch allows.

/** Four elements of the mask as booleans or floats; `keyStride` is 1, or 0 for one element for the whole row. */
@inline
function loadMask(kind: i32, mask: usize, at: usize, keyStride: usize): v128 {
  if (kind == MaskKinds.bias) {
    return keyStride ? v128.load(mask + at * 4) : v128.load32_splat(mask);
  }
  const bytes = keyStride ? v128.load32_zero(mask + at) : v128.load8_splat(mask);
  const words = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
  return i32x4.ne(words, i32x4.splat(0));
}

@inline
function computeScores(kind: i32, x: usize, mask: usize, at: usize, factor: v128, keyStride: usize): v128 {
  const v = f32x4.mul(v128.load(x + at * 4), factor);
  if (kind == MaskKinds.bias) return f32x4.add(v, loadMask(kind, mask, at, keyStride));
  if (kind == MaskKinds.bool) return v128.bitselect(v, f32x4.splat(-Infinity), loadMask(kind, mask, at, keyStride));
  return v;
}

/** All bits of the first `lanes` lanes. */
@inline
function firstLanes(lanes: usize): v128 {
  return i32x4.lt_u(i32x4(0, 1, 2, 3), i32x4.splat(<i32>lanes));
}

/** Stores the scores of the first n elements of a row in `y`, minus infinity for those that do not count; returns the largest. */
@inline
function scoreRow(kind: i32, x: usize, mask: usize, y: usize, n: usize, scale: f32, keyStride: usize): v128 {
  const factor = f32x4.splat(scale);
  const full = n & ~3;
  let m = f32x4.splat(-Infinity);
  for (let at: usize = 0; at < full; at += 4) {
    const v = computeScores(kind, x, mask, at, factor, keyStride);
    v128.store(y + at * 4, v);
    m = maximum(m, v);
  }
  if (n & 3) {
    const v = computeScores(kind, x, mask, full, factor, keyStride);
    storeLanes(y + full * 4, v, n & 3);
    m = maximum(m, v128.bitselect(v, f32x4.splat(-Infinity), firstLanes(n & 3)));
  }
  return maximumOfLanes(m);
}

/** Replaces the scores of a row by exp(score - m); returns their sum. */
function takeExponentials(y: usize, n: usize, m: v128): v128 {
  const full = n & ~3;
  let low = f64x2.splat(0), high = low;
  for (let at: usize = 0; at < full; at += 4) {
    const v = exp(f32x4.sub(v128.load(y + at * 4), m));
    v128.store(y + at * 4, v);
    low = f64x2.add(low, lowToF64(v));
    high = f64x2.add(high, highToF64(v));
  }
  if (n & 3) {
    const v = v128.and(exp(f32x4.sub(v128.load(y + full * 4), m)), firstLanes(n & 3));
    storeLanes(y + full * 4, v, n & 3);
    low = f64x2.add(low, lowToF64(v));
    high = f64x2.add(high, highToF64(v));
  }
  return sumLanes(low, high, true);
}

function multiply(y: usize, n: usize, factor: v128): void {
  const full = n & ~3;
  for (let at: usize = 0; at < full; at += 4) v128.store(y + at * 4, f32x4.mul(v128.load(y + at * 4), factor));
  if (n & 3) storeLanes(y + full * 4, f32x4.mul(v128.load(y + full * 4), factor), n & 3);
}

/** Sets what a bool mask leaves out to 0, in a row of NaN. */
function clear(y: usize, mask: usize, n: usize, keyStride: usize): void {
  for (let at: usize = 0; at < n; at++) {
    if (!load<u8>(mask + at * keyStride)) store<f32>(y + at * 4, 0);
  }
}

export function maskedSoftmax(begin: usize, end: usize, _scratch: usize, args: MaskedSoftmaxArguments): void {
  const { x, mask, y, length, causalRows, scale, kind, size1, size2, size3, keyStride } = args;
  const { stride0, stride1, stride2, stride3 } = args;
  const maskBytes: usize = kind == MaskKinds.bias ? 4 : 1;
  for (let row = begin; row < end; row++) {
    const n = causalRows ? min(length, (row % causalRows) + 1) : length;
    const from = x + row * length * 4, to = y + row * length * 4;
    let rest = row / size3;
    const i3 = row % size3, i2 = rest % size2;
    rest /= size2;
    const first = (rest / size1) * stride0 + (rest % size1) * stride1 + i2 * stride2 + i3 * stride3;
    const own = mask + first * maskBytes;
    let m: v128;
    if (kind == MaskKinds.none) m = scoreRow(MaskKinds.none, from, own, to, n, scale, keyStride);
    else if (kind == MaskKinds.bool) m = scoreRow(MaskKinds.bool, from, own, to, n, scale, keyStride);
    else m = scoreRow(MaskKinds.bias, from, own, to, n, scale, keyStride);
    if (f32x4.extract_lane(m, 0) == -Infinity) {
      memory.fill(to, 0, length * 4);
      continue;
    }
    const total = takeExponentials(to, n, m);
    multiply(to, n, f32x4.div(f32x4.splat(1), total));
    const sum = f32x4.extract_lane(total, 0);
    if (sum != sum && kind == MaskKinds.bool) clear(to, own, n, keyStride);
    memory.fill(to + n * 4, 0, (length - n) * 4);
  }
}
