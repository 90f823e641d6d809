import type { Layout } from "./layout.ts";
import { valuesPerChannel } from "./layout.ts";

/**
 * How the WebAssembly kernels cut their work. `planar`: values of a channel form runs of `inner`, and an item is a part of
 * a few channels. `interleaved`: channels alternate, and an item is a part of the rows of a block of channels. It depends on
 * the shape alone, and so do the bits of the results.
 */
export interface Grid {
  readonly form: "planar" | "interleaved";
  /** How many items share a channel. One: the item can go on to use what it summed. */
  readonly parts: number;
  /** Items of one part. */
  readonly blocks: number;
  /** Items in a row that are not worth dividing among threads. */
  readonly chunk: number;
  /** The geometry as the kernels take it. */
  readonly parameters: readonly number[];
  readonly channelsPerItem: number;
  /** Bytes of an array that holds a value for each column of an item. */
  readonly arrayBytes: number;
}

/** Runs shorter than this (a cache line is 16 values) are cheaper to read side by side, as interleaved columns. */
const shortestRun = 64;

/**
 * Values whose sum runs in f32, and whose second reading, where one is needed, finds them in the L1 cache: 8 KiB. They lie in
 * at least four rows, which are read side by side.
 */
const tileValues = 2048;
const longestTileRow = 512;

/** Fewer channels than this cannot keep the threads busy, so each is cut into parts. */
const fewChannels = 8;
const mostParts = 16;

/** Values per item below which cutting costs more than it gives. */
const smallestPart = 1 << 15;
const smallestChunk = 1 << 14;

/** Values of a block that stay in the L2 cache from the statistics to the normalization: 512 KiB. */
const cachedValues = 1 << 17;

/**
 * Neighbouring channels share an item: what lies together in memory is read together, up to 48 KiB of a row, which takes fewer
 * pages and longer streams. All rows of an item, 2 MiB, should stay near from the statistics to the normalization.
 */
const longRun = 12_288;
const sharedValues = 1 << 19;

export function gridOf(layout: Layout): Grid {
  const { outer, channels, inner } = layout;
  if (channels === 1) return planarGrid(1, 1, outer * inner);
  if (inner >= shortestRun || outer * channels * inner === 0) return planarGrid(outer, channels, inner);
  return interleavedGrid(layout);
}

function planarGrid(rows: number, channels: number, columns: number): Grid {
  const values = rows * columns;
  // Long rows are cut evenly, short ones share a tile.
  const cuts = Math.max(1, Math.ceil(columns / longestTileRow));
  const tileColumns = cuts === 1 ? Math.max(1, columns) : Math.ceil(columns / cuts / 16) * 16;
  const tileRows = Math.max(1, Math.floor(tileValues / tileColumns));
  const tiles = Math.ceil(columns / tileColumns) * Math.ceil(rows / tileRows);
  const wanted = channels < fewChannels ? Math.min(mostParts, tiles, Math.floor(values / smallestPart)) : 1;
  const tilesPerItem = Math.ceil(tiles / Math.max(1, wanted));
  const parts = Math.max(1, Math.ceil(tiles / Math.max(1, tilesPerItem)));
  const channelsPerItem = Math.max(
    1,
    Math.floor(
      Math.min(Math.ceil(longRun / columns), sharedValues / Math.max(1, values), channels / fewChannels),
    ),
  );
  return {
    form: "planar",
    parts,
    blocks: Math.ceil(channels / channelsPerItem),
    chunk: chunkOf((values * channelsPerItem) / parts),
    parameters: [channels, rows, columns, channelsPerItem, tileRows, tileColumns, tiles, tilesPerItem],
    channelsPerItem,
    arrayBytes: 0,
  };
}

/** Values that an item normalizes where statistics are given: few, so that neighbouring items share pages and lines. */
const streamedValues = 512;
const longestStreamedRow = 4096;

/** For passes that know the statistics: items follow one another in memory, whatever channel they are of. */
export function streamGridOf(layout: Layout): Grid {
  const grid = gridOf(layout);
  if (grid.form === "interleaved") return grid;
  const [channels, rows, columns] = grid.parameters as [number, number, number];
  const cuts = Math.max(1, Math.ceil(columns / longestStreamedRow));
  const tileColumns = cuts === 1 ? Math.max(1, columns) : Math.ceil(columns / cuts / 16) * 16;
  const tileRows = Math.max(1, Math.floor(streamedValues / tileColumns));
  const parts = Math.max(1, Math.ceil(columns / tileColumns) * Math.ceil(rows / tileRows));
  return {
    ...grid,
    ...{ parts, blocks: channels, channelsPerItem: 1, chunk: chunkOf(tileRows * tileColumns) },
    parameters: [channels, rows, columns, 1, tileRows, tileColumns, parts, 1],
  };
}

function interleavedGrid(layout: Layout): Grid {
  const { outer: rows, channels, inner } = layout;
  const columns = channels * inner;
  const fits = rows * Math.min(columns, shortestRun) <= cachedValues;
  const parts = fits ? 1 : Math.min(mostParts, Math.ceil(rows / 1024));
  // One part: as many columns as stay in the cache, but enough blocks. Several: whole rows, as long as scratch stays small.
  const wanted = fits
    ? Math.max(shortestRun, Math.min(cachedValues / rows, columns / fewChannels))
    : tileValues;
  const channelsPerItem = Math.min(channels, Math.ceil(wanted / inner));
  const rowsPerItem = Math.ceil(rows / parts);
  return {
    form: "interleaved",
    parts: Math.ceil(rows / rowsPerItem),
    blocks: Math.ceil(channels / channelsPerItem),
    chunk: chunkOf((valuesPerChannel(layout) * channelsPerItem) / parts),
    parameters: [channels, rows, inner, channelsPerItem, rowsPerItem],
    channelsPerItem,
    arrayBytes: Math.ceil((channelsPerItem * inner) / 4) * 16,
  };
}

const chunkOf = (valuesPerItem: number): number => Math.ceil(smallestChunk / Math.max(1, valuesPerItem));
