import type { Limits } from "../../../core/devices/backend.ts";
import type { PlannedLaunch } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import { foldWorkgroups } from "../../../core/plans/wgsl.ts";
import type { Shape, Spec } from "../../../core/spec.ts";
import { broadcastStrides, countElements } from "../../../core/spec.ts";
import { toPlainEpilogue } from "../../matmul/epilogue.ts";
import { planEpilogue } from "../../matmul/epilogue-launch.ts";
import { planMergeSlices } from "../../matmul/wgsl/merge-slices.wgsl.ts";
import { cutProduct, stagedDepth } from "../../matmul/wgsl/product-tiles.ts";
import type { Conv2dAttributes } from "../convolution.ts";
import type { ConvolutionShape, Direction, KernelAxis } from "../tiling.ts";
import { countPixels, countTaps, makeConvolutionShape } from "../tiling.ts";
import { depthwiseElements, writeConvolutionKernel, writeDepthwiseKernel } from "./convolution.wgsl.ts";
import type { ChannelStrides } from "./patches.wgsl.ts";
import { computePeriod, nameConvolutionValues } from "./patches.wgsl.ts";

/**
 * The largest number of rows for the depthwise kernel: a tile takes at least 16 rows, but long sums should be shared by
 * invocations.
 */
const mostDepthwiseRows = 3;
const mostDepthwiseTerms = 256;

/** An epilogue that the kernels apply themselves. */
interface FusedEpilogue {
  readonly slope: number;
  readonly added?: ChannelStrides;
}

/** Undefined for an epilogue that needs a separate launch: kernels read an addend with a single stride over pixels. */
function findFusedEpilogue(
  inputs: readonly (Spec | undefined)[],
  { epilogue }: Conv2dAttributes,
  output: Shape,
): FusedEpilogue | undefined {
  const plain = toPlainEpilogue(epilogue);
  if (plain === undefined || !plain.hasAddend) return plain;
  const [image, row, y, x] = broadcastStrides(inputs[2]!.shape, output) as [number, number, number, number];
  const [height, width] = output.slice(2) as [number, number];
  const column = width === 1 ? y : x;
  if (height > 1 && y !== column * width) return undefined;
  return { slope: plain.slope, added: { image, row, column } };
}

/** Divides a convolution into tiles like a batch of products, one for each phase, with the largest depth of all phases. */
const cutConvolution = ({ images, groups, ofSource, ofTarget, axes: [y, x] }: ConvolutionShape) => {
  const pixels = ({ target, step }: KernelAxis) => Math.ceil(target / step);
  const taps = (axis: KernelAxis) => Math.ceil(axis.taps / computePeriod(axis));
  const depth = ofSource * taps(y) * taps(x);
  return cutProduct(groups * y.step * x.step, ofTarget, images * pixels(y) * pixels(x), depth);
};

interface Launches {
  readonly launches: readonly PlannedLaunch[];
  readonly temporaries: readonly Spec[];
}

/** The launch of tiles and, if there are few tiles, a second one that merges slices of the depth. */
function planTiledLaunches(
  shape: ConvolutionShape,
  { slope, added }: FusedEpilogue,
  output: Shape,
  limits: Limits,
): Launches {
  const { isTransposed, images, groups, ofSource, ofTarget, axes } = shape;
  const { tile, rowTiles, columnTiles, slices, sliceDepth } = cutConvolution(shape);
  const isSliced = slices > 1;
  const own = isSliced ? undefined : added;
  const count = groups * axes[0].step * axes[1].step * rowTiles * columnTiles * slices;
  const size = countElements(output);
  const isVector = !isTransposed && (ofSource * countTaps(shape)) % 4 === 0;
  const text = { isTransposed, hasAddend: own !== undefined };
  const kernel = writeConvolutionKernel(
    tile,
    isVector ? "depth" : "none",
    ofSource % stagedDepth === 0,
    text,
  );
  const product = planLaunch(kernel, {
    reads: { source: { input: 0 }, filters: { input: 1 }, addend: own && { input: 2 } },
    writes: { c: isSliced ? { temporary: 0 } : { output: 0 } },
    parameters: {
      slope: isSliced ? 1 : slope,
      count,
      rowTiles,
      columnTiles,
      slices,
      sliceDepth,
      sliceSize: size,
      rows: ofTarget,
      ...nameConvolutionValues(shape, own),
    },
    work: { workgroups: foldWorkgroups(count, limits) },
  });
  if (!isSliced) return { launches: [product], temporaries: [] };
  const ofAddend = added && {
    operand: { input: 2 },
    start: 0,
    row: added.row,
    column: added.column,
    outer: 0,
    inner: added.image,
    innerSize: images,
  };
  const matrices = { size, rows: output[1]!, columns: countPixels(shape) };
  return {
    launches: [product, planMergeSlices(slices, matrices, 0, ofAddend, slope, limits)],
    temporaries: [{ shape: [slices, size], dtype: "f32" }],
  };
}

function planDepthwiseLaunch(
  shape: ConvolutionShape,
  { slope, added }: FusedEpilogue,
  output: Shape,
  limits: Limits,
): PlannedLaunch {
  const size = countElements(output);
  const { isTransposed } = shape;
  return planLaunch(writeDepthwiseKernel({ isTransposed, hasAddend: added !== undefined }), {
    reads: { source: { input: 0 }, filters: { input: 1 }, addend: added && { input: 2 } },
    writes: { c: { output: 0 } },
    parameters: { slope, size, rows: shape.ofTarget, ...nameConvolutionValues(shape, added) },
    work: { workgroups: foldWorkgroups(Math.ceil(size / depthwiseElements), limits) },
  });
}

/** A convolution with its epilogue. The input gradient is "transposed": dy is the source, dx the target. */
export function planShaderConvolution(
  direction: Direction,
  output: Spec,
  inputs: readonly (Spec | undefined)[],
  attrs: Conv2dAttributes,
  limits: Limits,
): Plan {
  const [source, weight] = inputs as readonly Spec[];
  if (countElements(output.shape) === 0) return { launches: [], temporaries: [], aliases: [] };
  const shape = makeConvolutionShape(direction, source!.shape, output.shape, weight!.shape, attrs);
  const fused = findFusedEpilogue(inputs, attrs, output.shape);
  const epilogue = fused ?? { slope: 1 };
  const isDepthwise =
    shape.ofTarget <= mostDepthwiseRows && shape.ofSource * countTaps(shape) <= mostDepthwiseTerms;
  const { launches, temporaries }: Launches = isDepthwise
    ? { launches: [planDepthwiseLaunch(shape, epilogue, output.shape, limits)], temporaries: [] }
    : planTiledLaunches(shape, epilogue, output.shape, limits);
  const rest = fused === undefined ? [planEpilogue(attrs.epilogue!, inputs, output)] : [];
  return { launches: [...launches, ...rest], temporaries, aliases: [] };
}
