import type { Limits } from "../../core/backend.ts";
import type { PlannedLaunch } from "../../core/launch.ts";
import { wasmKernel } from "../../core/launch.ts";
import type { Op, Plan } from "../../core/op.ts";
import type { Shape, Spec } from "../../core/spec.ts";
import { broadcastStrides, sameShape, sizeOf } from "../../core/spec.ts";
import { plainEpilogue } from "../epilogue/epilogue.ts";
import { epilogueLaunch } from "../epilogue/epilogue-launch.ts";
import { evenParts } from "../matmul/matmul-plan.ts";
import type { Conv2dAttributes } from "./conv2d.ts";
import { module, relaxedModule } from "./conv2d.wasm.ts";
import type { Direction, KernelAxis, Tile } from "./tiling.ts";
import { axisParameters, kernelAxes, tileOf, tilesOf } from "./tiling.ts";

/** Target pixels of a tile: with `targetChannels` of them, its output takes half of a 512 KiB second-level cache. */
const tilePixels = 512;
const targetChannels = 64;
/** Source pixels under one target pixel that are in use at a time: with a panel of filters, a first-level cache of 32 KiB. */
const depthInUse = 320;
/** What the source of a tile takes in scratch at a time. */
const patchBytes = 192 * 1024;
/** Multiplications worth a chunk of their own: some ten microseconds. */
const chunkSize = 2 ** 18;

interface Blocks {
  readonly source: number;
  readonly target: number;
}

function blocksOf(tile: Tile, sourceChannels: number, channels: number, taps: number): Blocks {
  const fitting = Math.floor(Math.min(depthInUse / taps, patchBytes / tile.patchBytes));
  return {
    source: evenParts(sourceChannels, Math.max(1, fitting), 1),
    target: evenParts(channels, targetChannels, 4),
  };
}

/** A bias of the channels and an activation that the kernel applies; absent for other epilogues. */
function fusedEpilogue(inputs: readonly (Spec | undefined)[], { epilogue }: Conv2dAttributes, output: Shape) {
  const plain = plainEpilogue(epilogue);
  if (plain === undefined || !plain.hasAddend) return plain;
  const strides = broadcastStrides(inputs[2]!.shape, output);
  // A dimension of one element is never walked.
  const expected = [0, 1, 0, 0].map((stride, axis) => (output[axis] === 1 ? strides[axis]! : stride));
  return sameShape(strides, expected) ? plain : undefined;
}

function scratchBytesOf(tile: Tile, blocks: Blocks, taps: number): number {
  const tables = 4 * blocks.source * taps + 8 * (tile.segments + 3);
  return 512 + tables + 16 + blocks.source * tile.patchBytes;
}

/** Packs the filters, then convolves with the epilogue inside. The input gradient is "transposed": dy is the source, dx the target. */
export function convolutionPlan(
  direction: Direction,
  op: Op<Conv2dAttributes>,
  inputs: readonly (Spec | undefined)[],
  attrs: Conv2dAttributes,
  limits: Limits,
): Plan {
  const [source, weight] = inputs.map((spec) => spec?.shape ?? []) as [number[], number[]];
  const output = op.outputs(inputs, attrs)[0]!;
  if (sizeOf(output.shape) === 0) return { launches: [], temporaries: [], aliases: [] };
  const { groups } = attrs;
  const images = source[0]!;
  const ofSource = source[1]! / groups;
  const ofTarget = output.shape[1]! / groups;
  const taps = weight.slice(2);
  const area = sizeOf(taps);
  const [y, x] = kernelAxes(direction, source.slice(2), output.shape.slice(2), taps, attrs);
  const tile = tileOf(y, x, images, tilePixels);
  const blocks = blocksOf(tile, ofSource, ofTarget, area);
  const panels = Math.ceil(ofTarget / 4);
  const transposed = direction === "transposed" ? 1 : 0;
  const fused = fusedEpilogue(inputs, attrs, output.shape);
  const itemSize = tile.images * tile.rows * tile.columns * blocks.target * ofSource * area;
  const from = limits.features.has("relaxed-simd") ? relaxedModule : module;
  const launches: PlannedLaunch[] = [
    {
      kind: "kernel",
      kernel: wasmKernel(from, "packFilters"),
      reads: [{ input: 1 }],
      writes: [{ temporary: 0 }],
      parameters: [ofTarget, ofSource, transposed, ...filterParameters(y), ...filterParameters(x)],
      work: { items: groups * panels, chunk: chunkOf(4 * ofSource * area * 16), scratchBytes: 256 },
    },
    {
      kind: "kernel",
      kernel: wasmKernel(from, "convolve"),
      reads: [{ input: 0 }, { temporary: 0 }, fused?.hasAddend ? { input: 2 } : undefined],
      writes: [{ output: 0 }],
      parameters: [
        ...[images, groups, ofSource, ofTarget, transposed, ...axisParameters(y), ...axisParameters(x)],
        ...[tile.images, tile.rows, tile.columns, blocks.target, blocks.source, fused?.slope ?? 1],
      ],
      work: {
        items: tilesOf(tile, y, x, images) * groups * y.step * x.step * Math.ceil(ofTarget / blocks.target),
        chunk: chunkOf(itemSize / (y.step * x.step)),
        scratchBytes: scratchBytesOf(tile, blocks, area),
      },
    },
  ];
  if (fused === undefined) launches.push(epilogueLaunch(attrs.epilogue!, inputs, output));
  return {
    launches,
    temporaries: [{ shape: [groups, panels, ofSource * area, 4], dtype: "f32" }],
    aliases: [],
  };
}

const filterParameters = ({ taps, stride, before, dilation }: KernelAxis): number[] => [
  taps,
  stride,
  before,
  dilation,
];

/** Items in a chunk, when each of them takes that many multiplications. */
export const chunkOf = (itemSize: number): number =>
  Math.max(1, Math.floor(chunkSize / Math.max(1, itemSize)));
