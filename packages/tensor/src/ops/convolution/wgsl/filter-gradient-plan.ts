import type { Limits } from "../../../core/devices/backend.ts";
import type { PlannedLaunch, Slot } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import { foldWorkgroups } from "../../../core/plans/wgsl.ts";
import type { Spec } from "../../../core/spec.ts";
import { countElements } from "../../../core/spec.ts";
import { planMergeSlices } from "../../matmul/wgsl/merge-slices.wgsl.ts";
import { cutProduct, stagedDepth, wantedInvocations } from "../../matmul/wgsl/product-tiles.ts";
import type { ConvolutionAttributes } from "../convolution.ts";
import { computeFilterGradientShape } from "../convolution.ts";
import type { ConvolutionShape } from "../tiling.ts";
import { countPixels, countTaps, makeConvolutionShape } from "../tiling.ts";
import {
  pairInvocations,
  writeDepthwiseFilterGradientKernel,
  writeFilterGradientKernel,
} from "./filter-gradient.wgsl.ts";
import { nameConvolutionValues } from "./patches.wgsl.ts";

/** Groups with fewer gradients than this are too small for tiles, which have at least 512 elements. */
const fewGradients = 256;
/** The smallest number of pixels for a workgroup. */
const leastPixels = 16 * pairInvocations;

/** A launch that sums over slices of the pixels. */
interface Sums {
  readonly slices: number;
  readonly launch: PlannedLaunch;
}

const reads = { source: { input: 0 }, dy: { input: 1 } };

/** The destination of sums: a temporary if several slices must be merged. */
const chooseSums = (slices: number): Slot => (slices > 1 ? { temporary: 0 } : { output: 0 });

function planTiledSums(shape: ConvolutionShape, size: number, limits: Limits): Sums {
  const { images, groups, ofSource, ofTarget } = shape;
  const pixels = countPixels(shape);
  const cut = cutProduct(groups, ofTarget, ofSource * countTaps(shape), images * pixels);
  const { tile, rowTiles, columnTiles, slices, sliceDepth } = cut;
  const count = groups * rowTiles * columnTiles * slices;
  const isWhole = (images * pixels) % stagedDepth === 0;
  const launch = planLaunch(writeFilterGradientKernel(tile, pixels % 4 === 0 ? "depth" : "none", isWhole), {
    reads,
    writes: { c: chooseSums(slices) },
    parameters: {
      slope: 1,
      count,
      rowTiles,
      columnTiles,
      slices,
      sliceDepth,
      sliceSize: size,
      rows: ofTarget,
      ...nameConvolutionValues(shape, undefined),
    },
    work: { workgroups: foldWorkgroups(count, limits) },
  });
  return { slices, launch };
}

function planDepthwiseSums(shape: ConvolutionShape, size: number, limits: Limits): Sums {
  const { images, groups, ofSource, ofTarget, axes } = shape;
  const pairs = groups * ofSource * ofTarget;
  const all = images * countPixels(shape);
  const wanted = Math.min(wantedInvocations / (pairs * pairInvocations), all / leastPixels);
  const sliceDepth = Math.max(1, Math.ceil(all / Math.max(1, wanted)));
  const slices = Math.max(1, Math.ceil(all / sliceDepth));
  const count = pairs * slices;
  const launch = planLaunch(writeDepthwiseFilterGradientKernel([axes[0].taps, axes[1].taps]), {
    reads,
    writes: { c: chooseSums(slices) },
    parameters: {
      count,
      slices,
      sliceDepth,
      sliceSize: size,
      rows: ofTarget,
      ...nameConvolutionValues(shape, undefined),
    },
    work: { workgroups: foldWorkgroups(count, limits) },
  });
  return { slices, launch };
}

/** Sums over slices of the pixels; if there are several slices, a second launch adds their sums in order. */
export function planShaderFilterGradient(
  [x, dy]: readonly (Spec | undefined)[],
  attrs: ConvolutionAttributes,
  limits: Limits,
): Plan {
  const weight = computeFilterGradientShape("conv2dFilterGradient", x!, dy!, attrs);
  const size = countElements(weight);
  if (size === 0) return { launches: [], temporaries: [], aliases: [] };
  const shape = makeConvolutionShape("forward", x!.shape, dy!.shape, weight, attrs);
  const area = countTaps(shape);
  const isDepthwise = shape.ofSource * shape.ofTarget * area < fewGradients && area <= pairInvocations;
  const { slices, launch } = (isDepthwise ? planDepthwiseSums : planTiledSums)(shape, size, limits);
  if (slices === 1) return { launches: [launch], temporaries: [], aliases: [] };
  const merge = planMergeSlices(slices, { size, rows: 1, columns: size }, 0, undefined, 1, limits);
  return { launches: [launch, merge], temporaries: [{ shape: [slices, size], dtype: "f32" }], aliases: [] };
}
