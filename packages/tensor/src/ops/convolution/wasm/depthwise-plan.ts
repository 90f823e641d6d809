import type { KernelModule } from "../../../core/devices/launch.ts";
import { makeWasmKernel } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlainEpilogue } from "../../matmul/epilogue.ts";
import type { ConvolutionShape, Tile } from "../tiling.ts";
import { chooseTile, countPixels, countTaps, nameAxisParameters } from "../tiling.ts";
import { convolutionKernels, convolutionSizes } from "./convolution.kernels.ts";
import { countItemsPerChunk } from "./direct-plan.ts";
import type { PreparedLaunches } from "./prepared-launches.ts";

/** Target pixels of a tile: while one is computed, the processor fetches the next one. */
const tilePixels = 1024;

/** Whether every channel has its own filter. */
export const isDepthwise = ({ ofSource, ofTarget }: ConvolutionShape): boolean =>
  ofSource === 1 && ofTarget === 1;

export const chooseFlatTile = (shape: ConvolutionShape): Tile => chooseTile(shape, 1, tilePixels, 1);

/** Scratch for tables, planes of the source and as many planes of targets as are written at a time. */
export function countFlatBytes({ axes: [y, x] }: ConvolutionShape, { rows, columns }: Tile): number {
  const pitch = columns + Math.floor(x.reach / x.jump);
  const planeBytes = (height: number): number =>
    Math.ceil((4 * height * pitch + convolutionSizes.slackBytes) / 64) * 64;
  const sources = y.jump * x.jump * planeBytes(rows + Math.floor(y.reach / y.jump));
  const tables = 4 * y.step * x.step + 8 * (y.taps * x.taps + 2) + 256;
  return 2 * convolutionSizes.axisBytes + tables + sources + x.step * planeBytes(rows);
}

/** Filters are used as they come. */
export function planDepthwise(
  shape: ConvolutionShape,
  module: KernelModule,
  epilogue: PlainEpilogue | undefined,
): PreparedLaunches {
  const { images, groups, axes, isTransposed } = shape;
  const tile = chooseFlatTile(shape);
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
          transposed: isTransposed ? 1 : 0,
          ...nameAxisParameters(axes),
          tileRows: tile.rows,
          tileColumns: tile.columns,
          slope: epilogue?.slope ?? 1,
        },
        work: {
          items: images * groups,
          chunk: countItemsPerChunk(countPixels(shape) * countTaps(shape)),
          scratchBytes: countFlatBytes(shape, tile),
        },
      }),
    ],
  };
}
