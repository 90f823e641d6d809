import type { Limits } from "../../../core/devices/backend.ts";
import type { PlannedLaunch, Slot } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import { workgroupLine } from "../../../core/plans/wgsl.ts";
import type { Spec } from "../../../core/spec.ts";
import { sizeOf } from "../../../core/spec.ts";
import { mergeSlicesLaunch } from "../../matmul/wgsl/merge-slices.wgsl.ts";
import { cutProduct, stagedDepth, wantedInvocations } from "../../matmul/wgsl/product-tiles.ts";
import type { ConvolutionAttributes } from "../convolution.ts";
import { filterGradientShape } from "../convolution.ts";
import type { ConvolutionShape } from "../tiling.ts";
import { areaOf, convolutionShapeOf, pixelsOf } from "../tiling.ts";
import {
  depthwiseFilterGradientKernel,
  filterGradientKernel,
  pairInvocations,
} from "./filter-gradient.wgsl.ts";
import { convolutionValues } from "./patches.wgsl.ts";

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
const sumsOf = (slices: number): Slot => (slices > 1 ? { temporary: 0 } : { output: 0 });

function tiledSums(shape: ConvolutionShape, size: number, limits: Limits): Sums {
  const { images, groups, ofSource, ofTarget } = shape;
  const pixels = pixelsOf(shape);
  const cut = cutProduct(groups, ofTarget, ofSource * areaOf(shape), images * pixels);
  const { tile, rowTiles, columnTiles, slices, sliceDepth } = cut;
  const count = groups * rowTiles * columnTiles * slices;
  const isWhole = (images * pixels) % stagedDepth === 0;
  const launch = planLaunch(filterGradientKernel(tile, pixels % 4 === 0 ? "depth" : "none", isWhole), {
    reads,
    writes: { c: sumsOf(slices) },
    parameters: {
      slope: 1,
      count,
      rowTiles,
      columnTiles,
      slices,
      sliceDepth,
      sliceSize: size,
      rows: ofTarget,
      ...convolutionValues(shape, undefined),
    },
    work: { workgroups: workgroupLine(count, limits) },
  });
  return { slices, launch };
}

function depthwiseSums(shape: ConvolutionShape, size: number, limits: Limits): Sums {
  const { images, groups, ofSource, ofTarget, axes } = shape;
  const pairs = groups * ofSource * ofTarget;
  const all = images * pixelsOf(shape);
  const wanted = Math.min(wantedInvocations / (pairs * pairInvocations), all / leastPixels);
  const sliceDepth = Math.max(1, Math.ceil(all / Math.max(1, wanted)));
  const slices = Math.max(1, Math.ceil(all / sliceDepth));
  const count = pairs * slices;
  const launch = planLaunch(depthwiseFilterGradientKernel([axes[0].taps, axes[1].taps]), {
    reads,
    writes: { c: sumsOf(slices) },
    parameters: {
      count,
      slices,
      sliceDepth,
      sliceSize: size,
      rows: ofTarget,
      ...convolutionValues(shape, undefined),
    },
    work: { workgroups: workgroupLine(count, limits) },
  });
  return { slices, launch };
}

/** Sums over slices of the pixels; if there are several slices, a second launch adds their sums in order. */
export function filterGradientWgslPlan(
  [x, dy]: readonly (Spec | undefined)[],
  attrs: ConvolutionAttributes,
  limits: Limits,
): Plan {
  const weight = filterGradientShape("conv2dFilterGradient", x!, dy!, attrs);
  const size = sizeOf(weight);
  if (size === 0) return { launches: [], temporaries: [], aliases: [] };
  const shape = convolutionShapeOf("forward", x!.shape, dy!.shape, weight, attrs);
  const area = areaOf(shape);
  const isDepthwise = shape.ofSource * shape.ofTarget * area < fewGradients && area <= pairInvocations;
  const { slices, launch } = (isDepthwise ? depthwiseSums : tiledSums)(shape, size, limits);
  if (slices === 1) return { launches: [launch], temporaries: [], aliases: [] };
  const merge = mergeSlicesLaunch(slices, { size, rows: 1, columns: size }, 0, undefined, 1, limits);
  return { launches: [launch, merge], temporaries: [{ shape: [slices, size], dtype: "f32" }], aliases: [] };
}
