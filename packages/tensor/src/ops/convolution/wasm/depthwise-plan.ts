import type { KernelModule } from "../../../core/devices/launch.ts";
import { makeWasmKernel } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlainEpilogue } from "../../matmul/epilogue.ts";
import type { ConvolutionShape, KernelAxis } from "../tiling.ts";
import { countPixels, countTaps, nameAxisParameters } from "../tiling.ts";
import { convolutionKernels, convolutionSizes } from "./convolution.kernels.ts";
import { countItemsPerChunk } from "./direct-plan.ts";
import type { PreparedLaunches } from "./prepared-launches.ts";

/** Pixels that may be looked for outside of an image: what is read there, with a vector, lies within 64 bytes of it. */
const mostOutside = 3;

/** An axis as the convolution sees it that a transposed one of stride 1 is, with its taps in the other order. */
const turnAxis = (axis: KernelAxis, isTransposed: boolean): KernelAxis =>
  isTransposed ? { ...axis, before: (axis.taps - 1) * axis.dilation - axis.before } : axis;

function isFitting(axis: KernelAxis, isTransposed: boolean): boolean {
  const { before, taps, dilation, stride, source, target } = turnAxis(axis, isTransposed);
  const after = (target - 1) * stride + (taps - 1) * dilation - before - (source - 1);
  return (
    stride <= (isTransposed ? 1 : 2) && dilation === 1 && [before, after].every((own) => own <= mostOutside)
  );
}

/** Whether every channel has its own filter, and rows can be read where they lie. */
export const isDepthwise = ({ ofSource, ofTarget, axes, isTransposed }: ConvolutionShape): boolean =>
  ofSource === 1 && ofTarget === 1 && axes.every((axis) => isFitting(axis, isTransposed));

/** Filters are used as they come. */
export function planDepthwise(
  shape: ConvolutionShape,
  module: KernelModule,
  epilogue: PlainEpilogue | undefined,
): PreparedLaunches {
  const { images, groups, isTransposed } = shape;
  const [y, x] = shape.axes;
  return {
    temporaries: [],
    launches: [
      planLaunch(makeWasmKernel(module, "convolveDepthwise", convolutionKernels), {
        reads: {
          source: { input: 0 },
          filters: { input: 1 },
          bias: epilogue?.hasAddend ? { input: 2 } : undefined,
        },
        writes: { target: { output: 0 } },
        parameters: {
          channels: groups,
          flipped: isTransposed ? 1 : 0,
          ...nameAxisParameters([turnAxis(y, isTransposed), turnAxis(x, isTransposed)]),
          slope: epilogue?.slope ?? 1,
        },
        work: {
          items: images * groups,
          chunk: countItemsPerChunk(countPixels(shape) * countTaps(shape)),
          scratchBytes: convolutionSizes.rampBytes,
        },
      }),
    ],
  };
}
