import { highToF64, lowToF64, maximum, swapHalves, swapPairs } from "./lanes.as";
import {
  ExtremeFloatsArguments,
  ExtremeIntegersArguments,
  MultiplyFloatsArguments,
  SumFloatsArguments,
  SumIntegersArguments,
} from "./reduction.kernels.as";

// Reductions of (outer, length, inner) to (outer, splits, inner): each split takes `splitLength` of the length. One item
// is a row (inner = 1), or a tile of columns.

/** Every entry is a copy of the same loops, specialized at compile time for one of these. */
const sumOfFloats: i32 = 0;
const sumOfIntegers: i32 = 1;
const product: i32 = 2;
const maximumOfFloats: i32 = 3;
const maximumOfIntegers: i32 = 4;

/** f32 sums first add blocks of this size, or rows of a column, so that the error grows with the number of blocks. */
const rowBlockBytes: usize = 2048;
const columnBlock: usize = 256;

@inline
function identity(kind: i32): v128 {
  if (kind == product) return f32x4.splat(1);
  if (kind == maximumOfFloats) return f32x4.splat(-Infinity);
  if (kind == maximumOfIntegers) return i32x4.splat(i32.MIN_VALUE);
  return i32x4.splat(0);
}

@inline
function combine(kind: i32, a: v128, b: v128): v128 {
  if (kind == sumOfFloats) return f32x4.add(a, b);
  if (kind == sumOfIntegers) return i32x4.add(a, b);
  if (kind == product) return f32x4.mul(a, b);
  if (kind == maximumOfIntegers) return i32x4.max_s(a, b);
  return maximum(a, b);
}

/** A minimum is computed as a maximum with flipped bits: the sign of floats, all bits of integers. */
@inline
function flipped(kind: i32, value: v128, flip: v128): v128 {
  return kind == maximumOfFloats || kind == maximumOfIntegers ? v128.xor(value, flip) : value;
}

@inline
function fetch(kind: i32, from: usize, flip: v128): v128 {
  return flipped(kind, v128.load(from), flip);
}

@inline
function fetchOne(kind: i32, from: usize, flip: v128): v128 {
  return flipped(kind, v128.load32_splat(from), flip);
}

@inline
function sumLanes(v: v128): f64 {
  const pairs = f64x2.add(lowToF64(v), highToF64(v));
  return f64x2.extract_lane(pairs, 0) + f64x2.extract_lane(pairs, 1);
}

/** The sum of a contiguous row: blocks in f32 lanes, their sums in f64. */
function sumRow(from: usize, end: usize): f64 {
  let total: f64 = 0;
  while (end - from >= 64) {
    const stop = from + min((end - from) & ~63, rowBlockBytes);
    let a = f32x4.splat(0), b = a, c = a, d = a;
    for (; from < stop; from += 64) {
      a = f32x4.add(a, v128.load(from));
      b = f32x4.add(b, v128.load(from, 16));
      c = f32x4.add(c, v128.load(from, 32));
      d = f32x4.add(d, v128.load(from, 48));
    }
    total += sumLanes(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
  }
  for (; from < end; from += 4) total += f64(load<f32>(from));
  return total;
}

@inline
function reduceRow(kind: i32, from: usize, end: usize, flip: v128): v128 {
  let a = identity(kind), b = a, c = a, d = a;
  for (; from + 64 <= end; from += 64) {
    a = combine(kind, a, fetch(kind, from, flip));
    b = combine(kind, b, fetch(kind, from + 16, flip));
    c = combine(kind, c, fetch(kind, from + 32, flip));
    d = combine(kind, d, fetch(kind, from + 48, flip));
  }
  a = combine(kind, combine(kind, a, b), combine(kind, c, d));
  // From here on, lanes 1 to 3 are combined with the identity, and lane 0 with the rest of the row.
  a = combine(kind, a, swapHalves(a));
  a = combine(kind, a, swapPairs(a));
  for (; from < end; from += 4) a = combine(kind, a, fetchOne(kind, from, flip));
  return flipped(kind, a, flip);
}

/** Combines rows of `bytes` bytes, `stride` bytes apart, into `target`, eight at a time as a tree. */
@inline
function foldColumns(
  kind: i32, target: usize, from: usize, stride: usize, rows: usize, bytes: usize, flip: v128
): void {
  const wide = bytes & ~15;
  const end = from + rows * stride;
  let row = from;
  for (const stop = from + (rows & ~7) * stride; row < stop; row += 8 * stride) {
    for (let j: usize = 0; j < wide; j += 16) {
      const p = row + j;
      const low = combine(
        kind, combine(kind, fetch(kind, p, flip), fetch(kind, p + stride, flip)),
        combine(kind, fetch(kind, p + 2 * stride, flip), fetch(kind, p + 3 * stride, flip))
      );
      const q = p + 4 * stride;
      const high = combine(
        kind, combine(kind, fetch(kind, q, flip), fetch(kind, q + stride, flip)),
        combine(kind, fetch(kind, q + 2 * stride, flip), fetch(kind, q + 3 * stride, flip))
      );
      v128.store(target + j, combine(kind, v128.load(target + j), combine(kind, low, high)));
    }
  }
  for (; row < end; row += stride) {
    for (let j: usize = 0; j < wide; j += 16) {
      v128.store(target + j, combine(kind, v128.load(target + j), fetch(kind, row + j, flip)));
    }
  }
  for (let j = wide; j < bytes; j += 4) {
    let a = v128.load32_splat(target + j);
    for (row = from; row < end; row += stride) a = combine(kind, a, fetchOne(kind, row + j, flip));
    v128.store_lane<u32>(target + j, a, 0);
  }
}

@inline
function fillIdentity(kind: i32, target: usize, bytes: usize): void {
  for (let j: usize = 0; j < bytes; j += 4) v128.store_lane<u32>(target + j, identity(kind), 0);
}

/** Reduces `rows` rows of a tile of columns into `y`; long columns are reduced in blocks, with `scratch` for their results. */
@inline
function reduceColumns(
  kind: i32, scratch: usize, x: usize, y: usize, rows: usize, stride: usize, bytes: usize, flip: v128,
  divisor: f32
): void {
  const isLong = rows > columnBlock;
  const target = isLong ? scratch : y;
  fillIdentity(kind, y, bytes);
  for (let row: usize = 0; row < rows; row += columnBlock) {
    if (isLong) fillIdentity(kind, scratch, bytes);
    foldColumns(kind, target, x + row * stride, stride, min(rows - row, columnBlock), bytes, flip);
    for (let j: usize = isLong ? 0 : bytes; j < bytes; j += 4) {
      v128.store_lane<u32>(y + j, combine(kind, v128.load32_splat(y + j), v128.load32_splat(scratch + j)), 0);
    }
  }
  if (kind == sumOfFloats) {
    if (divisor != 1) for (let j: usize = 0; j < bytes; j += 4) store<f32>(y + j, load<f32>(y + j) / divisor);
  } else if (kind >= maximumOfFloats) {
    for (let j: usize = 0; j < bytes; j += 4) {
      v128.store_lane<u32>(y + j, flipped(kind, v128.load32_splat(y + j), flip), 0);
    }
  }
}

@inline
function reduce(
  kind: i32, begin: usize, end: usize, scratch: usize, x: usize, y: usize, length: usize, inner: usize,
  splits: usize, splitLength: usize, tile: usize, mask: i32, divisor: f32
): void {
  const flip = i32x4.splat(mask);
  const tiles: usize = inner == 1 ? 1 : (inner + tile - 1) / tile;
  for (let item = begin; item < end; item++) {
    let part = item, column: usize = 0;
    if (tiles > 1) {
      part = item / tiles;
      column = (item - part * tiles) * tile;
    }
    let outer = part, first: usize = 0;
    if (splits > 1) {
      outer = part / splits;
      first = (part - outer * splits) * splitLength;
    }
    const rows = min(splitLength, length - first);
    const from = x + ((outer * length + first) * inner + column) * 4;
    const to = y + (part * inner + column) * 4;
    if (inner > 1) {
      const bytes = min(tile, inner - column) * 4;
      reduceColumns(kind, scratch, from, to, rows, inner * 4, bytes, flip, divisor);
    } else if (kind == sumOfFloats) store<f32>(to, f32(sumRow(from, from + rows * 4) / f64(divisor)));
    else v128.store_lane<u32>(to, reduceRow(kind, from, from + rows * 4, flip), 0);
  }
}

export function sumFloats(begin: usize, end: usize, scratch: usize, args: SumFloatsArguments): void {
  const { x, y, length, inner, splits, splitLength, tile, divisor } = args;
  reduce(sumOfFloats, begin, end, scratch, x, y, length, inner, splits, splitLength, tile, 0, divisor);
}

export function sumIntegers(begin: usize, end: usize, scratch: usize, args: SumIntegersArguments): void {
  const { x, y, length, inner, splits, splitLength, tile } = args;
  reduce(sumOfIntegers, begin, end, scratch, x, y, length, inner, splits, splitLength, tile, 0, 1);
}

export function multiplyFloats(begin: usize, end: usize, scratch: usize, args: MultiplyFloatsArguments): void {
  const { x, y, length, inner, splits, splitLength, tile } = args;
  reduce(product, begin, end, scratch, x, y, length, inner, splits, splitLength, tile, 0, 1);
}

export function extremeFloats(begin: usize, end: usize, scratch: usize, args: ExtremeFloatsArguments): void {
  const { x, y, length, inner, splits, splitLength, tile, flip } = args;
  reduce(maximumOfFloats, begin, end, scratch, x, y, length, inner, splits, splitLength, tile, flip, 1);
}

export function extremeIntegers(begin: usize, end: usize, scratch: usize, args: ExtremeIntegersArguments): void {
  const { x, y, length, inner, splits, splitLength, tile, flip } = args;
  reduce(maximumOfIntegers, begin, end, scratch, x, y, length, inner, splits, splitLength, tile, flip, 1);
}
