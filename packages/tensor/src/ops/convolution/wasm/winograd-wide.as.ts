import { finish } from "../../matmul/wasm/simd.as";
import { ConvolveWinogradArguments } from "./convolution.kernels.as";
import { activateWide, keepsNegative } from "./finish-rows.as";
import { convolveTile, Layer } from "./winograd-layer.as";
import { copySource, pitch, stripAt, stripBytes, writeStrips } from "./winograd-strips.as";
import { fillLane, groupBytes } from "./winograd-tiles.as";
import { transformSources, transformTargets } from "./winograd-wide-transforms.as";

// The tiles of a convolution with wide vectors: eight at a time, of which one vector holds the even ones and the other the odd ones.


/** Divides scratch: for a single tile, for strips, for copies of their rows, and for transformed tiles. */
function placeStrips(layer: Layer, tiles: i32): void {
  layer.checks = layer.table + groupBytes + <usize>tiles * stripBytes;
  layer.copies = layer.checks + (<usize>tiles << 2) + 63 & ~63;
  layer.sources = layer.copies + 6 * pitch;
}

// @ts-ignore: decorator
@inline
function stripsOf(layer: Layer): usize {
  return layer.table + groupBytes;
}

function describeStrips(layer: Layer, first: i32, end: i32, from: usize, to: usize, args: ConvolveWinogradArguments): void {
  layer.strips = writeStrips(
    stripsOf(layer), first, end, from, layer.sourceImage, args.sourceX, args.beforeY, args.beforeX, to, layer.targetImage, args.targetY, args.targetX,
  );
}

/** Transforms `tiles` tiles of all channels. */
function readStrips(layer: Layer, tiles: i32, sources: usize, rowBytes: usize, step: usize): void {
  for (let channel = 0; channel < layer.channels; channel++, sources += rowBytes) {
    copySource(stripsOf(layer), layer.strips, <usize>channel * layer.sourceStride, layer.sourceY, layer.sourceX, layer.copies);
    for (let first = 0; first < tiles; first += 8) {
      const own = <usize>first << 2;
      transformSources(layer.coefficients, layer.copies + 4 * own, 32, layer.scratch, sources + own, step);
    }
  }
}

/** Adds a bias to a row of at least eight pixels: the last vectors overlap those before. */
function addToRow(from: usize, to: usize, width: i32, bias: f32): void {
  const b = f32x4.splat(bias), last = <usize>(width - 8) << 2;
  for (let at: usize = 0; ; at = min(at + 32, last)) {
    const x = f32x4.add(v128.load(from + at), b), y = f32x4.add(v128.load(from + at, 16), b), own = to + at;
    v128.store(own, x);
    v128.store(own, y, 16);
    if (at == last) return;
  }
}

/** The same with an activation. */
function finishRow(from: usize, to: usize, width: i32, bias: f32, slope: f32): void {
  const b = f32x4.splat(bias), s = f32x4.splat(slope), keep = keepsNegative(slope);
  if (width >= 8) {
    const last = <usize>(width - 8) << 2;
    for (let at: usize = 0; ; at = min(at + 32, last)) {
      const x = f32x4.add(v128.load(from + at), b), y = f32x4.add(v128.load(from + at, 16), b), own = to + at;
      const x1 = activateWide(x, s, keep), y1 = activateWide(y, s, keep);
      v128.store(own, x1);
      v128.store(own, y1, 16);
      if (at == last) return;
    }
  }
  for (let at = 0; at < width; at += 4) {
    const v = f32x4.add(v128.load(from + (<usize>at << 2)), b);
    finish(to + (<usize>at << 2), 4, min(4, width - at), activateWide(v, s, keep), false, false, 0, 0, 1);
  }
}

/** Transforms `tiles` tiles of a channel back, finishes and writes them. `offset` is of the channel, in bytes. */
function writeStripsOfChannel(layer: Layer, tiles: i32, from: usize, step: usize, offset: usize, weight: usize, bias: usize): void {
  const addend = bias ? load<f32>(bias) : 0;
  for (let first = 0; first < tiles; first += 8) {
    const own = <usize>first << 2;
    transformTargets(layer.coefficients, from + own, step, layer.scratch, layer.copies + 4 * own, layer.checks + own);
  }
  let rows = layer.copies;
  for (let index = 0; index < layer.strips; index++) {
    const strip = stripAt(stripsOf(layer), index), width = min(strip.tiles << 2, strip.columns);
    let own = rows, to = strip.target + offset;
    for (let row = 0; row < strip.rows; row++, own += pitch, to += layer.targetRowBytes) {
      if (layer.slope == 1 && width >= 8) addToRow(own, to, width, addend);
      else finishRow(own, to, width, addend, layer.slope);
    }
    rows += <usize>strip.tiles << 4;
  }
  for (let tile = 0; tile < tiles; tile += 8) {
    const at = layer.checks + (<usize>tile << 2);
    const sum = f32x4.add(v128.load(at), v128.load(at, 16));
    if (v128.any_true(f32x4.ne(sum, sum))) convolveAgain(layer, at, tile, min(tiles, tile + 8), offset, weight, bias);
  }
}

/** Those tiles of up to eight whose results are not finite. */
function convolveAgain(layer: Layer, checks: usize, tile: i32, end: i32, offset: usize, weight: usize, bias: usize): void {
  for (let lane = 0; tile < end; tile++, lane++) {
    const check = load<f32>(checks + (<usize>(lane & 1) << 4) + (<usize>(lane >> 1) << 2));
    if (check == check) continue;
    let strip = stripAt(stripsOf(layer), 0), index = tile;
    for (let next = 1; index >= strip.tiles; next++) {
      index -= strip.tiles;
      strip = stripAt(stripsOf(layer), next);
    }
    const ahead = <usize>index << 4, column = index << 2, to = strip.target + ahead;
    fillLane(layer.table, 0, strip.source + ahead, to, strip.top, strip.left + column, strip.rows, strip.columns - column);
    convolveTile(layer, layer.table, weight, bias, to + offset);
  }
}

export { placeStrips, describeStrips, readStrips, writeStripsOfChannel };
