import { activate } from "../../matmul/wasm/simd.as";
import { ConvolutionSizes } from "./convolution.kernels.as";
import { columnsAt, leftAt, rowsAt, sourceAt, topAt } from "./winograd-tiles.as";

// What the kernels of tiles have in common, and a tile by the definition.


const positions: usize = ConvolutionSizes.positions;

/** Lines of a tile between two transforms, and zeros. For wide vectors, of eight tiles. */
const lineBytes: usize = VECTOR_BITS == 256 ? 36 * 32 : 37 * 16 + 16;

/** Bytes from one position to the next: an odd number of cache lines. */
// @ts-ignore: decorator
@inline
function computeStep(rows: i32, columns: i32): usize {
  return ((<usize>(rows * columns) << 2) + 63 & ~63) | 64;
}

/** What the items of a launch share. In memory, so that it can be passed on. Strides in bytes. */
// @ts-ignore: decorator
@unmanaged
class Layer {
  coefficients: usize;
  scratch: usize;
  channels: i32;
  sourceY: i32;
  sourceX: i32;
  sourceStride: usize;
  sourceImage: usize;
  targetImage: usize;
  rowBytes: usize;
  targetRowBytes: usize;
  /** Of the filters as they came. */
  weightStride: usize;
  transposed: i32;
  slope: f32;
  /** The tiles of the item: in fours, or, for wide vectors, strips, and how many of them. */
  table: usize;
  strips: i32;
  /** Copied tiles, for wide vectors, and what tells which results are not finite. */
  copies: usize;
  checks: usize;
  /** Transformed tiles. */
  sources: usize;
}

/** Where `Written` is, behind the fields. */
const layerBytes: usize = 96;

/** One tile by the definition. `group` is where its lane starts. Stops at NaN, which stays what it is. */
function convolveTile(layer: Layer, group: usize, weight: usize, bias: usize, target: usize): void {
  const top = load<i32>(group, topAt), left = load<i32>(group, leftAt), rows = load<i32>(group, rowsAt), columns = load<i32>(group, columnsAt);
  for (let pixel = 0; pixel < 16; pixel++) {
    const y = pixel >> 2, x = pixel & 3;
    if (y >= rows || x >= columns) continue;
    let sum: f32 = 0, source = load<usize>(group, sourceAt), own = weight;
    for (let channel = 0; channel < layer.channels && sum == sum; channel++, source += layer.sourceStride, own += layer.weightStride) {
      for (let tap = 0; tap < 9; tap++) {
        const row = y + tap / 3, column = x + tap % 3;
        if (<u32>(top + row) >= <u32>layer.sourceY || <u32>(left + column) >= <u32>layer.sourceX) continue;
        sum += load<f32>(source + <usize>row * layer.rowBytes + (<usize>column << 2)) * load<f32>(own + (<usize>(layer.transposed ? 8 - tap : tap) << 2));
      }
    }
    if (bias) sum += load<f32>(bias);
    v128.store_lane<u32>(target + <usize>y * layer.targetRowBytes + (<usize>x << 2), activate(f32x4.splat(sum), layer.slope), 0);
  }
}

export { positions, lineBytes, computeStep, Layer, layerBytes, convolveTile };
