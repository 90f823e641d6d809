import type { DType, Limits, PlannedLaunch, ScalarSlot, Slot } from "@evenkeel/tensor";
import {
  floatElements,
  joinsInSubgroups,
  subgroupExtensions,
  wgslKernel,
  workgroupLine,
} from "@evenkeel/tensor/wgsl";
import type { Fraction, TileSetting, WholeNumber } from "./tile.wgsl.ts";
import { declareOperands, parameterNames, parameterTypes } from "./tile.wgsl.ts";
import type { Cut, Tiling } from "./tiling.ts";
import { widthOf } from "./tiling.ts";

/** By the names that the code gives them; what is absent is not bound. */
export interface TileOperands {
  readonly reads: { readonly [name: string]: Slot | undefined };
  readonly writes: { readonly [name: string]: Slot | undefined };
}

/** Parameters beside the geometry; absent ones are 0. */
export type TileNumbers = { readonly [Name in WholeNumber | Fraction]?: number | ScalarSlot };

/** What tensors hold, and the device. */
export interface TileTarget {
  readonly dtype: DType;
  readonly limits: Limits;
}

/** A launch of a kernel over tiles, whose code is made for the operands that are present. */
export function tileLaunch(
  entry: string,
  tiling: Tiling,
  { splits, share }: Cut,
  { reads, writes }: TileOperands,
  numbers: TileNumbers,
  code: (setting: TileSetting) => string,
  { dtype, limits }: TileTarget,
): PlannedLaunch {
  const present = (operands: TileOperands["reads"]): string[] =>
    Object.keys(operands).filter((name) => operands[name] !== undefined);
  const subgroups = joinsInSubgroups(tiling.members, limits);
  const elements = floatElements(dtype, widthOf(tiling.unit), limits);
  const setting = { reads: present(reads), writes: present(writes), elements, subgroups };
  const { channels, inner, positions, span, run, members, blocks } = tiling;
  const geometry = { channels, inner, positions, span, run, members, blocks, splits, share };
  const values: TileNumbers = { ...geometry, bits: 0xffffffff, ...numbers };
  return {
    kind: "kernel",
    kernel: wgslKernel({
      entry,
      code: code(setting),
      extensions: [...subgroupExtensions(subgroups), ...elements.extensions],
      reads: declareOperands(setting.reads, elements),
      writes: declareOperands(setting.writes, elements),
      parameterTypes,
    }),
    reads: setting.reads.map((name) => reads[name]),
    writes: setting.writes.map((name) => writes[name]),
    parameters: parameterNames.map((name) => values[name] ?? 0),
    work: { workgroups: workgroupLine(blocks * splits, limits) },
  };
}

/** Bytes of what a kernel knows of its channels. */
export const unitBytes = ({ unit }: Tiling): number => (unit === "across" ? 16 : 4);
