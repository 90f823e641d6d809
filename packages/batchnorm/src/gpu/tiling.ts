import type { LineLayout } from "@evenkeel/tensor/wgsl";
import { workgroupSize } from "@evenkeel/tensor/wgsl";
import type { Layout } from "../operands/layout.ts";

/** Values of a unit: what an invocation loads at once. Units of a tensor and of its channels are counted in these. */
export const widthOf = (unit: LineLayout): 1 | 4 => (unit === "single" ? 1 : 4);

/**
 * How the WGSL kernels cut their work. A workgroup has a tile: `span` neighbouring channels and, of each, positions in
 * (outer, inner) that its `members` invocations take in turn, `loads` each at a time. Neighbours in a row of memory, `run` of
 * each channel, are loaded side by side.
 */
export interface Tiling {
  readonly unit: LineLayout;
  readonly channels: number;
  readonly inner: number;
  /** Positions of a channel. */
  readonly positions: number;
  readonly span: number;
  readonly run: number;
  readonly members: number;
  /** Workgroups side by side. */
  readonly blocks: number;
  readonly loads: number;
  /** Whether the loads of a workgroup are all there is of its channels. */
  readonly fits: boolean;
}

/** What a lane can keep in registers. */
const mostKept = { single: 32, along: 16, across: 16 } as const;

/**
 * Units side by side, so that narrow tiles do not waste what memory delivers: 64 bytes, two sectors of a cache line, and 256 where
 * rows are interleaved channels and each is a jump.
 */
const fullRow = { single: 16, along: 4, across: 16 } as const;

/** Loads in flight where there is work for more; for fewer a workgroup would rather take more channels. */
export const loadsInFlight = 4;

export function tilingOf(layout: Layout): Tiling {
  const unit = unitOf(layout);
  const outer = layout.channels === 1 ? 1 : layout.outer;
  const perRow = layout.channels === 1 ? layout.outer * layout.inner : layout.inner;
  const channels = unit === "across" ? layout.channels / 4 : layout.channels;
  const inner = Math.max(1, unit === "along" ? perRow / 4 : perRow);
  const positions = perRow === 0 ? 0 : outer * inner;
  const narrowest = Math.min(channels, Math.ceil(fullRow[unit] / inner));
  const widest = Math.min(channels, Math.floor(workgroupSize / inner));
  const loadsOf = (span: number): number => Math.ceil(positions / membersOf(span, inner));
  let span = Math.max(1, widest);
  while (span > 1 && loadsOf(span) > (span > narrowest ? loadsInFlight : mostKept[unit])) span--;
  const fits = loadsOf(span) <= mostKept[unit];
  if (!fits) span = Math.max(1, Math.min(narrowest, widest));
  return {
    ...{ unit, channels, inner, positions, span, fits },
    run: span === 1 ? workgroupSize : inner,
    members: membersOf(span, inner),
    blocks: Math.ceil(channels / span),
    loads: fits ? powerAbove(loadsOf(span)) : loadsInFlight,
  };
}

function unitOf({ outer, channels, inner }: Layout): LineLayout {
  const perRow = channels === 1 ? outer * inner : inner;
  if (perRow % 4 === 0) return "along";
  return inner === 1 && channels % 4 === 0 ? "across" : "single";
}

/** A single channel has the whole workgroup, wherever its rows end. */
const membersOf = (span: number, inner: number): number =>
  span === 1 ? workgroupSize : Math.floor(workgroupSize / (span * inner)) * inner;

/** Few different kernels for many sizes. */
const powerAbove = (count: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, count)));

/** A channel in parts: `splits` workgroups have `share` positions each. */
export interface Cut {
  readonly splits: number;
  readonly share: number;
}

/** Workgroups that a large GPU runs at once, 4 on each of 132 processors: more begin, and merge parts, one after the other. */
const manyWorkgroups = 528;

/** Parts are whole tiles of `loads`, at most `most` and no more than keep the device busy. */
export function cutTiles(
  { positions, members, blocks }: Tiling,
  loads: number,
  most: number = Number.POSITIVE_INFINITY,
): Cut {
  const tile = members * loads;
  const tiles = Math.ceil(positions / tile);
  const wanted = Math.min(most, tiles, Math.ceil(manyWorkgroups / Math.max(1, blocks)));
  const share = Math.max(1, Math.ceil(tiles / Math.max(1, wanted))) * tile;
  return { share, splits: Math.max(1, Math.ceil(positions / share)) };
}

/** Workgroups that have whole channels. */
export const uncut = ({ positions }: Tiling): Cut => ({ splits: 1, share: positions });

/** What the next launch merges in each of its workgroups. */
export const mostParts = 64;
