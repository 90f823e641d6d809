import { clear, endInside, evens, findEnd, findStart, firstInside, loadFour, odds, storeInterleaved } from "./window.as";
import { AvgPoolArguments, AvgPoolGradientArguments } from "./avg-pool.kernels.as";

/**
 * The number of positions of a window along one axis: all up to the end of the padding, which has `pad` positions, or those inside
 * the input, where it ends at `end`.
 */
@inline
function countInWindow(start: i32, end: i32, kernel: i32, length: i32, pad: i32, countPad: i32): i32 {
  return countPad ? min(kernel, length + pad - start) : end - max(0, start);
}

/** What the sum of a window of so many positions is divided by. */
@inline
function findDivisor(count: i32, divisor: f32): f32 {
  return divisor != 0 ? divisor : <f32>count;
}

@inline
function sumPairs(at: usize): v128 {
  const low = v128.load(at), high = v128.load(at, 16);
  return f32x4.add(evens(low, high), odds(low, high));
}

/** Items are rows of the output. */
export function avgPool(begin: i32, end: i32, _scratch: usize, args: AvgPoolArguments): void {
  if (args.adaptive) averageRows(begin, end, args, 1);
  else averageRows(begin, end, args, 0);
}

/** `adaptive` is a constant: the compiler leaves out what the other windows need. */
@inline
function averageRows(begin: i32, end: i32, args: AvgPoolArguments, adaptive: i32): void {
  const { x, y, height, width, outHeight, outWidth, kernelHeight, kernelWidth, strideHeight } = args;
  const { strideWidth, padHeight, padWidth, padBottom, padRight, divisor } = args;
  // Windows of different sizes count what is inside of the input.
  const countPad = adaptive ? 0 : args.countPad;
  const rowBytes = <usize>width << 2;
  const inside = adaptive ? outWidth : firstInside(outWidth, strideWidth, padWidth);
  const insideEnd = strideWidth <= 2 ? endInside(inside, width, outWidth, kernelWidth, strideWidth, padWidth) : inside;
  const isPairs = kernelWidth == 2 && strideWidth == 2;
  for (let item = begin; item < end; item++) {
    const outRow = item % outHeight;
    const top = findStart(outRow, strideHeight, padHeight, height, outHeight, adaptive);
    const bottom = findEnd(outRow, top, kernelHeight, height, outHeight, adaptive);
    const row = max(0, -top);
    const rows = bottom - top - row;
    const rowCount = countInWindow(top, bottom, kernelHeight, height, padBottom, countPad);
    const rowStart = x + <usize>((item / outHeight) * height + top + row) * rowBytes;
    const to = y + (<usize>(item * outWidth) << 2);
    const divisors = f32x4.splat(findDivisor(rowCount * kernelWidth, divisor));
    let column = 0;
    while (column < outWidth) {
      const left = findStart(column, strideWidth, padWidth, width, outWidth, adaptive);
      if (column >= inside && column + 4 <= insideEnd) {
        let from = rowStart + (<usize>left << 2);
        if (isPairs && rows == 2) {
          v128.store(to + (<usize>column << 2), f32x4.div(f32x4.add(sumPairs(from), sumPairs(from + rowBytes)), divisors));
          column += 4;
          continue;
        }
        let sum = f32x4.splat(0);
        for (let r = 0; r < rows; r++) {
          for (let c = 0; c < kernelWidth; c++) sum = f32x4.add(sum, loadFour(from + (<usize>c << 2), strideWidth));
          from += rowBytes;
        }
        v128.store(to + (<usize>column << 2), f32x4.div(sum, divisors));
        column += 4;
      } else {
        const first = max(0, left);
        const last = findEnd(column, left, kernelWidth, width, outWidth, adaptive);
        let from = rowStart;
        let sum: f32 = 0;
        for (let r = 0; r < rows; r++) {
          for (let c = first; c < last; c++) sum += load<f32>(from + (<usize>c << 2));
          from += rowBytes;
        }
        store<f32>(to + (<usize>column << 2), sum / findDivisor(rowCount * countInWindow(left, last, kernelWidth, width, padRight, countPad), divisor));
        column++;
      }
    }
  }
}

/** Computes a row of dx from a row of dy, for adjacent windows of width two. */
@inline
function spreadPairs(dy: usize, to: usize, outWidth: i32, width: i32): void {
  let column = 0;
  for (; column + 4 <= outWidth; column += 4) {
    const share = f32x4.mul(v128.load(dy + (<usize>column << 2)), f32x4.splat(0.25));
    storeInterleaved(to + (<usize>column << 3), share, share);
  }
  for (; column < outWidth; column++) {
    const share = load<f32>(dy + (<usize>column << 2)) * 0.25;
    store<f32>(to + (<usize>column << 3), share);
    store<f32>(to + (<usize>column << 3), share, 4);
  }
  clear(to + (<usize>outWidth << 3), width - 2 * outWidth);
}

/** Items are planes. */
export function avgPoolGradient(begin: i32, end: i32, _scratch: usize, args: AvgPoolGradientArguments): void {
  const { dy, dx, height, width, outHeight, outWidth, kernelHeight, kernelWidth, strideHeight } = args;
  const { strideWidth, padHeight, padWidth, adaptive, padBottom, padRight, divisor } = args;
  const countPad = adaptive ? 0 : args.countPad;
  const rowBytes = <usize>width << 2;
  const isPairs = !adaptive && divisor == 0 && kernelHeight == 2 && kernelWidth == 2 && strideHeight == 2 && strideWidth == 2 && padHeight == 0 && padWidth == 0 && 2 * outHeight <= height && 2 * outWidth <= width;
  for (let item = begin; item < end; item++) {
    const plane = dx + <usize>(item * height) * rowBytes;
    if (!isPairs) clear(plane, height * width);
    for (let row = 0; row < outHeight; row++) {
      const from = dy + (<usize>((item * outHeight + row) * outWidth) << 2);
      if (isPairs) {
        const upper = plane + <usize>(2 * row) * rowBytes;
        spreadPairs(from, upper, outWidth, width);
        spreadPairs(from, upper + rowBytes, outWidth, width);
        continue;
      }
      const top = findStart(row, strideHeight, padHeight, height, outHeight, adaptive);
      const rowEnd = findEnd(row, top, kernelHeight, height, outHeight, adaptive);
      const rowCount = countInWindow(top, rowEnd, kernelHeight, height, padBottom, countPad);
      for (let column = 0; column < outWidth; column++) {
        const left = findStart(column, strideWidth, padWidth, width, outWidth, adaptive);
        const columnEnd = findEnd(column, left, kernelWidth, width, outWidth, adaptive);
        const count = rowCount * countInWindow(left, columnEnd, kernelWidth, width, padRight, countPad);
        const share = load<f32>(from + (<usize>column << 2)) / findDivisor(count, divisor);
        for (let r = max(0, top); r < rowEnd; r++) {
          for (let c = max(0, left); c < columnEnd; c++) {
            const to = plane + <usize>r * rowBytes + (<usize>c << 2);
            store<f32>(to, load<f32>(to) + share);
          }
        }
      }
    }
    if (isPairs) clear(plane + <usize>(2 * outHeight) * rowBytes, (height - 2 * outHeight) * width);
  }
}
