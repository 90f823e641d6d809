import { CumulativeSumArguments } from "./cumulative-sum.kernels.as";

// Running sums along lines of x [outer, length, inner]; one item is a tile of columns. Floats are summed in f64.

@inline
function scan<T, Total>(begin: usize, end: usize, totals: usize, args: CumulativeSumArguments): void {
  const { x, y, length, inner, tile, reverse, exclusive } = args;
  const step: i32 = reverse ? -i32(inner) * 4 : i32(inner) * 4;
  const tiles = (inner + tile - 1) / tile;
  for (let item = begin; item < end; item++) {
    const column = (item % tiles) * tile;
    const width = min(tile, inner - column);
    let at = ((item / tiles) * length * inner + (reverse ? length - 1 : 0) * inner + column) * 4;
    memory.fill(totals, 0, width * sizeof<Total>());
    for (let i: usize = 0; i < length; i++, at += step) {
      for (let j: usize = 0; j < width; j++) {
        const before = load<Total>(totals + j * sizeof<Total>());
        const total = before + <Total>load<T>(x + at + j * 4);
        store<Total>(totals + j * sizeof<Total>(), total);
        store<T>(y + at + j * 4, <T>(exclusive ? before : total));
      }
    }
  }
}

export function cumulativeSumFloats(begin: usize, end: usize, scratch: usize, args: CumulativeSumArguments): void {
  scan<f32, f64>(begin, end, scratch, args);
}

export function cumulativeSumIntegers(begin: usize, end: usize, scratch: usize, args: CumulativeSumArguments): void {
  scan<i32, i32>(begin, end, scratch, args);
}
