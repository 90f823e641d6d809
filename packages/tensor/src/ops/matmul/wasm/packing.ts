import type { Limits } from "../../../core/devices/backend.ts";
import type { PlannedLaunch, Slot } from "../../../core/devices/launch.ts";
import { makeWasmKernel } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { MatmulGeometry, MatmulStrides } from "../matmul-geometry.ts";
import { matmulKernels, matmulSizes } from "./matmul.kernels.ts";

/** Rows of a panel, as in the kernel: fused multiplication and addition leaves registers for two more. */
export const choosePanelRows = (limits: Limits): number => (limits.features.has("relaxed-simd") ? 6 : 4);

/** Values of both operands that one launch may pack: 64 MiB. */
const mostPacked = 2 ** 24;
/** Values worth a chunk of their own when they are packed. */
const chunkValues = 2 ** 15;

/** Bytes of a panel, as in the kernel: an odd number of cache lines, with room for two floats more. */
const countPanelBytes = (depth: number, width: number): number =>
  (Math.ceil((depth * width + 2) / 16) | 1) * 64;

/** Bytes of the panels of a block of a and one of b. */
export const countPackedBytes = (rows: number, columns: number, depth: number, panelRows: number): number =>
  Math.ceil(rows / panelRows) * countPanelBytes(depth, panelRows) +
  Math.ceil(columns / 8) * countPanelBytes(depth, 8);

/**
 * Whether the kernel reads rows of a as they are, as in its `readsRows`: where they run along the depth and one row of tiles reads them all.
 * Rows 4 KiB apart, or a multiple, would meet in a few sets of the first-level cache.
 */
export const readsRows = (tilesDown: number, { aRow, aDepth }: MatmulStrides): boolean =>
  tilesDown === 1 && aDepth === 1 && aRow % 1024 !== 0;

/**
 * Whether one launch packs for all tiles, both operands or just a where there is one row of tiles: the tiles would pack them again
 * and again, and they are not huge.
 */
export function packsTogether(
  m: number,
  n: number,
  k: number,
  tilesDown: number,
  tilesAcross: number,
): boolean {
  const once = (tilesDown > 1 ? m + n : m) * k;
  const repeated = (tilesAcross - 1) * m * k + (tilesDown - 1) * n * k;
  return m > matmulSizes.fewRows && once <= mostPacked && 2 * repeated > once;
}

/** Packs a and b whole; an item is eight panels. */
export function planPackLaunch(
  module: string,
  { m, n, k }: Pick<MatmulGeometry, "m" | "n" | "k">,
  { aRow, aDepth, bDepth, bColumn }: MatmulStrides,
  panelRows: number,
  reads: { readonly a: Slot; readonly b: Slot },
  packed: Slot,
): PlannedLaunch {
  return planLaunch(makeWasmKernel(module, "packOperands", matmulKernels), {
    reads,
    writes: { packed },
    parameters: { m, n, k, aRow, aDepth, bDepth, bColumn },
    work: {
      items: Math.ceil(m / (8 * panelRows)) + Math.ceil(n / 64),
      chunk: Math.max(1, Math.floor(chunkValues / (64 * k))),
    },
  });
}
