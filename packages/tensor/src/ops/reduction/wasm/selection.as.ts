import { loadLanes, storeLanes } from "./lanes.as";
import { ArgExtremeArguments, TopKArguments } from "./selection.kernels.as";

// Positions of the largest elements along lines of x [outer, length, inner]. Elements are compared by integer keys: floats
// by their bits in the order of values, with -0 as 0 and NaN above everything; `flip` inverts the order of the keys, or
// makes them unsigned.

/**
 * A key and a position in one number, which is greater for a better entry; of equal keys, the one at the lower position
 * is better.
 */
@inline
function entry(key: i32, position: usize): i64 {
  return (i64(key) << 32) | i64(~u32(position));
}

/** The keys of four elements. NaN is never inverted, so that it wins in both orders. */
@inline
function computeKeys(x: v128, isFloat: i32, flip: v128): v128 {
  if (!isFloat) return v128.xor(x, flip);
  const isNumber = f32x4.eq(x, x);
  const zeroed = f32x4.add(x, f32x4.splat(0));
  const key = v128.xor(zeroed, v128.and(i32x4.shr_s(zeroed, 31), i32x4.splat(i32.MAX_VALUE)));
  return v128.bitselect(v128.xor(key, flip), i32x4.splat(i32.MAX_VALUE), isNumber);
}

/** Examines `n` vectors from position `at` on, and updates the best key of each lane and its position in `state`. */
function advance(
  state: usize, from: usize, step: usize, n: usize, lanes: usize, rest: v128, at: v128, next: v128,
  isFloat: i32, flip: v128
): v128 {
  let best = v128.load(state), position = v128.load(state, 16);
  for (; n > 0; n--, from += step) {
    const key = computeKeys(lanes == 4 ? v128.load(from) : loadLanes(from, lanes, rest), isFloat, flip);
    position = v128.bitselect(at, position, i32x4.gt_s(key, best));
    best = i32x4.max_s(best, key);
    at = i32x4.add(at, next);
  }
  v128.store(state, best);
  v128.store(state, position, 16);
  return at;
}

/** The number of rows that are examined before the next four columns. */
const rowsPerBlock: usize = 32;

/** The first position of the largest key. One item is a row (inner = 1) or a tile of columns. */
export function argExtreme(begin: usize, end: usize, scratch: usize, args: ArgExtremeArguments): void {
  const { x, y, length, inner, tile, isFloat, flip } = args;
  const flips = i32x4.splat(flip);
  // Absent lanes lose every comparison, and lose ties by their position.
  const rest = isFloat ? f32x4.splat(flip ? Infinity : -Infinity) : i32x4.splat(i32.MIN_VALUE ^ flip);
  const tiles = (inner + tile - 1) / tile;
  for (let item = begin; item < end; item++) {
    if (inner == 1) {
      const from = x + item * length * 4;
      v128.store(scratch, i32x4.splat(i32.MIN_VALUE));
      v128.store(scratch, i32x4(0, 1, 2, 3), 16);
      const at = advance(
        scratch, from, 16, length >> 2, 4, rest, i32x4(0, 1, 2, 3), i32x4.splat(4), isFloat, flips
      );
      const tail = from + (length & ~3) * 4;
      if (length & 3) advance(scratch, tail, 16, 1, length & 3, rest, at, at, isFloat, flips);
      let largest = entry(load<i32>(scratch), load<usize>(scratch, 16));
      for (let lane: usize = 4; lane < 16; lane += 4) {
        largest = max(largest, entry(load<i32>(scratch + lane), load<usize>(scratch + lane, 16)));
      }
      store<i32>(y + item * 4, ~i32(largest));
      continue;
    }
    const column = (item % tiles) * tile;
    const width = min(tile, inner - column);
    const from = x + ((item / tiles) * length * inner + column) * 4;
    for (let j: usize = 0; j < width; j += 4) {
      v128.store(scratch + j * 8, i32x4.splat(i32.MIN_VALUE));
      v128.store(scratch + j * 8, i32x4.splat(0), 16);
    }
    for (let row: usize = 0; row < length; row += rowsPerBlock) {
      for (let j: usize = 0; j < width; j += 4) {
        advance(
          scratch + j * 8, from + (row * inner + j) * 4, inner * 4, min(rowsPerBlock, length - row),
          min(4, width - j), rest, i32x4.splat(row), i32x4.splat(1), isFloat, flips
        );
      }
    }
    const to = y + ((item / tiles) * inner + column) * 4;
    for (let j: usize = 0; j < width; j += 4) {
      storeLanes(to + j * 4, v128.load(scratch + j * 8, 16), min(4, width - j));
    }
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

/** Moves an entry down in a heap of n entries whose root is the worst one. */
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

/** The k largest keys of a line in order, with ties ordered by position. One item is a line. */
export function topK(begin: usize, end: usize, scratch: usize, args: TopKArguments): void {
  const { x, values, positions, length, inner, k, isFloat, flip } = args;
  const step = inner * 4;
  for (let item = begin; item < end; item++) {
    const outer = item / inner;
    const column = item % inner;
    const line = x + (outer * length * inner + column) * 4;
    for (let i: usize = 0; i < k; i++) {
      store<i64>(scratch + i * 8, entryAt(line + i * step, i, isFloat, flip));
    }
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
