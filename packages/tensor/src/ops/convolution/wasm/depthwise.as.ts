import { madd } from "../../matmul/wasm/simd.as";
import { ConvolveDepthwiseArguments } from "./convolution.kernels.as";
import { finishRows } from "./finish-rows.as";
import { copyPlanes, countPitch, planeBytes, tapBytes, writeTaps } from "./flat-planes.as";
import { Axis, axisAt, axisBytes, enterPhase, enterTile } from "./geometry.as";

// Convolution of each channel with a filter of its own: all targets of a tile in one long row, then rows are copied to where they belong.


/** Targets side by side, as many as make whole blocks of 32: `taps` to `end` are those of their phase. */
function convolveFlat(source: usize, taps: usize, end: usize, filter: usize, bias: usize, target: usize, stop: usize): void {
  for (; target < stop; target += 128, source += 128) {
    const b = v128.load32_splat(bias);
    let c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b;
    for (let tap = taps; tap < end; tap += tapBytes) {
      const at = source + load<usize>(tap), w = v128.load32_splat(filter + load<usize>(tap, 4));
      c0 = madd(c0, w, v128.load(at));
      c1 = madd(c1, w, v128.load(at, 16));
      c2 = madd(c2, w, v128.load(at, 32));
      c3 = madd(c3, w, v128.load(at, 48));
      c4 = madd(c4, w, v128.load(at, 64));
      c5 = madd(c5, w, v128.load(at, 80));
      c6 = madd(c6, w, v128.load(at, 96));
      c7 = madd(c7, w, v128.load(at, 112));
    }
    v128.store(target, c0);
    v128.store(target, c1, 16);
    v128.store(target, c2, 32);
    v128.store(target, c3, 48);
    v128.store(target, c4, 64);
    v128.store(target, c5, 80);
    v128.store(target, c6, 96);
    v128.store(target, c7, 112);
  }
}

/** Applies a slope to a long row, as four of a quarter of its length. */
function activateFlat(target: usize, bytes: usize, slope: f32): void {
  const quarter = (bytes >> 2) + 31 & ~31;
  finishRows(target, quarter, quarter, 0, slope);
}

/** Copies `width` floats: the last vectors overlap those before. */
function copyOut(from: usize, width: i32, to: usize): void {
  if (width >= 8) {
    const last = <usize>(width - 8) << 2;
    for (let at: usize = 0; ; at = min(at + 32, last)) {
      const own = from + at, target = to + at, x = v128.load(own), y = v128.load(own, 16);
      v128.store(target, x);
      v128.store(target, y, 16);
      if (at == last) return;
    }
  }
  scatter(from, width, to, 4);
}

/** Copies `width` floats to places `step` bytes apart. */
function scatter(from: usize, width: i32, to: usize, step: usize): void {
  for (const end = from + (<usize>width << 2); from < end; from += 4, to += step) store<f32>(to, load<f32>(from));
}

/** Copies two rows of targets that alternate; the first has `width` of them, the second as many or one less. */
function interleave(even: usize, odd: usize, width: i32, total: i32, to: usize): void {
  const whole = to + (<usize>(total & ~7) << 2), end = to + (<usize>total << 2);
  for (; to < whole; to += 32, even += 16, odd += 16) {
    const x = v128.load(even), y = v128.load(odd);
    v128.store(to, v128.shuffle<f32>(x, y, 0, 4, 1, 5));
    v128.store(to, v128.shuffle<f32>(x, y, 2, 6, 3, 7), 16);
  }
  for (; to < end; to += 8, even += 4, odd += 4) {
    store<f32>(to, load<f32>(even));
    if (to + 4 < end) store<f32>(to, load<f32>(odd), 4);
  }
}

/** Copies the rows of a tile out: those of each phase of columns, `bytes` apart, belong between one another. */
function writeRows(from: usize, bytes: usize, pitch: usize, rows: i32, x: Axis, to: usize, rowStride: usize): void {
  const step = x.step, total = min(x.extent * step, x.target - x.first * step);
  for (let row = 0; row < rows; row++, from += pitch, to += rowStride) {
    if (step == 1) copyOut(from, total, to);
    else if (VECTOR_BITS == 256 && step == 2) interleave(from, from + bytes, x.extent, total, to);
    else {
      for (let phase = 0; phase < step; phase++) {
        scatter(from + <usize>phase * bytes, (total - phase + step - 1) / step, to + (<usize>phase << 2), <usize>step << 2);
      }
    }
  }
}

/** target = activation(convolution of the source + bias). An item is a channel of an image, in tiles of `tileRows` rows and `tileColumns` columns of a phase. */
function convolveDepthwise(begin: i32, end: i32, scratch: usize, args: ConvolveDepthwiseArguments): void {
  const { source, filters, bias, target, channels, transposed, tileRows, tileColumns, slope } = args;
  const { sourceY, targetY, tapsY } = args;
  const { sourceX, targetX, tapsX } = args;
  const y = axisAt(scratch, changetype<usize>(args) + offsetof<ConvolveDepthwiseArguments>("sourceY"), transposed);
  const x = axisAt(scratch + axisBytes, changetype<usize>(args) + offsetof<ConvolveDepthwiseArguments>("sourceX"), transposed);
  enterPhase(y, 0);
  enterPhase(x, 0);
  const area = tapsY * tapsX, phases = y.step * x.step, pitch = countPitch(x, tileColumns);
  const bytes = planeBytes(tileRows + y.reach / y.jump, pitch), targetBytes = planeBytes(tileRows, pitch);
  const none = scratch + 2 * axisBytes, ends = none + 16, table = ends + (<usize>phases << 2);
  const planes = table + <usize>area * tapBytes + 63 & ~63, targets = planes + <usize>(y.jump * x.jump) * bytes;
  store<f32>(none, 0);
  let next = table;
  for (let phase = 0; phase < phases; phase++) {
    next = writeTaps(y, x, phase / x.step, phase % x.step, pitch, bytes, next);
    store<usize>(ends + (<usize>phase << 2), next);
  }
  for (let item = begin; item < end; item++) {
    const channel = <usize>(item % channels), from = source + (<usize>(item * sourceY * sourceX) << 2);
    const filter = filters + (channel * area << 2), addend = bias ? bias + (channel << 2) : none;
    for (let row = 0; row < y.count; row += tileRows) {
      enterTile(y, row, tileRows);
      for (let column = 0; column < x.count; column += tileColumns) {
        enterTile(x, column, tileColumns);
        copyPlanes(from, y, x, pitch, planes, bytes);
        let taps = table;
        for (let ofRow = 0; ofRow < y.step; ofRow++) {
          const first = ofRow + row * y.step, rows = min(y.extent, (targetY - first + y.step - 1) / y.step);
          const length = <usize>(rows * pitch) << 2;
          for (let ofColumn = 0; ofColumn < x.step; ofColumn++) {
            const to = targets + <usize>ofColumn * targetBytes, stop = load<usize>(ends + (<usize>(ofRow * x.step + ofColumn) << 2));
            convolveFlat(planes, taps, stop, filter, addend, to, to + length);
            if (slope != 1) activateFlat(to, length, slope);
            taps = stop;
          }
          const out = target + (<usize>((item * targetY + first) * targetX + column * x.step) << 2);
          writeRows(targets, targetBytes, <usize>pitch << 2, rows, x, out, <usize>(targetX * y.step) << 2);
        }
      }
    }
  }
}

export { convolveDepthwise };
