import { copyRun } from "../../movement/wasm/run.as";
import { countOutside } from "./count-outside.as";
import { position } from "./position.as";
import { AddArguments, TakeArguments } from "./indexing.kernels.as";

// Selects elements of x [outer, length, inner] by indices along the length, and computes the sums that are the transpose. An
// index selects a row of `inner` elements or, elementwise, one element. Indices out of range access no memory; each is counted
// once, if there is a counter.

/** y[o, k, j] = x[o, indices[k], j], or x[o, indices[o, k, j], j]; `rest` if the index is out of range. */
@inline
function take<T>(begin: usize, end: usize, args: TakeArguments, counter: usize): void {
  const { x, indices, y, length, count, inner, elementwise, fromEnd, rest } = args;
  const bytes = inner * sizeof<T>();
  let outside: u32 = 0;
  let k = begin % count;
  let line = x + (begin / count) * length * bytes;
  for (let item = begin; item < end; item++) {
    const to = y + item * bytes;
    const steps: usize = elementwise ? inner : 1;
    for (let j: usize = 0; j < steps; j++) {
      const index = position(indices + (elementwise ? item * inner + j : k) * 4, length, fromEnd);
      const from = line + (<usize>index * inner + j) * sizeof<T>();
      if (index < length) {
        if (elementwise) store<T>(to + j * sizeof<T>(), load<T>(from));
        else copyRun<T>(from, to, bytes);
        continue;
      }
      const missing: usize = elementwise ? sizeof<T>() : bytes;
      for (let i: usize = 0; i < missing; i += sizeof<T>()) store<T>(to + j * sizeof<T>() + i, <T>rest);
      outside += u32(elementwise || item < count);
    }
    if (++k == count) {
      k = 0;
      line += length * bytes;
    }
  }
  countOutside(counter, outside);
}

export function takeWords(begin: usize, end: usize, _scratch: usize, args: TakeArguments, counter: usize): void {
  take<u32>(begin, end, args, counter);
}

export function takeBytes(begin: usize, end: usize, _scratch: usize, args: TakeArguments, counter: usize): void {
  take<u8>(begin, end, args, counter);
}

/** y = 0, then y[o, index of k, j] += x[o, k, j] for k = 0, 1, ... An item processes a tile of columns, so the order is fixed. */
@inline
function add<T>(begin: usize, end: usize, args: AddArguments, counter: usize): void {
  const { x, indices, y, length, count, inner, tile, elementwise, fromEnd } = args;
  let outside: u32 = 0;
  const tiles = (inner + tile - 1) / tile;
  for (let item = begin; item < end; item++) {
    const o = item / tiles;
    const column = (item % tiles) * tile;
    const width = min(tile, inner - column);
    const line = y + (o * length * inner + column) * 4;
    if (width == inner) memory.fill(line, 0, length * inner * 4);
    else for (let row: usize = 0; row < length; row++) memory.fill(line + row * inner * 4, 0, width * 4);
    for (let k = o * count; k < (o + 1) * count; k++) {
      const from = x + (k * inner + column) * 4;
      if (elementwise) {
        for (let j: usize = 0; j < width; j++) {
          const index = position(indices + (k * inner + column + j) * 4, length, fromEnd);
          const to = line + (<usize>index * inner + j) * 4;
          if (index < length) store<T>(to, load<T>(to) + load<T>(from + j * 4));
          else outside++;
        }
        continue;
      }
      const index = position(indices + (k - o * count) * 4, length, fromEnd);
      if (index >= length) {
        outside += u32(item == 0);
        continue;
      }
      const to = line + <usize>index * inner * 4;
      let j: usize = 0;
      for (; j + 4 <= width; j += 4) {
        v128.store(to + j * 4, v128.add<T>(v128.load(to + j * 4), v128.load(from + j * 4)));
      }
      for (; j < width; j++) store<T>(to + j * 4, load<T>(to + j * 4) + load<T>(from + j * 4));
    }
  }
  countOutside(counter, outside);
}

export function addFloats(begin: usize, end: usize, _scratch: usize, args: AddArguments, counter: usize): void {
  add<f32>(begin, end, args, counter);
}

export function addIntegers(begin: usize, end: usize, _scratch: usize, args: AddArguments, counter: usize): void {
  add<i32>(begin, end, args, counter);
}
