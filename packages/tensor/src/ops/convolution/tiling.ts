import type { Shape } from "../../core/spec.ts";
import { computeEvenParts } from "../matmul/wasm/matmul-plan.ts";
import type { ConvolutionAttributes, ConvolutionAxis } from "./convolution.ts";
import { countWindow, listAxes } from "./convolution.ts";

/** One dimension, as parameters of the kernels. Target pixels that are `step` apart read source pixels that are `jump` apart. */
export interface KernelAxis {
  readonly source: number;
  readonly target: number;
  readonly taps: number;
  readonly stride: number;
  readonly before: number;
  readonly dilation: number;
  readonly step: number;
  readonly jump: number;
  /** The extent of the source pixels that one target pixel, or `step` neighbouring ones, read. */
  readonly reach: number;
}

export type Direction = "forward" | "transposed";

/** Both dimensions. Those of a 1x1 convolution are merged into one long row, which has fewer ends of rows. */
function makeKernelAxes(
  direction: Direction,
  sources: readonly number[],
  targets: readonly number[],
  taps: readonly number[],
  attrs: ConvolutionAttributes,
): readonly [y: KernelAxis, x: KernelAxis] {
  const axes = listAxes(attrs);
  const isPointwise = axes.every(
    ({ stride, before, after }, index) => taps[index] === 1 && stride === 1 && before === 0 && after === 0,
  );
  const [y, x] = axes.map((axis, index) =>
    makeKernelAxis(direction, sources[index]!, targets[index]!, taps[index]!, axis),
  ) as [KernelAxis, KernelAxis];
  if (!isPointwise) return [y, x];
  const pixels = y.source * x.source;
  return [
    { ...y, source: 1, target: 1 },
    { ...x, source: pixels, target: pixels },
  ];
}

function makeKernelAxis(
  direction: Direction,
  source: number,
  target: number,
  taps: number,
  axis: ConvolutionAxis,
): KernelAxis {
  const { stride, before, dilation } = axis;
  const reach = countWindow(axis, taps) - 1;
  const own = { source, target, taps, stride, before, dilation };
  if (direction === "forward") return { ...own, step: 1, jump: stride, reach };
  return { ...own, step: stride, jump: 1, reach: Math.floor((reach + stride - 1) / stride) };
}

/** A convolution as the kernels see it, from a source to a target. Channels are counted per group. */
export interface ConvolutionShape {
  readonly images: number;
  readonly groups: number;
  readonly ofSource: number;
  readonly ofTarget: number;
  readonly isTransposed: boolean;
  readonly axes: readonly [y: KernelAxis, x: KernelAxis];
}

export function makeConvolutionShape(
  direction: Direction,
  source: Shape,
  target: Shape,
  weight: Shape,
  attrs: ConvolutionAttributes,
): ConvolutionShape {
  const { groups } = attrs;
  return {
    images: source[0]!,
    groups,
    ofSource: source[1]! / groups,
    ofTarget: target[1]! / groups,
    isTransposed: direction === "transposed",
    axes: makeKernelAxes(direction, source.slice(2), target.slice(2), weight.slice(2), attrs),
  };
}

/** The number of taps of a filter. */
export const countTaps = ({ axes: [y, x] }: ConvolutionShape): number => y.taps * x.taps;

/** The number of pixels in a channel of the target. */
export const countPixels = ({ axes: [y, x] }: ConvolutionShape): number => y.target * x.target;

type AxisField = "source" | "target" | "taps" | "stride" | "before" | "dilation";

/** The fields of both axes under the names of the kernels' parameters: `sourceY`, `targetX`. */
export type AxisParameters = { readonly [Name in `${AxisField}${"Y" | "X"}`]: number };

export const nameAxisParameters = ([y, x]: readonly [y: KernelAxis, x: KernelAxis]): AxisParameters => ({
  sourceY: y.source,
  targetY: y.target,
  tapsY: y.taps,
  strideY: y.stride,
  beforeY: y.before,
  dilationY: y.dilation,
  sourceX: x.source,
  targetX: x.target,
  tapsX: x.taps,
  strideX: x.stride,
  beforeX: x.before,
  dilationX: x.dilation,
});

/** The part of the images that one item covers. */
export interface Tile {
  readonly images: number;
  readonly rows: number;
  readonly columns: number;
  /** The number of groups of neighbouring pixels, as many as a vector has lanes. */
  readonly segments: number;
  /** The size of the source pixels of one channel in scratch memory. */
  readonly patchBytes: number;
}

/** A tile of about `pixels` target pixels: part of a row, several rows, or several small images. Rows are padded to a multiple of `lanes`. */
export function chooseTile(
  { axes: [y, x] }: ConvolutionShape,
  images: number,
  pixels: number,
  lanes: number,
): Tile {
  const height = Math.ceil(y.target / y.step);
  const width = Math.ceil(x.target / x.step);
  const columns = width <= pixels ? width : computeEvenParts(width, pixels, lanes);
  const padded = lanes * Math.ceil(columns / lanes);
  const fittingRows = columns < width ? 1 : Math.max(1, Math.floor(pixels / padded));
  const rows = computeEvenParts(height, fittingRows, 1);
  const isWhole = rows >= height && columns >= width;
  const fittingImages = isWhole ? Math.max(1, Math.floor(pixels / (rows * padded))) : 1;
  const own = computeEvenParts(images, fittingImages, 1);
  const span = (rows - 1) * y.jump + y.reach + 1;
  const rowPixels = (padded + Math.floor(x.reach / x.jump)) * x.jump;
  return {
    images: own,
    rows,
    columns,
    segments: (own * rows * padded) / lanes,
    patchBytes: own * span * rowPixels * 4 + 128,
  };
}

/** The number of items that cover all pixels with tiles of each phase. */
export function countTiles(tile: Tile, { axes: [y, x], images }: ConvolutionShape): number {
  const down = Math.ceil(Math.ceil(y.target / y.step) / tile.rows);
  const across = Math.ceil(Math.ceil(x.target / x.step) / tile.columns);
  return Math.ceil(images / tile.images) * down * across;
}
