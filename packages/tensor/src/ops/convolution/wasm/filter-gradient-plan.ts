import { convolution as wideModule } from "#wide";
import type { Limits } from "../../../core/devices/backend.ts";
import { makeWasmKernel } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import { chooseModule } from "../../../core/plans/kernel-modules.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { Spec } from "../../../core/spec.ts";
import { countElements } from "../../../core/spec.ts";
import type { ConvolutionAttributes } from "../convolution.ts";
import { computeFilterGradientShape } from "../convolution.ts";
import { makeConvolutionShape } from "../tiling.ts";
import { convolutionKernels } from "./convolution.kernels.ts";
import { module, relaxedModule } from "./convolution.wasm.ts";
import { isDepthwise } from "./depthwise-plan.ts";
import { planDepthwiseSums } from "./depthwise-sums.ts";
import { countItemsPerChunk } from "./direct-plan.ts";
import { planDirectSums } from "./direct-sums.ts";
import { planWinogradSums, usesWinogradSums } from "./winograd-sums.ts";

/** Floats that are merged at a time. */
const mergeBlock = 1024;

/** Sums over slices of the batch; where there are several, a second launch adds them up in order. */
export function planFilterGradient(
  [x, dy]: readonly (Spec | undefined)[],
  attrs: ConvolutionAttributes,
  limits: Limits,
): Plan {
  const weight = computeFilterGradientShape("conv2dFilterGradient", x!, dy!, attrs);
  const size = countElements(weight);
  if (size === 0) return { launches: [], temporaries: [], aliases: [] };
  const shape = makeConvolutionShape("forward", x!.shape, dy!.shape, weight, attrs);
  const from = chooseModule(limits, { module, relaxedModule, wideModule });
  const ofTiles = usesWinogradSums(shape) ? planWinogradSums : planDirectSums;
  const chooseSums = isDepthwise(shape) ? planDepthwiseSums : ofTiles;
  const { slices, launch } = chooseSums(shape, from);
  const isSliced = slices > 1;
  const sums = launch({
    reads: { source: { input: 0 }, dy: { input: 1 } },
    writes: { sums: isSliced ? { temporary: 0 } : { output: 0 } },
  });
  if (!isSliced) return { launches: [sums], temporaries: [], aliases: [] };
  const merge = planLaunch(makeWasmKernel(from, "mergeSlices", convolutionKernels), {
    reads: { parts: { temporary: 0 } },
    writes: { target: { output: 0 } },
    parameters: { size, slices, block: mergeBlock },
    work: { items: Math.ceil(size / mergeBlock), chunk: countItemsPerChunk(mergeBlock * slices) },
  });
  return {
    launches: [sums, merge],
    temporaries: [{ shape: [slices, size], dtype: "f32" }],
    aliases: [],
  };
}
