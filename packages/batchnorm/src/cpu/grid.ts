import type { Layout } from "../operands/layout.ts";
import { valuesPerChannel } from "../operands/layout.ts";

/**
 * How the WebAssembly kernels cut their work. `planar`: values of a channel form runs of `inner`, and an item is a part of
 * a few channels. `interleaved`: channels alternate, and an item is a part of the rows of a block of channels. It depends on
 * the shape alone, and so, with the module, do the bits of the results.
 */
export type Grid = PlanarGrid | InterleavedGrid;

interface PlanarGrid extends Cut {
  readonly form: "planar";
  readonly parameters: {
    readonly channels: number;
    readonly rows: number;
    readonly columns: number;
    readonly channelsPerItem: number;
    readonly tileRows: number;
    readonly tileColumns: number;
    readonly tiles: number;
    readonly tilesPerItem: number;
  };
}

interface InterleavedGrid extends Cut {
  readonly form: "interleaved";
  readonly parameters: {
    readonly channels: number;
    readonly rows: number;
    readonly inner: number;
    readonly channelsPerItem: number;
    readonly rowsPerItem: number;
  };
}

interface Cut {
  /** How many items share a channel. One: the item can go on to use what it summed. */
  readonly parts: number;
  /** Items of one part. */
  readonly blocks: number;
  /** Items in a row that are not worth dividing among threads. */
  readonly chunk: number;
  /** Bytes of an array that holds a value for each column of an item. */
  readonly arrayBytes: number;
}

/** Runs shorter than this (a cache line is 16 values) are cheaper to read side by side, as interleaved columns. */
const shortestRun = 64;

/**
 * Values whose sum runs in f32, and whose second reading, where one is needed, finds them in the cache: 8 KiB of each channel of an item.
 * Fewer than the least are read in less time than it takes to begin and to end a tile.
 */
const mostTileValues = 2048;
const leastTileValues = 1024;

/** Fewer channels than this cannot keep the threads busy, so each is cut into parts. */
const fewChannels = 8;
const mostParts = 16;

/** Values per item below which cutting costs more than it gives. */
const smallestPart = 1 << 15;
const smallestChunk = 1 << 14;

/** Columns whose sums, where a block has several parts, take 8 KiB each. */
const mostColumns = 2048;

/** Values of a block that stay in the L2 cache from the statistics to the normalization: 512 KiB. */
const cachedValues = 1 << 17;

/**
 * From here on, 2 MiB, an item is whole rows of all channels (blocks of them where rows are few), and each pass goes through memory from
 * its beginning to its end. That costs one reading of x (and dy) more than an item for each channel does, but processors fetch ahead along
 * memory, not across it: passes reach the speed of a copy, where runs of a channel that lie far apart reach half of it.
 */
const smallestStream = 1 << 19;

/** Where statistics are given nothing is to be found in the cache again, and tensors of any size should be streams. */
export function gridOf(layout: Layout, isStream?: boolean): Grid {
  const { outer, channels, inner } = layout;
  isStream ??= outer * channels * inner >= smallestStream;
  if (channels === 1) return planarGrid(1, 1, outer * inner, isStream);
  if (inner >= shortestRun || outer * channels * inner === 0)
    return planarGrid(outer, channels, inner, isStream);
  return interleavedGrid(layout);
}

function planarGrid(rows: number, channels: number, columns: number, isStream: boolean): PlanarGrid {
  const values = rows * columns;
  const items = Math.max(1, Math.min(mostParts, Math.floor((values * channels) / smallestPart)));
  const { tileRows, tileColumns } = tileOf(isStream ? Math.ceil(rows / items) : rows, columns);
  const rowsOfTiles = Math.ceil(rows / tileRows);
  const tiles = Math.ceil(columns / tileColumns) * rowsOfTiles;
  // A stream is cut into rows, then into channels; else items are channels, which are cut where they are few.
  const wantedBlocks = isStream ? Math.ceil(items / rowsOfTiles) : fewChannels;
  // Blocks are even; of nothing there is one.
  const fewestBlocks = Math.ceil(channels / (Math.floor(channels / wantedBlocks) || 1));
  const channelsPerItem = Math.ceil(channels / fewestBlocks) || 1;
  const blocks = Math.ceil(channels / channelsPerItem);
  const cuts = channels < fewChannels ? Math.floor(values / smallestPart) : 1;
  const wantedParts = Math.min(mostParts, tiles, isStream ? Math.ceil(items / blocks) : cuts);
  const tilesPerItem = Math.ceil(tiles / Math.max(1, wantedParts));
  const parts = Math.ceil(tiles / tilesPerItem) || 1;
  return {
    form: "planar",
    parts,
    blocks,
    chunk: chunkOf((values * channelsPerItem) / parts),
    parameters: { channels, rows, columns, channelsPerItem, tileRows, tileColumns, tiles, tilesPerItem },
    arrayBytes: 0,
  };
}

/** Long rows are cut evenly, and so are `rows` of short ones, which share a tile. */
function tileOf(rows: number, columns: number): { tileRows: number; tileColumns: number } {
  const pieces = Math.ceil(columns / mostTileValues);
  if (pieces > 1) return { tileRows: 1, tileColumns: Math.ceil(columns / pieces / 16) * 16 };
  const tileColumns = Math.max(1, columns);
  const tiles = Math.ceil(rows / Math.floor(mostTileValues / tileColumns));
  return {
    tileRows: Math.max(Math.ceil(rows / Math.max(1, tiles)), Math.ceil(leastTileValues / tileColumns)),
    tileColumns,
  };
}

function interleavedGrid(layout: Layout): InterleavedGrid {
  const { outer: rows, channels, inner } = layout;
  const columns = channels * inner;
  const fits = rows * Math.min(columns, shortestRun) <= cachedValues;
  const parts = fits ? 1 : Math.min(mostParts, Math.ceil(rows / 1024));
  // One part: as many columns as stay in the cache, but enough blocks. Several: whole rows, as long as scratch stays small.
  const wanted = fits
    ? Math.max(shortestRun, Math.min(cachedValues / rows, columns / fewChannels))
    : mostColumns;
  const channelsPerItem = Math.min(channels, Math.ceil(wanted / inner));
  const rowsPerItem = Math.ceil(rows / parts);
  return {
    form: "interleaved",
    parts: Math.ceil(rows / rowsPerItem),
    blocks: Math.ceil(channels / channelsPerItem),
    chunk: chunkOf((valuesPerChannel(layout) * channelsPerItem) / parts),
    parameters: { channels, rows, inner, channelsPerItem, rowsPerItem },
    arrayBytes: Math.ceil((channelsPerItem * inner) / 4) * 16,
  };
}

const chunkOf = (valuesPerItem: number): number => Math.ceil(smallestChunk / Math.max(1, valuesPerItem));
