import { copyRun } from "./run.as";
import { CopyArguments } from "./copy.kernels.as";
import { transposeFour } from "./transpose-four.as";

// Copies between two strided layouts. Offsets and strides are in elements; there are up to four dimensions outside those that an
// item copies.

/** Copies the elements of a line, which are `fromStep` and `toStep` apart. */
@inline
function copyLine<T>(from: usize, to: usize, n: usize, fromStep: i32, toStep: i32): void {
  if (fromStep == 1 && toStep == 1) {
    copyRun<T>(from, to, n * sizeof<T>());
    return;
  }
  const fromBytes = fromStep * sizeof<T>();
  const toBytes = toStep * sizeof<T>();
  for (; n > 0; n--) {
    store<T>(to, load<T>(from));
    from += fromBytes;
    to += toBytes;
  }
}

/** Pieces and tiles with this side access few pages and use the cache lines that they load completely. */
const tileSide: usize = 128;

/** to[j, i] = from[i, j] for i < n and j < across: contiguous along j in `from` and along i in `to`. */
@inline
function transposeBlock<T>(
  from: usize, to: usize, n: usize, fromStep: i32, across: usize, acrossTo: i32
): void {
  const fromBytes = fromStep * sizeof<T>();
  const toBytes = acrossTo * sizeof<T>();
  const wide: usize = sizeof<T>() == 4 ? across & ~3 : 0;
  const tall: usize = sizeof<T>() == 4 ? n & ~3 : 0;
  for (let tile: usize = 0; tile < wide; tile += tileSide) {
    const end = min(tile + tileSide, wide);
    for (let i: usize = 0; i < tall; i += 4) {
      for (let j = tile; j < end; j += 4) {
        transposeFour(from + j * 4 + i * fromBytes, fromBytes, to + j * toBytes + i * 4, toBytes);
      }
    }
  }
  for (let j: usize = 0; j < across; j++) {
    for (let i: usize = j < wide ? tall : 0; i < n; i++) {
      store<T>(to + j * toBytes + i * sizeof<T>(), load<T>(from + j * sizeof<T>() + i * fromBytes));
    }
  }
}

/** Items are pieces of `piece` elements of a line of n, innermost, in outer dimensions d0 (as many as there are) to d3. */
@inline
function copy<T>(begin: usize, end: usize, args: CopyArguments): void {
  const { x, y, n, piece, fromStep, toStep, across, acrossTo, d1, d2, d3, f0, f1, f2, f3, t0, t1 } = args;
  const { t2, t3, fromOffset, toOffset } = args;
  const pieces = (n + piece - 1) / piece;
  let rest = begin / pieces;
  let at = begin % pieces;
  let i3 = rest % d3;
  rest /= d3;
  let i2 = rest % d2;
  rest /= d2;
  let i1 = rest % d1;
  let i0 = rest / d1;
  for (let item = begin; item < end; item++) {
    const first = at * piece;
    const from = x + (fromOffset + i0 * f0 + i1 * f1 + i2 * f2 + i3 * f3 + first * fromStep) * sizeof<T>();
    const to = y + (toOffset + i0 * t0 + i1 * t1 + i2 * t2 + i3 * t3 + first * toStep) * sizeof<T>();
    const length = min(piece, n - first);
    if (across != 0) transposeBlock<T>(from, to, length, fromStep, across, acrossTo);
    else copyLine<T>(from, to, length, fromStep, toStep);
    if (++at < pieces) continue;
    at = 0;
    if (++i3 < d3) continue;
    i3 = 0;
    if (++i2 < d2) continue;
    i2 = 0;
    if (++i1 < d1) continue;
    i1 = 0;
    i0++;
  }
}

export function copyWords(begin: usize, end: usize, _scratch: usize, args: CopyArguments): void {
  copy<u32>(begin, end, args);
}

export function copyBytes(begin: usize, end: usize, _scratch: usize, args: CopyArguments): void {
  copy<u8>(begin, end, args);
}
