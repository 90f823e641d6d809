import { matmul as wideModule } from "#wide";
import type { Limits } from "../../../core/devices/backend.ts";
import type { KernelModule, PlannedLaunch, Slot } from "../../../core/devices/launch.ts";
import { makeWasmKernel } from "../../../core/devices/launch.ts";
import { chooseModule } from "../../../core/plans/kernel-modules.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { MatmulGeometry, MatmulStrides } from "../matmul-geometry.ts";
import { matmulKernels, matmulSizes } from "./matmul.kernels.ts";
import { module, relaxedModule } from "./matmul.wasm.ts";

/** The module that multiplies, and the rows and columns of its panels. */
export interface Panels {
  readonly from: KernelModule;
  readonly rows: number;
  readonly columns: number;
}

/**
 * The panels for a product of n columns, as in the kernels: fused multiplication and addition leaves registers for two more rows. A wide panel would
 * be half empty up to 8 columns.
 */
export function choosePanels(limits: Limits, n: number): Panels {
  const from = chooseModule(limits, { module, relaxedModule, wideModule: n > 8 ? wideModule : undefined });
  return { from, rows: from === module ? 4 : 6, columns: typeof from === "string" ? 8 : 16 };
}

/** Values of both operands that one launch may pack: 64 MiB. */
const mostPacked = 2 ** 24;
/** Values worth a chunk of their own when they are packed. */
const chunkValues = 2 ** 15;

/** Bytes of a panel, as in the kernel: an odd number of cache lines, with room for two floats more. */
const countPanelBytes = (depth: number, width: number): number =>
  (Math.ceil((depth * width + 2) / 16) | 1) * 64;

/** Bytes of the panels of a block of a and one of b. */
export const countPackedBytes = (rows: number, columns: number, depth: number, panels: Panels): number =>
  Math.ceil(rows / panels.rows) * countPanelBytes(depth, panels.rows) +
  Math.ceil(columns / panels.columns) * countPanelBytes(depth, panels.columns);

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

/** Packs a and b whole; an item is eight panels of a or 64 columns of b. */
export function planPackLaunch(
  { m, n, k }: Pick<MatmulGeometry, "m" | "n" | "k">,
  { aRow, aDepth, bDepth, bColumn }: MatmulStrides,
  panels: Panels,
  reads: { readonly a: Slot; readonly b: Slot },
  packed: Slot,
): PlannedLaunch {
  return planLaunch(makeWasmKernel(panels.from, "packOperands", matmulKernels), {
    reads,
    writes: { packed },
    parameters: { m, n, k, aRow, aDepth, bDepth, bColumn },
    work: {
      items: Math.ceil(m / (8 * panels.rows)) + Math.ceil(n / 64),
      chunk: Math.max(1, Math.floor(chunkValues / (64 * k))),
    },
  });
}
