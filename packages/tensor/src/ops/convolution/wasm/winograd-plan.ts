import type { KernelModule, Slot } from "../../../core/devices/launch.ts";
import { makeWasmKernel } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { Shape } from "../../../core/spec.ts";
import type { PlainEpilogue } from "../../matmul/epilogue.ts";
import type { ConvolutionShape, KernelAxis } from "../tiling.ts";
import { countPixels, nameAxisParameters } from "../tiling.ts";
import { convolutionKernels, convolutionSizes } from "./convolution.kernels.ts";
import type { PreparedLaunches } from "./prepared-launches.ts";

/** What the transforms of a tile cost, for each channel of the source or the target, in multiplications. */
const transformCost = 360;
/**
 * Fewer source channels, and the rounding errors of the transforms show: at 16 they are twice those of a sum of products, which is
 * half of what is allowed for such a sum, and more channels leave more room.
 */
const leastChannels = 16;
/** What transformed sources and targets of an item may take of a second-level cache of 512 KiB. */
const tileBytes = 320 * 1024;

/** Zeros before the source, where the windows of a transposed convolution are looked at from the other side. */
const computeZerosBefore = ({ before }: KernelAxis, isTransposed: boolean): number =>
  isTransposed ? 2 - before : before;

/** Up to one zero around: with two, a corner sees one tap, and the rounding errors of a whole tile. */
function isFitting(axis: KernelAxis, isTransposed: boolean): boolean {
  const before = computeZerosBefore(axis, isTransposed);
  const after = axis.target - axis.source + 2 - before;
  const isPadded = before >= 0 && before <= 1 && after >= -1 && after <= 1;
  return axis.taps === 3 && axis.stride === 1 && axis.dilation === 1 && isPadded;
}

/** Tiles of a channel of an image. */
export const countTilesOfImage = ({ axes: [y, x] }: ConvolutionShape): number =>
  Math.ceil(y.target / 4) * Math.ceil(x.target / 4);

/** Whether tiles take fewer multiplications than pixels, counting the transforms; see docs/decisions/0007. */
export function isFasterByTiles(shape: ConvolutionShape): boolean {
  const { ofSource, ofTarget } = shape;
  const ofTile = convolutionSizes.positions * ofSource * ofTarget + transformCost * (ofSource + ofTarget);
  return (
    shape.axes.every((axis) => isFitting(axis, shape.isTransposed)) &&
    countTilesOfImage(shape) * ofTile < countPixels(shape) * 9 * ofSource * ofTarget
  );
}

/** Whether the transformed product is as good as the direct one, too. */
export const usesWinograd = (shape: ConvolutionShape): boolean =>
  shape.ofSource >= leastChannels && isFasterByTiles(shape);

/** Tiles, in multiples of what a kernel takes, whose positions of so many channels stay in cache. */
export function countTilesFitting(channels: number, bytes: number, multiple: number): number {
  const fitting = bytes / (4 * convolutionSizes.positions * channels);
  return Math.min(convolutionSizes.mostTiles, Math.max(multiple, Math.floor(fitting / multiple) * multiple));
}

/** Bytes that a kernel needs to read and write tiles: for `planes` channels at a time, and tables of them. */
export function countTableBytes(tiles: number, isWide: boolean, planes: number, tables: number): number {
  const { groupBytes, stripBytes, copyBytes } = convolutionSizes;
  if (!isWide) return 2048 + tables * groupBytes;
  return 4096 + tiles * (stripBytes + 4) + planes * 12 * copyBytes;
}

/** Bytes from one position to the next in scratch: an odd number of cache lines. */
export const countStepBytes = (rows: number, columns: number): number =>
  (Math.ceil((rows * columns) / 16) | 1) * 64;

/** Transforms the filters, then convolves tiles with the epilogue inside. */
export function planWinograd(
  shape: ConvolutionShape,
  module: KernelModule,
  epilogue: PlainEpilogue | undefined,
  statistics?: Slot,
): PreparedLaunches {
  const { images, groups, ofSource, ofTarget, axes, isTransposed } = shape;
  const { positions } = convolutionSizes;
  const panels = Math.ceil(ofTarget / 4);
  const isWide = typeof module !== "string";
  const tiles = countTilesFitting(ofSource + 4 * panels, tileBytes, isWide ? 16 : 8);
  const packed: Shape = [groups, positions, countStepBytes(4 * panels, ofSource) / 4];
  const scratchBytes =
    countTableBytes(tiles, isWide, 1, tiles / 4) +
    positions * (countStepBytes(ofSource, tiles) + countStepBytes(4 * panels, tiles));
  const channels = { targetChannels: ofTarget, sourceChannels: ofSource, transposed: isTransposed ? 1 : 0 };
  const [y, x] = axes.map((axis) => ({ ...axis, before: computeZerosBefore(axis, isTransposed) }));
  const parts = Math.ceil((images * countTilesOfImage(shape)) / tiles);
  return {
    parts,
    temporaries: [{ shape: packed, dtype: "f32" }],
    launches: [
      planLaunch(makeWasmKernel(module, "transformFilters", convolutionKernels), {
        reads: { weight: { input: 1 } },
        writes: { packed: { temporary: 0 } },
        parameters: channels,
        work: { items: groups * panels, chunk: Math.ceil(512 / ofSource), scratchBytes: 1024 },
      }),
      planLaunch(makeWasmKernel(module, "convolveWinograd", convolutionKernels), {
        reads: {
          source: { input: 0 },
          filters: { temporary: 0 },
          bias: epilogue?.hasAddend ? { input: 2 } : undefined,
          weight: { input: 1 },
        },
        writes: { target: { output: 0 }, statistics },
        parameters: {
          images,
          groups,
          ...channels,
          ...nameAxisParameters([y!, x!]),
          tiles,
          slope: epilogue?.slope ?? 1,
        },
        work: { items: groups * parts, chunk: 1, scratchBytes },
      }),
    ],
  };
}
