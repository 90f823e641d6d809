import type { Limits } from "../../../core/devices/backend.ts";
import type { PlannedLaunch, WgslKernel } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
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
  depthwiseFilterGradientParameters,
  filterGradientKernel,
  filterGradientParameters,
  pairInvocations,
} from "./filter-gradient.wgsl.ts";
import { convolutionValues } from "./patches.wgsl.ts";

/** Gradients of a group that are too few for a tile, whose least is 512 elements. */
const fewGradients = 256;
/** Pixels that are worth a workgroup. */
const leastPixels = 16 * pairInvocations;

/** A kernel that sums over slices of the pixels, and its parameters. */
interface Sums {
  readonly kernel: WgslKernel;
  readonly count: number;
  readonly slices: number;
  readonly parameters: readonly number[];
}

function tiledSums(shape: ConvolutionShape, size: number): Sums {
  const { images, groups, ofSource, ofTarget } = shape;
  const pixels = pixelsOf(shape);
  const cut = cutProduct(groups, ofTarget, ofSource * areaOf(shape), images * pixels);
  const { tile, rowTiles, columnTiles, slices, sliceDepth } = cut;
  const count = groups * rowTiles * columnTiles * slices;
  return {
    ...{ count, slices },
    kernel: filterGradientKernel(
      tile,
      pixels % 4 === 0 ? "depth" : "none",
      (images * pixels) % stagedDepth === 0,
    ),
    parameters: filterGradientParameters({
      ...{ slope: 1, count, rowTiles, columnTiles, slices, sliceDepth, sliceSize: size, rows: ofTarget },
      ...convolutionValues(shape, undefined),
    }),
  };
}

function depthwiseSums(shape: ConvolutionShape, size: number): Sums {
  const { images, groups, ofSource, ofTarget, axes } = shape;
  const pairs = groups * ofSource * ofTarget;
  const all = images * pixelsOf(shape);
  const wanted = Math.min(wantedInvocations / (pairs * pairInvocations), all / leastPixels);
  const sliceDepth = Math.max(1, Math.ceil(all / Math.max(1, wanted)));
  const slices = Math.max(1, Math.ceil(all / sliceDepth));
  return {
    ...{ count: pairs * slices, slices },
    kernel: depthwiseFilterGradientKernel([axes[0].taps, axes[1].taps]),
    parameters: depthwiseFilterGradientParameters({
      ...{ slope: 1, count: pairs * slices, slices, sliceDepth, sliceSize: size, rows: ofTarget },
      ...convolutionValues(shape, undefined),
    }),
  };
}

/** Sums over slices of the pixels; where there are several, a second launch adds them up in order. */
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
  const { kernel, count, slices, parameters } = (isDepthwise ? depthwiseSums : tiledSums)(shape, size);
  const isSliced = slices > 1;
  const sums: PlannedLaunch = {
    kind: "kernel",
    kernel,
    reads: [{ input: 0 }, { input: 1 }],
    writes: [isSliced ? { temporary: 0 } : { output: 0 }],
    parameters,
    work: { workgroups: workgroupLine(count, limits) },
  };
  if (!isSliced) return { launches: [sums], temporaries: [], aliases: [] };
  const merge = mergeSlicesLaunch(slices, { size, rows: 1, columns: size }, 0, undefined, 1, limits);
  return { launches: [sums, merge], temporaries: [{ shape: [slices, size], dtype: "f32" }], aliases: [] };
}
