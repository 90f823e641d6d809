import { madd, sumLanesOfFour } from "../../matmul/wasm/simd.as";
import { segmentBytes } from "./patches.as";

// Dot products of segments of eight pixels of dy and x. At `tile` are masks of the lanes of a segment that is not whole; behind them is room for sums, which
// go there first, because the engine joins neighbouring vectors where they are stored.


/** The sums of the lanes of four pairs of vectors, `step` bytes apart. */
// @ts-ignore: decorator
@inline
function sumPairs(at: usize, step: usize): v128 {
  const at1 = at + step, at2 = at1 + step, at3 = at2 + step;
  return sumLanesOfFour(
    f32x4.add(v128.load(at), v128.load(at, 16)), f32x4.add(v128.load(at1), v128.load(at1, 16)),
    f32x4.add(v128.load(at2), v128.load(at2, 16)), f32x4.add(v128.load(at3), v128.load(at3, 16)),
  );
}

/** Adds the products of four channels of dy with two taps to `sums`. Beyond `full` segments only the lanes of the masks count. */
function multiplySegmentsWide(dy: usize, table: usize, full: i32, total: i32, left: usize, right: usize, tile: usize, sums: usize): void {
  let c00 = f32x4.splat(0), c01 = c00, c02 = c00, c03 = c00, c10 = c00, c11 = c00, c12 = c00, c13 = c00;
  let c20 = c00, c21 = c00, c22 = c00, c23 = c00, c30 = c00, c31 = c00, c32 = c00, c33 = c00;
  for (const end = table + <usize>full * segmentBytes; table < end; table += segmentBytes, dy += 128) {
    const at = <usize>load<u32>(table), l = at + left, r = at + right;
    const p0 = v128.load(l), p1 = v128.load(l, 16), q0 = v128.load(r), q1 = v128.load(r, 16);
    let g = v128.load(dy), h = v128.load(dy, 16);
    c00 = madd(c00, g, p0);
    c01 = madd(c01, h, p1);
    c02 = madd(c02, g, q0);
    c03 = madd(c03, h, q1);
    g = v128.load(dy, 32);
    h = v128.load(dy, 48);
    c10 = madd(c10, g, p0);
    c11 = madd(c11, h, p1);
    c12 = madd(c12, g, q0);
    c13 = madd(c13, h, q1);
    g = v128.load(dy, 64);
    h = v128.load(dy, 80);
    c20 = madd(c20, g, p0);
    c21 = madd(c21, h, p1);
    c22 = madd(c22, g, q0);
    c23 = madd(c23, h, q1);
    g = v128.load(dy, 96);
    h = v128.load(dy, 112);
    c30 = madd(c30, g, p0);
    c31 = madd(c31, h, p1);
    c32 = madd(c32, g, q0);
    c33 = madd(c33, h, q1);
  }
  const m0 = v128.load(tile), m1 = v128.load(tile, 16);
  for (const end = table + <usize>(total - full) * segmentBytes; table < end; table += segmentBytes, dy += 128) {
    const at = <usize>load<u32>(table), l = at + left, r = at + right;
    const p0 = v128.and(v128.load(l), m0), p1 = v128.and(v128.load(l, 16), m1);
    const q0 = v128.and(v128.load(r), m0), q1 = v128.and(v128.load(r, 16), m1);
    let g = v128.load(dy), h = v128.load(dy, 16);
    c00 = madd(c00, g, p0);
    c01 = madd(c01, h, p1);
    c02 = madd(c02, g, q0);
    c03 = madd(c03, h, q1);
    g = v128.load(dy, 32);
    h = v128.load(dy, 48);
    c10 = madd(c10, g, p0);
    c11 = madd(c11, h, p1);
    c12 = madd(c12, g, q0);
    c13 = madd(c13, h, q1);
    g = v128.load(dy, 64);
    h = v128.load(dy, 80);
    c20 = madd(c20, g, p0);
    c21 = madd(c21, h, p1);
    c22 = madd(c22, g, q0);
    c23 = madd(c23, h, q1);
    g = v128.load(dy, 96);
    h = v128.load(dy, 112);
    c30 = madd(c30, g, p0);
    c31 = madd(c31, h, p1);
    c32 = madd(c32, g, q0);
    c33 = madd(c33, h, q1);
  }
  v128.store(tile, c00, 32);
  v128.store(tile, c01, 48);
  v128.store(tile, c02, 64);
  v128.store(tile, c03, 80);
  v128.store(tile, c10, 96);
  v128.store(tile, c11, 112);
  v128.store(tile, c12, 128);
  v128.store(tile, c13, 144);
  v128.store(tile, c20, 160);
  v128.store(tile, c21, 176);
  v128.store(tile, c22, 192);
  v128.store(tile, c23, 208);
  v128.store(tile, c30, 224);
  v128.store(tile, c31, 240);
  v128.store(tile, c32, 256);
  v128.store(tile, c33, 272);
  addSums(tile + 32, 64, sums);
  addSums(tile + 64, 64, sums + 16);
}

function addSums(pairs: usize, step: usize, sums: usize): void {
  v128.store(sums, f32x4.add(v128.load(sums), sumPairs(pairs, step)));
}

/** The same for one channel of dy and four taps: for groups of one or two output channels. */
function multiplyThinSegmentsWide(dy: usize, table: usize, full: i32, total: i32, offsets: usize, tile: usize, sums: usize): void {
  const o0 = <usize>load<u32>(offsets), o1 = <usize>load<u32>(offsets, 4), o2 = <usize>load<u32>(offsets, 8), o3 = <usize>load<u32>(offsets, 12);
  let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
  for (const end = table + <usize>full * segmentBytes; table < end; table += segmentBytes, dy += 32) {
    const at = <usize>load<u32>(table), p0 = at + o0, p1 = at + o1, p2 = at + o2, p3 = at + o3;
    const g = v128.load(dy), h = v128.load(dy, 16);
    c0 = madd(c0, g, v128.load(p0));
    c1 = madd(c1, h, v128.load(p0, 16));
    c2 = madd(c2, g, v128.load(p1));
    c3 = madd(c3, h, v128.load(p1, 16));
    c4 = madd(c4, g, v128.load(p2));
    c5 = madd(c5, h, v128.load(p2, 16));
    c6 = madd(c6, g, v128.load(p3));
    c7 = madd(c7, h, v128.load(p3, 16));
  }
  const m0 = v128.load(tile), m1 = v128.load(tile, 16);
  for (const end = table + <usize>(total - full) * segmentBytes; table < end; table += segmentBytes, dy += 32) {
    const at = <usize>load<u32>(table), p0 = at + o0, p1 = at + o1, p2 = at + o2, p3 = at + o3;
    const g = v128.load(dy), h = v128.load(dy, 16);
    c0 = madd(c0, g, v128.and(v128.load(p0), m0));
    c1 = madd(c1, h, v128.and(v128.load(p0, 16), m1));
    c2 = madd(c2, g, v128.and(v128.load(p1), m0));
    c3 = madd(c3, h, v128.and(v128.load(p1, 16), m1));
    c4 = madd(c4, g, v128.and(v128.load(p2), m0));
    c5 = madd(c5, h, v128.and(v128.load(p2, 16), m1));
    c6 = madd(c6, g, v128.and(v128.load(p3), m0));
    c7 = madd(c7, h, v128.and(v128.load(p3, 16), m1));
  }
  v128.store(tile, c0, 32);
  v128.store(tile, c1, 48);
  v128.store(tile, c2, 64);
  v128.store(tile, c3, 80);
  v128.store(tile, c4, 96);
  v128.store(tile, c5, 112);
  v128.store(tile, c6, 128);
  v128.store(tile, c7, 144);
  addSums(tile + 32, 32, sums);
}

export { multiplySegmentsWide, multiplyThinSegmentsWide };
