import type { KernelModule, Slot } from "../../../core/devices/launch.ts";
import { makeWasmKernel } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlainEpilogue } from "../../matmul/epilogue.ts";
import { computeEvenParts } from "../../matmul/wasm/matmul-plan.ts";
import type { ConvolutionShape, Tile } from "../tiling.ts";
import { chooseTile, countTaps, countTiles, nameAxisParameters } from "../tiling.ts";
import { convolutionKernels, convolutionSizes } from "./convolution.kernels.ts";
import type { PreparedLaunches } from "./prepared-launches.ts";

/** Target pixels of a tile: with `targetChannels` of them, its output takes half of a 512 KiB second-level cache. */
const tilePixels = 512;
const targetChannels = 64;
/** Source pixels under one target pixel, of one phase, that are in use at a time: with a panel of filters, a first-level cache of 32 KiB. */
const depthInUse = 320;
/** What the source of a tile takes in scratch at a time. */
const patchBytes = 192 * 1024;
/** Multiplications worth a chunk of their own: some ten microseconds. */
const chunkSize = 2 ** 18;

/** The targets of a segment. */
export const countLanes = (module: KernelModule): number => (typeof module === "string" ? 4 : 8);

interface Blocks {
  readonly source: number;
  readonly target: number;
}

/** Taps that one target pixel sees, about: where the convolution is transposed, those of a phase. */
const countTapsSeen = ({ axes, isTransposed }: ConvolutionShape): number =>
  axes.reduce((taps, axis) => taps * (isTransposed ? Math.ceil(axis.taps / axis.stride) : axis.taps), 1);

function chooseBlocks(tile: Tile, sourceChannels: number, channels: number, taps: number): Blocks {
  const fitting = Math.floor(Math.min(depthInUse / taps, patchBytes / tile.patchBytes));
  return {
    source: computeEvenParts(sourceChannels, Math.max(1, fitting), 1),
    target: computeEvenParts(channels, targetChannels, 4),
  };
}

function countScratchBytes(tile: Tile, blocks: Blocks, taps: number): number {
  const { axisBytes, tileBytes, segmentBytes } = convolutionSizes;
  const tables = 4 * blocks.source * taps + segmentBytes * (tile.segments + 3);
  return 4 * axisBytes + tileBytes + tables + 48 + blocks.source * tile.patchBytes;
}

/** Packs the filters, then convolves patches with the epilogue inside. */
export function planDirect(
  shape: ConvolutionShape,
  module: KernelModule,
  epilogue: PlainEpilogue | undefined,
  statistics?: Slot,
): PreparedLaunches {
  const { images, groups, ofSource, ofTarget, axes } = shape;
  const area = countTaps(shape);
  const tile = chooseTile(shape, images, tilePixels, countLanes(module));
  // Blocks of narrow vectors for all of them: terms are then added in the same order.
  const blocks = chooseBlocks(
    chooseTile(shape, images, tilePixels, 4),
    ofSource,
    ofTarget,
    countTapsSeen(shape),
  );
  const panels = Math.ceil(ofTarget / 4);
  const own = {
    sourceChannels: ofSource,
    targetChannels: ofTarget,
    transposed: shape.isTransposed ? 1 : 0,
    ...nameAxisParameters(axes),
  };
  const itemSize = tile.images * tile.rows * tile.columns * blocks.target * ofSource * area;
  return {
    parts: countTiles(tile, shape),
    temporaries: [{ shape: [groups, panels, ofSource * area, 4], dtype: "f32" }],
    launches: [
      planLaunch(makeWasmKernel(module, "packFilters", convolutionKernels), {
        reads: { filters: { input: 1 } },
        writes: { packed: { temporary: 0 } },
        parameters: own,
        work: {
          items: groups * panels,
          chunk: countItemsPerChunk(4 * ofSource * area * 16),
          scratchBytes: 2 * convolutionSizes.axisBytes,
        },
      }),
      planLaunch(makeWasmKernel(module, "convolve", convolutionKernels), {
        reads: {
          source: { input: 0 },
          filters: { temporary: 0 },
          bias: epilogue?.hasAddend ? { input: 2 } : undefined,
        },
        writes: { target: { output: 0 }, statistics },
        parameters: {
          ...own,
          images,
          groups,
          tileImages: tile.images,
          tileRows: tile.rows,
          tileColumns: tile.columns,
          targetBlock: blocks.target,
          sourceBlock: blocks.source,
          slope: epilogue?.slope ?? 1,
        },
        work: {
          items: countTiles(tile, shape) * groups * Math.ceil(ofTarget / blocks.target),
          chunk: countItemsPerChunk(itemSize),
          scratchBytes: countScratchBytes(tile, blocks, area),
        },
      }),
    ],
  };
}

/** Items in a chunk, when each of them takes that many multiplications. */
export const countItemsPerChunk = (itemSize: number): number =>
  Math.max(1, Math.floor(chunkSize / Math.max(1, itemSize)));
