// Running sums along lines of x [outer, length, inner]; one item is a line. Floats are added up in f64.

@inline
function scan<T, Total>(begin: usize, end: usize, x: usize, y: usize, length: usize, inner: usize, reverse: i32, exclusive: i32): void {
  const step: i32 = reverse ? -i32(inner) * 4 : i32(inner) * 4;
  for (let item = begin; item < end; item++) {
    const first = reverse ? length - 1 : 0;
    let at = ((item / inner) * length * inner + first * inner + (item % inner)) * 4;
    let total: Total = 0;
    for (let i: usize = 0; i < length; i++, at += step) {
      const before = total;
      total += <Total>load<T>(x + at);
      store<T>(y + at, <T>(exclusive ? before : total));
    }
  }
}

export function cumulativeSumFloats(begin: usize, end: usize, _scratch: usize, x: usize, y: usize, length: usize, inner: usize, reverse: i32, exclusive: i32): void {
  scan<f32, f64>(begin, end, x, y, length, inner, reverse, exclusive);
}

export function cumulativeSumIntegers(begin: usize, end: usize, _scratch: usize, x: usize, y: usize, length: usize, inner: usize, reverse: i32, exclusive: i32): void {
  scan<i32, i32>(begin, end, x, y, length, inner, reverse, exclusive);
}
