import { ConvolutionSizes } from "./convolution.kernels.as";
import { copyRow } from "./copy-row.as";
import { Axis, findPhase, reads, findShift, span } from "./geometry.as";

// The source pixels of a tile, padded with zeros, side by side in scratch: every patch is then read from there by one table of
// offsets, and no patch is ever copied. Columns that a stride of s skips between are stored apart, so four neighbouring targets
// always read four neighbouring floats.


/**
 * A segment is up to four neighbouring targets of a row, or eight for wide vectors: the address that its first tap is read from, and the
 * bytes from the first target of the tile.
 */
const segmentBytes: usize = ConvolutionSizes.segmentBytes;
const segmentLanes: i32 = VECTOR_BITS >> 5;

/** Columns of one residue in scratch: a segment at a time, and what the taps reach beyond. */
// @ts-ignore: decorator
@inline
function countColumns(x: Axis): i32 {
  return ((x.extent + segmentLanes - 1) & ~(segmentLanes - 1)) + x.reach / x.jump;
}

// @ts-ignore: decorator
@inline
function rowBytes(x: Axis): usize {
  return <usize>(countColumns(x) * x.jump) << 2;
}

// @ts-ignore: decorator
@inline
function imageBytes(y: Axis, x: Axis): usize {
  return <usize>span(y) * rowBytes(x);
}

/** Channels lie an odd number of cache lines apart: at a power of two they would fall into the same few sets. */
// @ts-ignore: decorator
@inline
function channelBytes(y: Axis, x: Axis, images: i32): usize {
  return (<usize>images * imageBytes(y, x) + 63 & ~63) | 64;
}

/** Fills scratch with the source of a tile: `channels` channels of `images` images. Strides in bytes. */
function packSource(source: usize, imageStride: usize, channelStride: usize, images: i32, channels: i32, y: Axis, x: Axis, target: usize): void {
  const rows = span(y), columns = countColumns(x), pitch = rowBytes(x);
  const top = y.first * y.jump + y.shift, left = x.first * x.jump + x.shift;
  const channelPitch = channelBytes(y, x, images), imagePitch = imageBytes(y, x);
  for (let channel = 0; channel < channels; channel++) {
    for (let image = 0; image < images; image++) {
      const from = source + <usize>image * imageStride + <usize>channel * channelStride;
      const to = target + <usize>channel * channelPitch + <usize>image * imagePitch;
      for (let row = 0; row < rows; row++) {
        if (!reads(y, row)) continue;
        const inside = top + row >= 0 && top + row < y.source;
        for (let residue = 0; residue < x.jump; residue++) {
          if (!reads(x, residue)) continue;
          copyRow(
            from + (<usize>((top + row) * x.source) << 2), inside ? x.source : 0, inside ? left + residue : 0, x.jump, columns,
            to + <usize>row * pitch + (<usize>(residue * columns) << 2),
          );
        }
      }
    }
  }
}

/** The offset, from a segment, of each tap of each of `channels` channels, in the order of the packed filters. */
function writeOffsets(channels: i32, images: i32, y: Axis, x: Axis, table: usize): void {
  const pitch = rowBytes(x), channelPitch = channelBytes(y, x, images), columns = countColumns(x);
  for (let channel = 0; channel < channels; channel++) {
    for (let tapY = 0; tapY < y.kernel; tapY++) {
      if (findPhase(y, tapY) != y.phase) continue;
      const row = <usize>channel * channelPitch + <usize>(findShift(y, tapY) - y.shift) * pitch;
      for (let tapX = 0; tapX < x.kernel; tapX++) {
        if (findPhase(x, tapX) != x.phase) continue;
        const reach = findShift(x, tapX) - x.shift;
        store<u32>(table, <u32>(row + (<usize>((reach % x.jump) * columns + reach / x.jump) << 2)));
        table += 4;
      }
    }
  }
}

/** The segments of `images` images of the tile: the whole ones first, then those at the ends of rows. */
function writeSegments(images: i32, targetImage: usize, y: Axis, x: Axis, source: usize, table: usize): void {
  const pitch = rowBytes(x) * y.jump, imagePitch = imageBytes(y, x);
  const full = x.length & ~(segmentLanes - 1);
  for (let pass = 0; pass < 2; pass++) {
    const begin = pass == 0 ? 0 : full, end = pass == 0 ? full : x.length;
    for (let image = 0; image < images; image++) {
      for (let row = 0; row < y.length; row++) {
        const line = row * y.step * x.target;
        for (let column = begin; column < end; column += segmentLanes) {
          store<u32>(table, <u32>(source + <usize>image * imagePitch + <usize>row * pitch + (<usize>column << 2)));
          store<u32>(table, <u32>(<usize>image * targetImage + (<usize>(line + column * x.step) << 2)), 4);
          table += segmentBytes;
        }
      }
    }
  }
}

export { segmentBytes, segmentLanes, channelBytes, packSource, writeOffsets, writeSegments };
