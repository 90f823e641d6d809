import type { KernelModule } from "../../../core/devices/launch.ts";
import { makeWasmKernel } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import { computeEvenParts } from "../../matmul/wasm/matmul-plan.ts";
import type { ConvolutionShape } from "../tiling.ts";
import { nameAxisParameters } from "../tiling.ts";
import { convolutionKernels, convolutionSizes } from "./convolution.kernels.ts";
import type { Sums } from "./sums.ts";
import {
  countStepBytes,
  countTableBytes,
  countTilesFitting,
  countTilesOfImage,
  isFasterByTiles,
} from "./winograd-plan.ts";

/** Channels of x and of dy of an item. */
const channelsOfItem = 64;
/** What transformed tiles may take: more than a second-level cache, for sums in memory that are then added to less often. */
const tileBytes = 600 * 1024;
/** The batch is cut into slices at least until there are this many items of work. */
const wantedItems = 16;
/** Tiles in a slice, at least: fewer do not pay for the transform of their sums to taps. */
const leastTiles = 64;

/** Whether tiles take less time than pixels. The sums are long, and as good as those of products. */
export function usesWinogradSums(shape: ConvolutionShape): boolean {
  const { images, ofSource, ofTarget } = shape;
  const isEven = ofSource % 4 === 0 && ofTarget % 8 === 0;
  return isEven && images * countTilesOfImage(shape) >= leastTiles && isFasterByTiles(shape);
}

/** Products of transformed tiles of x and of dy, summed and transformed to taps. */
export function planWinogradSums(shape: ConvolutionShape, module: KernelModule): Sums {
  const { images, groups, ofSource, ofTarget, axes } = shape;
  const channels = computeEvenParts(ofSource, channelsOfItem, 4);
  const isWide = typeof module !== "string";
  const outputs = computeEvenParts(ofTarget, channelsOfItem, isWide ? 16 : 8);
  const blocks = groups * Math.ceil(ofSource / channels) * Math.ceil(ofTarget / outputs);
  const fitting = Math.floor((images * countTilesOfImage(shape)) / leastTiles);
  const wanted = Math.max(1, Math.min(Math.ceil(wantedItems / blocks), fitting));
  const sliceImages = Math.ceil(images / wanted);
  const slices = Math.ceil(images / sliceImages);
  const tiles = countTilesFitting(channels + outputs, tileBytes, 8);
  const matrices =
    countStepBytes(channels, tiles) + countStepBytes(outputs, tiles) + countStepBytes(channels, outputs);
  const scratchBytes = countTableBytes(tiles, isWide, 4, 2 * tiles) + convolutionSizes.positions * matrices;
  return {
    slices,
    launch: (operands) =>
      planLaunch(makeWasmKernel(module, "filterGradientWinograd", convolutionKernels), {
        ...operands,
        parameters: {
          images,
          groups,
          channels: ofSource,
          outputs: ofTarget,
          ...nameAxisParameters(axes),
          outputBlock: outputs,
          channelBlock: channels,
          sliceImages,
          tiles,
        },
        work: { items: slices * blocks, chunk: 1, scratchBytes },
      }),
  };
}
