import { countOutside } from "../../indexing/wasm/count-outside.as";
import { position } from "../../indexing/wasm/position.as";
import { ScatterArguments } from "./scatter.kernels.as";

// Combines rows or elements of updates [outer, count, inner] with those of x [outer, length, inner] that indices select. An item
// processes a tile of columns of one outer index, and the updates in their order, so results do not depend on the threads.

/** The reductions, by the codes in reduction-codes.ts; any other one replaces. */
@inline
function combine<T>(reduction: i32, a: T, b: T): T {
  if (reduction == 1) return <T>(a + b);
  if (reduction == 2) return <T>(a * b);
  if (reduction == 3) return max<T>(a, b);
  if (reduction == 4) return min<T>(a, b);
  return b;
}

@inline
function combineFour<T>(reduction: i32, a: v128, b: v128): v128 {
  if (reduction == 1) return v128.add<T>(a, b);
  if (reduction == 2) return v128.mul<T>(a, b);
  if (reduction == 3) return v128.max<T>(a, b);
  if (reduction == 4) return v128.min<T>(a, b);
  return b;
}

/** Combines the updates of a tile of columns, or sets the elements that have updates to the identity; returns the number out of range. */
@inline
function visit<T>(item: usize, args: ScatterArguments, resets: bool, reduction: i32): u32 {
  const { indices, updates, y, length, count, inner, tile, elementwise, fromEnd, identity } = args;
  const tiles = (inner + tile - 1) / tile;
  const o = item / tiles;
  const column = (item % tiles) * tile;
  const width = min(tile, inner - column);
  const line = y + (o * length * inner + column) * 4;
  let outside: u32 = 0;
  for (let k = o * count; k < (o + 1) * count; k++) {
    const from = updates + (k * inner + column) * 4;
    if (elementwise) {
      for (let j: usize = 0; j < width; j++) {
        const index = position(indices + (k * inner + column + j) * 4, length, fromEnd);
        const to = line + (<usize>index * inner + j) * 4;
        if (index >= <u32>length) outside++;
        else if (resets) store<i32>(to, identity);
        else store<T>(to, combine<T>(reduction, load<T>(to), load<T>(from + j * 4)));
      }
      continue;
    }
    const index = position(indices + (k - o * count) * 4, length, fromEnd);
    if (index >= <u32>length) {
      outside += u32(item == 0);
      continue;
    }
    const to = line + <usize>index * inner * 4;
    let j: usize = 0;
    for (; j + 4 <= width; j += 4) {
      const value = v128.load(from + j * 4);
      v128.store(to + j * 4, resets ? i32x4.splat(identity) : combineFour<T>(reduction, v128.load(to + j * 4), value));
    }
    for (; j < width; j++) {
      if (resets) store<i32>(to + j * 4, identity);
      else store<T>(to + j * 4, combine<T>(reduction, load<T>(to + j * 4), load<T>(from + j * 4)));
    }
  }
  return outside;
}

@inline
function scatter<T>(begin: usize, end: usize, args: ScatterArguments, counter: usize): void {
  const { x, y, length, inner, tile, reduction, startsAnew } = args;
  const tiles = (inner + tile - 1) / tile;
  let outside: u32 = 0;
  for (let item = begin; item < end; item++) {
    const column = (item % tiles) * tile;
    const bytes = min(tile, inner - column) * 4;
    const offset = ((item / tiles) * length * inner + column) * 4;
    if (tiles == 1) memory.copy(y + offset, x + offset, length * bytes);
    else for (let row = offset; row < offset + length * inner * 4; row += inner * 4) memory.copy(y + row, x + row, bytes);
    if (startsAnew) visit<T>(item, args, true, 0);
    if (reduction == 1) outside += visit<T>(item, args, false, 1);
    else outside += visit<T>(item, args, false, reduction);
  }
  countOutside(counter, outside);
}

export function scatterFloats(begin: usize, end: usize, _scratch: usize, args: ScatterArguments, counter: usize): void {
  scatter<f32>(begin, end, args, counter);
}

export function scatterSigned(begin: usize, end: usize, _scratch: usize, args: ScatterArguments, counter: usize): void {
  scatter<i32>(begin, end, args, counter);
}

export function scatterUnsigned(begin: usize, end: usize, _scratch: usize, args: ScatterArguments, counter: usize): void {
  scatter<u32>(begin, end, args, counter);
}
