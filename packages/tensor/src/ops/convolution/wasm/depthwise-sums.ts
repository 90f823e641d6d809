import type { KernelModule } from "../../../core/devices/launch.ts";
import { makeWasmKernel } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import { computeEvenParts } from "../../matmul/wasm/matmul-plan.ts";
import type { ConvolutionShape } from "../tiling.ts";
import { countPixels, countTaps, nameAxisParameters } from "../tiling.ts";
import { convolutionKernels } from "./convolution.kernels.ts";
import { chooseFlatTile, countFlatBytes } from "./depthwise-plan.ts";
import { countItemsPerChunk } from "./direct-plan.ts";
import type { Sums } from "./sums.ts";

/** The batch is cut into slices at least until there are this many items of work. */
const wantedItems = 16;
/** Channels of an item, at most: they lie side by side in memory, where the processor fetches ahead. */
const channelsOfItem = 8;

/** Sums of the products of rows of dy with rows of x, some channels at a time. */
export function planDepthwiseSums(shape: ConvolutionShape, module: KernelModule): Sums {
  const { images, groups, axes } = shape;
  const tile = chooseFlatTile(shape);
  const channelBlock = computeEvenParts(groups, channelsOfItem, 1);
  const blocks = Math.ceil(groups / channelBlock);
  const sliceImages = Math.max(1, Math.ceil((images * blocks) / Math.max(blocks, wantedItems)));
  const slices = Math.max(1, Math.ceil(images / sliceImages));
  return {
    slices,
    launch: (operands) =>
      planLaunch(makeWasmKernel(module, "filterGradientDepthwise", convolutionKernels), {
        ...operands,
        parameters: {
          images,
          channels: groups,
          ...nameAxisParameters(axes),
          channelBlock,
          sliceImages,
          tileRows: tile.rows,
          tileColumns: tile.columns,
        },
        work: {
          items: blocks * slices,
          chunk: countItemsPerChunk(channelBlock * sliceImages * countPixels(shape) * countTaps(shape)),
          scratchBytes: countFlatBytes(shape, tile) + 64 * channelBlock * (countTaps(shape) + 2),
        },
      }),
  };
}
