// Positions of the largest elements along lines of x [outer, length, inner]. Elements are compared by integer keys: floats
// by their bits in order, -0 as 0, NaN above everything; `flip` inverts the order of the keys, or makes them unsigned.
import { loadLanes, storeLanes } from "../lines/lanes.as";

/** A key and a position in one number: the greater is the better, and of equal keys the one at the lower position. */
@inline
function entry(key: i32, position: usize): i64 {
  return (i64(key) << 32) | i64(~u32(position));
}

/** The first position of the largest key; NaN is never inverted, so that it wins both ways. Items as for softmax. */
export function argExtreme(begin: usize, end: usize, _scratch: usize, x: usize, y: usize, length: usize, inner: usize, isFloat: i32, flip: i32): void {
  const isRow = inner == 1;
  const groups = (inner + 3) >> 2;
  const step: usize = isRow ? 16 : inner * 4;
  const next = i32x4.splat(isRow ? 4 : 1);
  // Absent lanes lose every comparison, and ties by their position.
  const rest = isFloat ? f32x4.splat(flip ? Infinity : -Infinity) : i32x4.splat(i32.MIN_VALUE ^ flip);
  for (let item = begin; item < end; item++) {
    const column = (item % groups) * 4;
    const lanes = min(inner - column, 4);
    const vectors = isRow ? (length + 3) >> 2 : length;
    const full = isRow ? length >> 2 : lanes == 4 ? length : 0;
    const tail = isRow ? length & 3 : lanes;
    let from = x + ((item / groups) * length * inner + column) * 4;
    let at = isRow ? i32x4(0, 1, 2, 3) : i32x4.splat(0);
    let best = i32x4.splat(i32.MIN_VALUE), position = at;
    for (let i: usize = 0; i < vectors; i++, from += step) {
      let key = i < full ? v128.load(from) : loadLanes(from, tail, rest);
      if (isFloat) {
        const isNumber = f32x4.eq(key, key);
        key = f32x4.add(key, f32x4.splat(0));
        key = v128.xor(key, v128.and(i32x4.shr_s(key, 31), i32x4.splat(i32.MAX_VALUE)));
        key = v128.bitselect(v128.xor(key, i32x4.splat(flip)), i32x4.splat(i32.MAX_VALUE), isNumber);
      } else key = v128.xor(key, i32x4.splat(flip));
      position = v128.bitselect(at, position, i32x4.gt_s(key, best));
      best = i32x4.max_s(best, key);
      at = i32x4.add(at, next);
    }
    const to = y + ((item / groups) * inner + column) * 4;
    if (isRow) {
      let largest = entry(i32x4.extract_lane(best, 0), i32x4.extract_lane(position, 0));
      largest = max(largest, entry(i32x4.extract_lane(best, 1), i32x4.extract_lane(position, 1)));
      largest = max(largest, entry(i32x4.extract_lane(best, 2), i32x4.extract_lane(position, 2)));
      largest = max(largest, entry(i32x4.extract_lane(best, 3), i32x4.extract_lane(position, 3)));
      store<i32>(to, ~i32(largest));
    } else storeLanes(to, position, lanes);
  }
}

/** The entry of the element at `from`: a key and a position. */
@inline
function entryAt(from: usize, position: usize, isFloat: i32, flip: i32): i64 {
  let key = load<i32>(from);
  if (isFloat) {
    const value = load<f32>(from);
    if (value != value) key = i32.MAX_VALUE;
    else if (value == 0) key = 0;
    else key ^= (key >> 31) & i32.MAX_VALUE;
  }
  return entry(key ^ flip, position);
}

/** Lets an entry sink into a heap of n entries whose root is the worst. */
function sink(heap: usize, n: usize, at: usize, sinking: i64): void {
  for (;;) {
    let child: usize = 2 * at + 1;
    if (child >= n) break;
    if (child + 1 < n && load<i64>(heap + (child + 1) * 8) < load<i64>(heap + child * 8)) child++;
    if (sinking <= load<i64>(heap + child * 8)) break;
    store<i64>(heap + at * 8, load<i64>(heap + child * 8));
    at = child;
  }
  store<i64>(heap + at * 8, sinking);
}

/** The k largest keys of a line in order, ties by position. One item is a line. */
export function topK(begin: usize, end: usize, scratch: usize, x: usize, values: usize, positions: usize, length: usize, inner: usize, k: usize, isFloat: i32, flip: i32): void {
  const step = inner * 4;
  for (let item = begin; item < end; item++) {
    const outer = item / inner;
    const column = item % inner;
    const line = x + (outer * length * inner + column) * 4;
    for (let i: usize = 0; i < k; i++) store<i64>(scratch + i * 8, entryAt(line + i * step, i, isFloat, flip));
    for (let i = k >> 1; i > 0; i--) sink(scratch, k, i - 1, load<i64>(scratch + (i - 1) * 8));
    for (let i = k; i < length; i++) {
      const candidate = entryAt(line + i * step, i, isFloat, flip);
      if (candidate > load<i64>(scratch)) sink(scratch, k, 0, candidate);
    }
    for (let i = k; i > 0; i--) {
      const position: usize = ~u32(load<i64>(scratch));
      const to = ((outer * k + i - 1) * inner + column) * 4;
      store<u32>(values + to, load<u32>(line + position * step));
      store<usize>(positions + to, position);
      sink(scratch, i - 1, 0, load<i64>(scratch + (i - 1) * 8));
    }
  }
}
