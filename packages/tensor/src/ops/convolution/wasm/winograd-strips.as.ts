import { ConvolutionSizes } from "./convolution.kernels.as";

// The tiles of an item for wide vectors. Pairs of operations are joined where both read neighbouring vectors, so the rows of all tiles
// of a channel are copied side by side first, with zeros where they reach over the edge: in each of two vectors, every second tile.


/** Neighbouring tiles of one row of tiles. Addresses are those of the first pixel in the first channel. */
// @ts-ignore: decorator
@unmanaged
class Strip {
  source: usize;
  target: usize;
  top: i32;
  left: i32;
  /** Rows and columns of the target, from the first pixel on, that lie inside. */
  rows: i32;
  columns: i32;
  tiles: i32;
}

const stripBytes: usize = ConvolutionSizes.stripBytes;

// @ts-ignore: decorator
@inline
function stripAt(strips: usize, index: i32): Strip {
  return changetype<Strip>(strips + <usize>index * stripBytes);
}

/** Tiles `tile` to `end`, in the order of images, rows and columns, as strips. Returns how many. */
function writeStrips(
  strips: usize, tile: i32, end: i32, source: usize, sourceImage: usize, sourceX: i32, beforeY: i32, beforeX: i32,
  target: usize, targetImage: usize, targetY: i32, targetX: i32,
): i32 {
  const across = (targetX + 3) >> 2, down = (targetY + 3) >> 2;
  let count = 0;
  while (tile < end) {
    const strip = stripAt(strips, count++), line = tile / across, image = <usize>(line / down);
    const row = line % down << 2, column = tile % across << 2;
    strip.top = row - beforeY;
    strip.left = column - beforeX;
    strip.source = source + image * sourceImage + (<usize>(strip.top * sourceX + strip.left) << 2);
    strip.target = target + image * targetImage + (<usize>(row * targetX + column) << 2);
    strip.rows = min(4, targetY - row);
    strip.columns = targetX - column;
    strip.tiles = min(across - tile % across, end - tile);
    tile += strip.tiles;
  }
  return count;
}

/** Bytes from copied rows to those with the pixels behind, and to the next row. Constants, because so they take no additions. */
const besideBytes: usize = ConvolutionSizes.copyBytes;
const pitch: usize = 2 * besideBytes;

/**
 * Copies six rows of the tiles of a channel: four pixels of each tile, and beside them the four pixels after those, of which two count. `offset` is of
 * the channel, in bytes.
 */
function copySource(strips: usize, count: i32, offset: usize, height: i32, width: i32, to: usize): void {
  const down = <usize>width << 2, zero = f32x4.splat(0);
  for (let index = 0; index < count; index++) {
    const strip = stripAt(strips, index), bytes = <usize>strip.tiles << 4;
    const over = strip.left + (strip.tiles << 2) - width, isFirst = strip.left < 0;
    let from = strip.source + offset, own = to, top = strip.top;
    for (const bottom = top + 6; top < bottom; top++, from += down, own += pitch) {
      const end = own + bytes;
      if (<u32>top >= <u32>height) {
        for (let at = own; at < end; at += 16) {
          v128.store(at, zero);
          v128.store(at, zero, besideBytes);
        }
        continue;
      }
      for (let at = own, p = from; at < end; at += 32, p += 32) {
        const v0 = v128.load(p), v1 = v128.load(p, 16), v2 = v128.load(p, 16), v3 = v128.load(p, 32);
        v128.store(at, v0);
        v128.store(at, v1, 16);
        v128.store(at, v2, besideBytes);
        v128.store(at, v3, besideBytes + 16);
      }
      if (isFirst) store<f32>(own, 0);
      if (over < -1) continue;
      for (let column = 1; column <= over; column++) store<f32>(end - (<usize>column << 2), 0);
      if (over < 0) store<f32>(end + besideBytes - 12, 0);
      else store<u64>(end + besideBytes - 16, 0);
    }
    to += bytes;
  }
}

/** Copies four rows of the tiles of eight channels of dy: four pixels of the first four channels, each beside those of the channel four behind. */
function copyGradients(strips: usize, count: i32, offset: usize, stride: usize, width: i32, to: usize): void {
  for (let index = 0; index < count; index++) {
    const strip = stripAt(strips, index), bytes = <usize>strip.tiles << 5, last = bytes - 32;
    const over = (strip.tiles << 2) - strip.columns;
    for (let channel = 0; channel < 8; channel++) {
      let from = strip.target + offset + <usize>channel * stride, own = to + <usize>(channel & 3) * 4 * pitch + (<usize>(channel >> 2) << 4);
      for (let row = 0; row < 4; row++, from += <usize>width << 2, own += pitch) {
        if (row >= strip.rows) {
          for (let at: usize = 0; at < bytes; at += 32) v128.store(own + at, f32x4.splat(0));
          continue;
        }
        for (let at: usize = 0; at < bytes; at += 32) v128.store(own + at, v128.load(from + (at >> 1)));
        for (let column = 1; column <= over; column++) store<f32>(own + last + 16 - (<usize>column << 2), 0);
      }
    }
    to += bytes;
  }
}

export { Strip, stripBytes, stripAt, writeStrips, besideBytes, pitch, copySource, copyGradients };
