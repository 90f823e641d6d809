import { countOutside } from "../../indexing/wasm/count-outside.as";
import {
  highToF64,
  loadLanes,
  lowToF64,
  maximum,
  maximumOfLanes,
  storeLanes,
  sumLanes,
} from "../../reduction/wasm/lanes.as";
import { exp, log } from "./exponential.as";
import {
  CrossEntropyArguments,
  CrossEntropyGradientArguments,
  LogSoftmaxArguments,
  LogSoftmaxGradientArguments,
  LogSumExpArguments,
  SoftmaxArguments,
  SoftmaxGradientArguments,
} from "./softmax.kernels.as";

// Softmax and related operations over [outer, length, inner], along the length. One item is a row (inner = 1) or four columns.

// The computation of one pass along a line, fixed at compile time: v and w are read, and a term is summed or stored.
const exponentials: i32 = 0;
const affine: i32 = 1;
const shift: i32 = 2;
const add: i32 = 3;
const dot: i32 = 4;
const softmaxSlope: i32 = 5;
const logSoftmaxSlope: i32 = 6;

@inline
function term(what: i32, v: v128, w: v128, p: v128, q: v128): v128 {
  if (what == exponentials) return exp(f32x4.sub(v, p));
  if (what == affine) return f32x4.sub(f32x4.mul(v, p), q);
  if (what == shift) return f32x4.sub(f32x4.sub(v, p), q);
  if (what == dot) return f32x4.mul(v, w);
  if (what == softmaxSlope) return f32x4.mul(f32x4.mul(v, f32x4.sub(w, p)), q);
  if (what == logSoftmaxSlope) return f32x4.sub(w, f32x4.mul(exp(v), p));
  return f32x4.sub(v, p);
}

/** Reads v from `x` and w from `x2` along a line, stores the terms in `y` and/or returns their sum, computed in f64. */
@inline
function walk(
  what: i32, x: usize, x2: usize, y: usize, p: v128, q: v128, step: usize, vectors: usize, full: usize,
  tail: usize, isRow: bool
): v128 {
  const sums = what == exponentials || what == add || what == dot;
  const readsTwo = what == dot || what == softmaxSlope || what == logSoftmaxSlope;
  const stores = what != add && what != dot;
  // Absent lanes contribute nothing: exp(-infinity), p - p, or 0 times 0.
  const rest = what == exponentials ? f32x4.splat(-Infinity) : what == add ? p : f32x4.splat(0);
  let low = f64x2.splat(0), high = low, w = low;
  let i: usize = 0, at: usize = 0;
  for (; i < full; i++, at += step) {
    if (readsTwo) w = v128.load(x2 + at);
    const result = term(what, v128.load(x + at), w, p, q);
    if (sums) {
      low = f64x2.add(low, lowToF64(result));
      high = f64x2.add(high, highToF64(result));
    }
    if (stores && (what != exponentials || y)) v128.store(y + at, result);
  }
  for (; i < vectors; i++, at += step) {
    if (readsTwo) w = loadLanes(x2 + at, tail, rest);
    const result = term(what, loadLanes(x + at, tail, rest), w, p, q);
    if (sums) {
      low = f64x2.add(low, lowToF64(result));
      high = f64x2.add(high, highToF64(result));
    }
    if (stores && (what != exponentials || y)) storeLanes(y + at, result, tail);
  }
  return sums ? sumLanes(low, high, isRow) : low;
}

/** The sum of exp(x - m); the terms are stored in `y`, unless that is 0. */
function sumExponentials(
  x: usize, y: usize, m: v128, step: usize, vectors: usize, full: usize, tail: usize, isRow: bool
): v128 {
  return walk(exponentials, x, 0, y, m, m, step, vectors, full, tail, isRow);
}

function findMaximum(x: usize, step: usize, vectors: usize, full: usize, tail: usize, isRow: bool): v128 {
  const rest = f32x4.splat(-Infinity);
  let m = rest;
  let i: usize = 0;
  for (; i < full; i++, x += step) m = maximum(m, v128.load(x));
  for (; i < vectors; i++, x += step) m = maximum(m, loadLanes(x, tail, rest));
  return isRow ? maximumOfLanes(m) : m;
}

function computeLog(v: v128): v128 {
  let result = f32x4.splat(f32(log(f64(f32x4.extract_lane(v, 0)))));
  result = f32x4.replace_lane(result, 1, f32(log(f64(f32x4.extract_lane(v, 1)))));
  result = f32x4.replace_lane(result, 2, f32(log(f64(f32x4.extract_lane(v, 2)))));
  return f32x4.replace_lane(result, 3, f32(log(f64(f32x4.extract_lane(v, 3)))));
}

const toSoftmax: i32 = 0;
const toLogSoftmax: i32 = 1;
const toLogSumExp: i32 = 2;
const toSoftmaxGradient: i32 = 3;
const toLogSoftmaxGradient: i32 = 4;

function overLines(
  result: i32, begin: usize, end: usize, x: usize, x2: usize, y: usize, length: usize, inner: usize,
  splits: usize, splitLength: usize, scale: f32 = 1
): void {
  const zero = f32x4.splat(0);
  const isRow = inner == 1;
  const groups = (inner + 3) >> 2;
  const step: usize = isRow ? 16 : inner * 4;
  for (let item = begin; item < end; item++) {
    const part = item / groups;
    const column = (item % groups) * 4;
    const first = (part % splits) * splitLength;
    const n = min(splitLength, length - first);
    const lanes = min(inner - column, 4);
    const vectors = isRow ? (n + 3) >> 2 : n;
    const full = isRow ? n >> 2 : lanes == 4 ? n : 0;
    const tail = isRow ? n & 3 : lanes;
    const at = (((part / splits) * length + first) * inner + column) * 4;
    if (result == toSoftmaxGradient) {
      const p = walk(dot, x + at, x2 + at, 0, zero, zero, step, vectors, full, tail, isRow);
      walk(softmaxSlope, x + at, x2 + at, y + at, p, f32x4.splat(scale), step, vectors, full, tail, isRow);
    } else if (result == toLogSoftmaxGradient) {
      const p = walk(add, x2 + at, 0, 0, zero, zero, step, vectors, full, tail, isRow);
      walk(logSoftmaxSlope, x + at, x2 + at, y + at, p, zero, step, vectors, full, tail, isRow);
    } else {
      const m = findMaximum(x + at, step, vectors, full, tail, isRow);
      if (result == toSoftmax) {
        const total = sumExponentials(x + at, y + at, m, step, vectors, full, tail, isRow);
        walk(
          affine, y + at, 0, y + at, f32x4.div(f32x4.splat(1), total), zero, step, vectors, full, tail, isRow
        );
      } else {
        const total = sumExponentials(x + at, 0, m, step, vectors, full, tail, isRow);
        const logTotal = computeLog(total);
        if (result == toLogSoftmax) {
          walk(shift, x + at, 0, y + at, m, logTotal, step, vectors, full, tail, isRow);
        } else {
          // An infinite maximum is the result: x - m would be NaN.
          const isInfinite = f32x4.eq(f32x4.abs(m), f32x4.splat(Infinity));
          const sum = v128.bitselect(m, f32x4.add(m, logTotal), isInfinite);
          storeLanes(y + (part * inner + column) * 4, sum, lanes);
        }
      }
    }
  }
}

export function softmax(begin: usize, end: usize, _scratch: usize, args: SoftmaxArguments): void {
  const { x, y, length, inner } = args;
  overLines(toSoftmax, begin, end, x, 0, y, length, inner, 1, length);
}

export function logSoftmax(begin: usize, end: usize, _scratch: usize, args: LogSoftmaxArguments): void {
  const { x, y, length, inner } = args;
  overLines(toLogSoftmax, begin, end, x, 0, y, length, inner, 1, length);
}

export function logSumExp(begin: usize, end: usize, _scratch: usize, args: LogSumExpArguments): void {
  const { x, y, length, inner, splits, splitLength } = args;
  overLines(toLogSumExp, begin, end, x, 0, y, length, inner, splits, splitLength);
}

/** dx = scale y (dy - sum of y dy). */
export function softmaxGradient(begin: usize, end: usize, _scratch: usize, args: SoftmaxGradientArguments): void {
  const { y, dy, dx, length, inner, scale } = args;
  overLines(toSoftmaxGradient, begin, end, y, dy, dx, length, inner, 1, length, scale);
}

/** dx = dy - exp(y) (sum of dy). */
export function logSoftmaxGradient(begin: usize, end: usize, _scratch: usize, args: LogSoftmaxGradientArguments): void {
  const { y, dy, dx, length, inner } = args;
  overLines(toLogSoftmaxGradient, begin, end, y, dy, dx, length, inner, 1, length);
}

/** loss = (1 - smoothing) (log s - z_label) + smoothing (log s - mean z), with z = x - max and s = sum of exp z. */
export function crossEntropy(begin: usize, end: usize, _scratch: usize, args: CrossEntropyArguments, counter: usize): void {
  const { x, labels, loss, classes, smoothing, ignored } = args;
  let outside: u32 = 0;
  const zero = f32x4.splat(0);
  const vectors = (classes + 3) >> 2, full = classes >> 2, tail = classes & 3;
  for (let row = begin; row < end; row++) {
    const label = load<i32>(labels + row * 4);
    let value: f32 = NaN;
    if (label == ignored) value = 0;
    else if (u32(label) < u32(classes)) {
      const line = x + row * classes * 4;
      const m = findMaximum(line, 16, vectors, full, tail, true);
      const s = sumExponentials(line, 0, m, 16, vectors, full, tail, true);
      const z = load<f32>(line + label * 4) - f32x4.extract_lane(m, 0);
      let expected = f64(1 - smoothing) * f64(z);
      if (smoothing != 0) {
        const all = f32x4.extract_lane(walk(add, line, 0, 0, m, zero, 16, vectors, full, tail, true), 0);
        expected += f64(smoothing) * f64(all) / f64(classes);
      }
      value = f32(log(f64(f32x4.extract_lane(s, 0))) - expected);
    } else outside++;
    store<f32>(loss + row * 4, value);
  }
  countOutside(counter, outside);
}

/** dx = dLoss (softmax(x) - smoothing / classes - (1 - smoothing) at the label). */
export function crossEntropyGradient(begin: usize, end: usize, _scratch: usize, args: CrossEntropyGradientArguments): void {
  const { x, labels, dLoss, dx, classes, smoothing, ignored } = args;
  const zero = f32x4.splat(0);
  const vectors = (classes + 3) >> 2, full = classes >> 2, tail = classes & 3;
  for (let row = begin; row < end; row++) {
    const label = load<i32>(labels + row * 4);
    const line = x + row * classes * 4;
    const to = dx + row * classes * 4;
    if (label == ignored) {
      memory.fill(to, 0, classes * 4);
      continue;
    }
    const isClass = u32(label) < u32(classes);
    const slope = isClass ? load<f32>(dLoss + row * 4) : NaN;
    const m = findMaximum(line, 16, vectors, full, tail, true);
    const s = f32x4.extract_lane(sumExponentials(line, to, m, 16, vectors, full, tail, true), 0);
    const share = f32x4.splat(slope * smoothing / f32(classes));
    walk(affine, to, 0, to, f32x4.splat(slope / s), share, 16, vectors, full, tail, true);
    if (isClass) store<f32>(to + label * 4, load<f32>(to + label * 4) - slope * (1 - smoothing));
  }
}
