import type { KernelModule } from "../../../core/devices/launch.ts";
import { makeWasmKernel } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import { computeEvenParts } from "../../matmul/wasm/matmul-plan.ts";
import type { ConvolutionShape, Tile } from "../tiling.ts";
import { chooseTile, countPixels, countTaps, nameAxisParameters } from "../tiling.ts";
import { convolutionKernels, convolutionSizes } from "./convolution.kernels.ts";
import { countItemsPerChunk, countLanes } from "./direct-plan.ts";
import type { Sums } from "./sums.ts";

/** Pixels of a tile: four channels of dy take half of a first-level cache of 32 KiB. */
const tilePixels = 1024;
/** Channels of dy and taps of x of an item: its sums, and dy and x of a tile, share a second-level cache of 512 KiB. */
const outputChannels = 64;
const tapsOfItem = 320;
const patchBytes = 128 * 1024;
/** The batch is cut into slices at least until there are this many items of work, each with this many multiplications. */
const wantedItems = 16;
const smallestItem = 2 ** 20;

interface Cut {
  readonly outputs: number;
  readonly channels: number;
  readonly blocks: number;
  readonly sliceImages: number;
}

function cutSums(shape: ConvolutionShape, lanes: number): Cut {
  const { images, groups, ofSource, ofTarget } = shape;
  const area = countTaps(shape);
  const tile = chooseTile(shape, 1, tilePixels, lanes);
  const outputs = computeEvenParts(ofTarget, outputChannels, 4);
  const fitting = Math.max(1, Math.floor(Math.min(tapsOfItem / area, patchBytes / tile.patchBytes)));
  const channels = computeEvenParts(ofSource, fitting, 1);
  const blocks = groups * Math.ceil(ofTarget / outputs) * Math.ceil(ofSource / channels);
  const all = images * countPixels(shape) * groups * ofTarget * ofSource * area;
  const wanted = Math.min(Math.ceil(wantedItems / blocks), Math.ceil(all / (blocks * smallestItem)));
  return {
    outputs,
    channels,
    blocks,
    sliceImages: computeEvenParts(images, Math.ceil(images / Math.max(1, wanted)), 1),
  };
}

function countScratchBytes(tile: Tile, { outputs, channels }: Cut, area: number, lanes: number): number {
  const taps = 4 * Math.ceil((channels * area) / 4);
  const { axisBytes, segmentBytes, tileBytes } = convolutionSizes;
  const tables = 4 * taps + segmentBytes * tile.segments + 48 + tileBytes;
  return (
    2 * axisBytes +
    tables +
    4 * taps * outputs +
    4 * lanes * outputs * tile.segments +
    channels * tile.patchBytes
  );
}

/** Dot products of dy with the patches of x. */
export function planDirectSums(shape: ConvolutionShape, module: KernelModule): Sums {
  const { images, groups, ofSource, ofTarget, axes } = shape;
  const lanes = countLanes(module);
  const cut = cutSums(shape, lanes);
  const tile = chooseTile(shape, cut.sliceImages, tilePixels, lanes);
  const slices = Math.max(1, Math.ceil(images / cut.sliceImages));
  const area = countTaps(shape);
  return {
    slices,
    launch: (operands) =>
      planLaunch(makeWasmKernel(module, "filterGradient", convolutionKernels), {
        ...operands,
        parameters: {
          images,
          groups,
          channels: ofSource,
          outputs: ofTarget,
          ...nameAxisParameters(axes),
          tileImages: tile.images,
          tileRows: tile.rows,
          tileColumns: tile.columns,
          outputBlock: cut.outputs,
          channelBlock: cut.channels,
          sliceImages: cut.sliceImages,
        },
        work: {
          items: slices * cut.blocks,
          chunk: countItemsPerChunk(cut.sliceImages * countPixels(shape) * cut.outputs * cut.channels * area),
          scratchBytes: countScratchBytes(tile, cut, area, lanes),
        },
      }),
  };
}
