@inline
function low(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
}

@inline
function high(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
}

/** Stores four vectors transposed: the first lanes of all of them, `toBytes` farther their second lanes, and so on. */
@inline
export function storeTransposed(a: v128, b: v128, c: v128, d: v128, to: usize, toBytes: usize): void {
  const ac = low(a, c), bd = low(b, d), ac2 = high(a, c), bd2 = high(b, d);
  v128.store(to, low(ac, bd));
  v128.store(to + toBytes, high(ac, bd));
  v128.store(to + 2 * toBytes, low(ac2, bd2));
  v128.store(to + 3 * toBytes, high(ac2, bd2));
}

/** Transposes four by four elements of four bytes; each side is contiguous along one of the two directions. */
@inline
export function transposeFour(from: usize, fromBytes: usize, to: usize, toBytes: usize): void {
  const a = v128.load(from), b = v128.load(from + fromBytes);
  from += 2 * fromBytes;
  const c = v128.load(from), d = v128.load(from + fromBytes);
  storeTransposed(a, b, c, d, to, toBytes);
}
