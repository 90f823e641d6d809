import type { KernelModule } from "../../../core/devices/launch.ts";
import { makeWasmKernel } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { ConvolutionShape } from "../tiling.ts";
import { countPixels, countTaps, nameAxisParameters } from "../tiling.ts";
import { convolutionKernels, convolutionSizes } from "./convolution.kernels.ts";
import { countItemsPerChunk } from "./direct-plan.ts";
import type { Sums } from "./sums.ts";

/** The batch is cut into slices at least until there are this many items of work. */
const wantedItems = 16;

/** Sums of the products of rows of dy with rows of x, a channel at a time. */
export function planDepthwiseSums(shape: ConvolutionShape, module: KernelModule): Sums {
  const { images, groups, axes } = shape;
  const [y, x] = axes;
  const sliceImages = Math.max(1, Math.ceil((images * groups) / Math.max(groups, wantedItems)));
  const slices = Math.max(1, Math.ceil(images / sliceImages));
  return {
    slices,
    launch: (operands) =>
      planLaunch(makeWasmKernel(module, "filterGradientDepthwise", convolutionKernels), {
        ...operands,
        parameters: { images, channels: groups, sliceImages, ...nameAxisParameters(axes) },
        work: {
          items: groups * slices,
          chunk: countItemsPerChunk(sliceImages * countPixels(shape) * countTaps(shape)),
          scratchBytes: convolutionSizes.rampBytes + 16 * y.taps * 4 * Math.ceil(x.taps / 4),
        },
      }),
  };
}
