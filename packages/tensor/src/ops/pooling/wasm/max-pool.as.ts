import { clear, countPlaces, endInside, evens, findEnd, findFirstPlace, findStart, firstInside, loadFour, odds, storeInterleaved } from "./window.as";
import { MaxPoolArguments, MaxPoolGradientArguments, MaxPoolSelectArguments } from "./max-pool.kernels.as";

/** Replaces the maximum by v and its place if v is larger or NaN, so that the first of equal values is kept. */
@inline
function wins(v: v128, best: v128): v128 {
  return v128.or(f32x4.gt(v, best), f32x4.ne(v, v));
}

@inline
function storePlaces<T>(at: usize, places: v128): void {
  if (sizeof<T>() == 4) v128.store(at, places);
  else {
    const halves = i16x8.narrow_i32x4_s(places, places);
    v128.store32_lane(at, i8x16.narrow_i16x8_u(halves, halves), 0);
  }
}

@inline
function loadPlaces<T>(at: usize): v128 {
  if (sizeof<T>() == 4) return v128.load(at);
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)));
}

/** Adjacent windows of two by two in two rows: four outputs. */
@inline
function poolPairs<T>(upper: usize, lower: usize, y: usize, places: usize): void {
  const a0 = v128.load(upper), a1 = v128.load(upper, 16);
  const b0 = v128.load(lower), b1 = v128.load(lower, 16);
  let best = evens(a0, a1);
  let v = odds(a0, a1);
  let won = wins(v, best);
  best = v128.bitselect(v, best, won);
  let place = v128.and(won, i32x4.splat(1));
  v = evens(b0, b1);
  won = wins(v, best);
  best = v128.bitselect(v, best, won);
  place = v128.bitselect(i32x4.splat(2), place, won);
  v = odds(b0, b1);
  won = wins(v, best);
  v128.store(y, v128.bitselect(v, best, won));
  storePlaces<T>(places, v128.bitselect(i32x4.splat(3), place, won));
}

/**
 * Four windows whose columns are inside the row. `from` is the first element of their first row, `row` its place in the
 * window. Rows of a window are `rowBytes` apart, its columns `apart` bytes.
 */
@inline
function poolFour<T>(from: usize, rowBytes: usize, row: i32, rowEnd: i32, kernelWidth: i32, apart: usize, stride: i32, y: usize, places: usize): void {
  let best = f32x4.splat(-Infinity);
  let at = i32x4.splat(row * kernelWidth);
  let place = at;
  const one = i32x4.splat(1);
  for (; row < rowEnd; row++) {
    const end = from + <usize>kernelWidth * apart;
    for (let cell = from; cell < end; cell += apart) {
      const v = loadFour(cell, stride);
      const won = wins(v, best);
      best = v128.bitselect(v, best, won);
      place = v128.bitselect(at, place, won);
      at = i32x4.add(at, one);
    }
    from += rowBytes;
  }
  v128.store(y, best);
  storePlaces<T>(places, place);
}

/** One window of any position; `left` is its first column in the row, and it ends before the column `right`. */
@inline
function poolOne<T>(rowStart: usize, rowBytes: usize, row: i32, rowEnd: i32, left: i32, right: i32, kernelWidth: i32, dilation: i32, y: usize, place: usize): void {
  const first = findFirstPlace(left, dilation);
  const end = min(kernelWidth, countPlaces(right - left, dilation));
  let best: f32 = -Infinity;
  let at = row * kernelWidth + first;
  for (; row < rowEnd; row++) {
    for (let c = first; c < end; c++) {
      const v = load<f32>(rowStart + (<usize>(left + c * dilation) << 2));
      if (v > best || v != v) {
        best = v;
        at = row * kernelWidth + c;
      }
    }
    rowStart += rowBytes;
  }
  store<f32>(y, best);
  store<T>(place, <T>at);
}

/** Items are rows of the output. */
@inline
function maxPool<T>(begin: i32, end: i32, args: MaxPoolArguments): void {
  if (args.dilationHeight == 1 && args.dilationWidth == 1 && !args.adaptive) poolRows<T>(begin, end, args, 1, 1, 0);
  else poolRows<T>(begin, end, args, args.dilationHeight, args.dilationWidth, args.adaptive);
}

/** Where the last arguments are constants, the compiler leaves out what other windows need. */
@inline
function poolRows<T>(begin: i32, end: i32, args: MaxPoolArguments, dilationHeight: i32, dilationWidth: i32, adaptive: i32): void {
  const { x, y, places, height, width, outHeight, outWidth, kernelHeight, kernelWidth } = args;
  const { strideHeight, strideWidth, padHeight, padWidth } = args;
  const rowBytes = <usize>width << 2, stepBytes = rowBytes * dilationHeight, apart = <usize>dilationWidth << 2;
  const spanHeight = dilationHeight * (kernelHeight - 1) + 1, spanWidth = dilationWidth * (kernelWidth - 1) + 1;
  const inside = adaptive ? outWidth : firstInside(outWidth, strideWidth, padWidth);
  const insideEnd = endInside(inside, width, outWidth, spanWidth, strideWidth, padWidth);
  const isPairs = kernelHeight == 2 && kernelWidth == 2 && strideWidth == 2 && dilationHeight == 1 && dilationWidth == 1;
  for (let item = begin; item < end; item++) {
    const outRow = item % outHeight;
    const top = findStart(outRow, strideHeight, padHeight, height, outHeight, adaptive);
    const bottom = findEnd(outRow, top, spanHeight, height, outHeight, adaptive);
    const row = findFirstPlace(top, dilationHeight);
    const rowEnd = countPlaces(bottom - top, dilationHeight);
    const rowStart = x + <usize>((item / outHeight) * height + top + row * dilationHeight) * rowBytes;
    const to = <usize>item * outWidth;
    let column = 0;
    for (; column < inside; column++) {
      const left = findStart(column, strideWidth, padWidth, width, outWidth, adaptive);
      const right = findEnd(column, left, spanWidth, width, outWidth, adaptive);
      poolOne<T>(rowStart, stepBytes, row, rowEnd, left, right, kernelWidth, dilationWidth, y + ((to + column) << 2), places + (to + column) * sizeof<T>());
    }
    if (isPairs && rowEnd - row == 2) {
      for (; column + 4 <= insideEnd; column += 4) {
        const from = rowStart + (<usize>(column * 2 - padWidth) << 2);
        poolPairs<T>(from, from + rowBytes, y + ((to + column) << 2), places + (to + column) * sizeof<T>());
      }
    } else if (strideWidth <= 2) {
      for (; column + 4 <= insideEnd; column += 4) {
        const from = rowStart + (<usize>(column * strideWidth - padWidth) << 2);
        poolFour<T>(from, stepBytes, row, rowEnd, kernelWidth, apart, strideWidth, y + ((to + column) << 2), places + (to + column) * sizeof<T>());
      }
    }
    for (; column < outWidth; column++) {
      const left = column * strideWidth - padWidth;
      poolOne<T>(rowStart, stepBytes, row, rowEnd, left, min(left + spanWidth, width), kernelWidth, dilationWidth, y + ((to + column) << 2), places + (to + column) * sizeof<T>());
    }
  }
}

export function maxPoolBytes(begin: i32, end: i32, _scratch: usize, args: MaxPoolArguments): void {
  maxPool<u8>(begin, end, args);
}

export function maxPoolWords(begin: i32, end: i32, _scratch: usize, args: MaxPoolArguments): void {
  maxPool<i32>(begin, end, args);
}

/** Computes two rows of dx from one row of dy for adjacent windows of two by two; dx is not read. */
@inline
function spreadPairs<T>(dy: usize, places: usize, upper: usize, lower: usize, outWidth: i32, width: i32): void {
  let column = 0;
  for (; column + 4 <= outWidth; column += 4) {
    const gradient = v128.load(dy + (<usize>column << 2));
    const place = loadPlaces<T>(places + <usize>column * sizeof<T>());
    const at = <usize>column << 3;
    storeInterleaved(upper + at, v128.and(gradient, i32x4.eq(place, i32x4.splat(0))), v128.and(gradient, i32x4.eq(place, i32x4.splat(1))));
    storeInterleaved(lower + at, v128.and(gradient, i32x4.eq(place, i32x4.splat(2))), v128.and(gradient, i32x4.eq(place, i32x4.splat(3))));
  }
  clear(upper + (<usize>column << 3), width - 2 * column);
  clear(lower + (<usize>column << 3), width - 2 * column);
  for (; column < outWidth; column++) {
    const place = <i32>load<T>(places + <usize>column * sizeof<T>());
    store<f32>((place < 2 ? upper : lower) + (<usize>(2 * column + (place & 1)) << 2), load<f32>(dy + (<usize>column << 2)));
  }
}

/** Items are planes. */
@inline
function maxPoolGradient<T>(begin: i32, end: i32, args: MaxPoolGradientArguments): void {
  const { dy, places, dx, height, width, outHeight, outWidth, kernelHeight, kernelWidth } = args;
  const { strideHeight, strideWidth, padHeight, padWidth, dilationHeight, dilationWidth, adaptive } = args;
  const rowBytes = <usize>width << 2;
  const isDense = dilationHeight == 1 && dilationWidth == 1 && !adaptive;
  const isPairs = isDense && kernelHeight == 2 && kernelWidth == 2 && strideHeight == 2 && strideWidth == 2 && padHeight == 0 && padWidth == 0 && 2 * outHeight <= height && 2 * outWidth <= width;
  for (let item = begin; item < end; item++) {
    const plane = dx + <usize>(item * height) * rowBytes;
    if (!isPairs) clear(plane, height * width);
    for (let row = 0; row < outHeight; row++) {
      const at = <usize>((item * outHeight + row) * outWidth);
      if (isPairs) {
        const upper = plane + <usize>(2 * row) * rowBytes;
        spreadPairs<T>(dy + (at << 2), places + at * sizeof<T>(), upper, upper + rowBytes, outWidth, width);
        continue;
      }
      for (let column = 0; column < outWidth; column++) {
        const place = <i32>load<T>(places + (at + column) * sizeof<T>());
        const r = place / kernelWidth;
        const inRow = findStart(row, strideHeight, padHeight, height, outHeight, adaptive) + r * dilationHeight;
        const inColumn = findStart(column, strideWidth, padWidth, width, outWidth, adaptive) + (place - r * kernelWidth) * dilationWidth;
        const to = plane + <usize>inRow * rowBytes + (<usize>inColumn << 2);
        store<f32>(to, load<f32>(to) + load<f32>(dy + ((at + column) << 2)));
      }
    }
    if (isPairs) clear(plane + <usize>(2 * outHeight) * rowBytes, (height - 2 * outHeight) * width);
  }
}

export function maxPoolGradientBytes(begin: i32, end: i32, _scratch: usize, args: MaxPoolGradientArguments): void {
  maxPoolGradient<u8>(begin, end, args);
}

export function maxPoolGradientWords(begin: i32, end: i32, _scratch: usize, args: MaxPoolGradientArguments): void {
  maxPoolGradient<i32>(begin, end, args);
}

/** Items are rows of the output. */
@inline
function maxPoolSelect<T>(begin: i32, end: i32, args: MaxPoolSelectArguments): void {
  const { x, places, y, height, width, outHeight, outWidth, kernelWidth, strideHeight, strideWidth } = args;
  const { padHeight, padWidth, dilationHeight, dilationWidth, adaptive } = args;
  for (let item = begin; item < end; item++) {
    const plane = (item / outHeight) * height;
    const top = findStart(item % outHeight, strideHeight, padHeight, height, outHeight, adaptive);
    for (let column = 0; column < outWidth; column++) {
      const at = <usize>(item * outWidth + column);
      const place = <i32>load<T>(places + at * sizeof<T>());
      const r = place / kernelWidth;
      const left = findStart(column, strideWidth, padWidth, width, outWidth, adaptive);
      const from = (plane + top + r * dilationHeight) * width + left + (place - r * kernelWidth) * dilationWidth;
      store<f32>(y + (at << 2), load<f32>(x + (<usize>from << 2)));
    }
  }
}

export function maxPoolSelectBytes(begin: i32, end: i32, _scratch: usize, args: MaxPoolSelectArguments): void {
  maxPoolSelect<u8>(begin, end, args);
}

export function maxPoolSelectWords(begin: i32, end: i32, _scratch: usize, args: MaxPoolSelectArguments): void {
  maxPoolSelect<i32>(begin, end, args);
}
