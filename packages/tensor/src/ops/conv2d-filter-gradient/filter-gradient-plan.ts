import type { Limits } from "../../core/backend.ts";
import type { KernelLaunch, PlannedLaunch, ScalarSlot, Slot } from "../../core/launch.ts";
import { wasmKernel } from "../../core/launch.ts";
import type { Plan } from "../../core/op.ts";
import type { Shape, Spec } from "../../core/spec.ts";
import { sizeOf } from "../../core/spec.ts";
import type { ConvolutionAttributes } from "../conv2d/convolution.ts";
import { filterGradientShape } from "../conv2d/convolution.ts";
import { chunkOf } from "../conv2d/convolution-plan.ts";
import type { Tile } from "../conv2d/tiling.ts";
import { axisParameters, kernelAxes, tileOf } from "../conv2d/tiling.ts";
import { evenParts } from "../matmul/matmul-plan.ts";
import { module, relaxedModule } from "./conv2d-filter-gradient.wasm.ts";

/** Pixels of a tile: four channels of dy take half of a first-level cache of 32 KiB. */
const tilePixels = 1024;
/** Channels of dy and taps of x of an item: its sums, and dy and x of a tile, share a second-level cache of 512 KiB. */
const outputChannels = 64;
const tapsOfItem = 320;
const patchBytes = 128 * 1024;
/** The batch is cut into slices at least until there are this many items of work, each with this many multiplications. */
const wantedItems = 16;
const smallestItem = 2 ** 20;
/** Floats that are merged at a time. */
const mergeBlock = 1024;

interface Cut {
  readonly outputs: number;
  readonly channels: number;
  readonly slices: number;
  readonly sliceImages: number;
}

function cutOf(tile: Tile, x: Shape, dy: Shape, area: number, groups: number): Cut {
  const ofX = x[1]! / groups;
  const ofDy = dy[1]! / groups;
  const outputs = evenParts(ofDy, outputChannels, 4);
  const fitting = Math.max(1, Math.floor(Math.min(tapsOfItem / area, patchBytes / tile.patchBytes)));
  const channels = evenParts(ofX, fitting, 1);
  const blocks = groups * Math.ceil(ofDy / outputs) * Math.ceil(ofX / channels);
  const all = sizeOf(dy) * ofX * area;
  const wanted = Math.min(Math.ceil(wantedItems / blocks), Math.ceil(all / (blocks * smallestItem)));
  const sliceImages = evenParts(dy[0]!, Math.ceil(dy[0]! / Math.max(1, wanted)), 1);
  return { outputs, channels, sliceImages, slices: Math.max(1, Math.ceil(dy[0]! / sliceImages)) };
}

function scratchBytesOf(tile: Tile, { outputs, channels }: Cut, area: number): number {
  const taps = 4 * Math.ceil((channels * area) / 4);
  const tables = 4 * taps + 8 * tile.segments + 16;
  return 256 + tables + 4 * taps * outputs + 16 * outputs * tile.segments + channels * tile.patchBytes;
}

/** Sums over slices of the batch; where there are several, a second launch adds them up in order. */
export function filterGradientPlan(
  [x, dy]: readonly (Spec | undefined)[],
  attrs: ConvolutionAttributes,
  limits: Limits,
): Plan {
  const weight = filterGradientShape("conv2dFilterGradient", x!, dy!, attrs);
  const size = sizeOf(weight);
  if (size === 0) return { launches: [], temporaries: [], aliases: [] };
  const { groups } = attrs;
  const taps = weight.slice(2);
  const area = sizeOf(taps);
  const [axisY, axisX] = kernelAxes("forward", x!.shape.slice(2), dy!.shape.slice(2), taps, attrs);
  const images = dy!.shape[0]!;
  const cut = cutOf(tileOf(axisY, axisX, 1, tilePixels), x!.shape, dy!.shape, area, groups);
  const tile = tileOf(axisY, axisX, cut.sliceImages, tilePixels);
  const ofX = x!.shape[1]! / groups;
  const ofDy = dy!.shape[1]! / groups;
  const from = limits.features.has("relaxed-simd") ? relaxedModule : module;
  const isSliced = cut.slices > 1;
  const sums: KernelLaunch<Slot, ScalarSlot> = {
    kind: "kernel",
    kernel: wasmKernel(from, "filterGradient"),
    reads: [{ input: 0 }, { input: 1 }],
    writes: [isSliced ? { temporary: 0 } : { output: 0 }],
    parameters: [
      ...[images, groups, ofX, ofDy, ...axisParameters(axisY), ...axisParameters(axisX)],
      ...[tile.images, tile.rows, tile.columns, cut.outputs, cut.channels, cut.sliceImages],
    ],
    work: {
      items: cut.slices * groups * Math.ceil(ofDy / cut.outputs) * Math.ceil(ofX / cut.channels),
      chunk: chunkOf(cut.sliceImages * sizeOf(dy!.shape.slice(2)) * cut.outputs * cut.channels * area),
      scratchBytes: scratchBytesOf(tile, cut, area),
    },
  };
  if (!isSliced) return { launches: [sums], temporaries: [], aliases: [] };
  const merge: PlannedLaunch = {
    kind: "kernel",
    kernel: wasmKernel(from, "mergeSlices"),
    reads: [{ temporary: 0 }],
    writes: [{ output: 0 }],
    parameters: [size, cut.slices, mergeBlock],
    work: { items: Math.ceil(size / mergeBlock), chunk: chunkOf(mergeBlock * cut.slices) },
  };
  return {
    launches: [sums, merge],
    temporaries: [{ shape: [cut.slices, size], dtype: "f32" }],
    aliases: [],
  };
}
