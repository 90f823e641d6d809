import type { Layout } from "../operands/layout.ts";
import { countValuesPerChannel } from "../operands/layout.ts";

/**
 * How the WebAssembly kernels divide their work on the CPU. `planar`: values of a channel form runs of `inner`, and
 * an item is a part of a few channels. `interleaved`: channels alternate, and an item is a part of the rows of a
 * block of channels. The grid depends on the shape alone, so that the same module always computes the same bits.
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
  /** The number of items that share a channel. If it is 1, an item can sum its channels and use the sums at once. */
  readonly parts: number;
  /** Items of one part. */
  readonly blocks: number;
  /** The number of consecutive items that one thread takes at a time. */
  readonly chunk: number;
  /** Bytes of an array that holds a value for each column of an item. */
  readonly arrayBytes: number;
}

/** Runs shorter than this (4 cache lines) are cheaper to process as interleaved columns. */
const shortestRun = 64;

/**
 * The most values of a tile (8 KiB of each channel of an item), which are summed in f32 and still in the cache for a
 * second reading, and the least, below which starting and ending a tile takes longer than reading it.
 */
const mostTileValues = 2048;
const leastTileValues = 1024;

/** Fewer channels than this cannot keep the threads busy, so each is cut into parts. */
const fewChannels = 8;
const mostParts = 16;

/** Values per item below which cutting costs more than it gives. */
const smallestPart = 1 << 15;
const smallestChunk = 1 << 14;

/** The most columns of a block with several parts: their sums take 8 KiB each. */
const mostColumns = 2048;

/** The most values of a block (512 KiB) that stay in the L2 cache from the statistics to the normalization. */
const cachedValues = 1 << 17;

/**
 * From this many values on (2 MiB), an item is whole rows of all channels (or of blocks of channels where rows are
 * few), and each pass streams through memory from beginning to end. That reads x (and dy) once more than one item per
 * channel would, but hardware prefetches sequential memory: passes run at the speed of a copy, while runs of one
 * channel that lie far apart reach half of that.
 */
const smallestStream = 1 << 19;

/**
 * `isStream` is true where statistics are given: nothing is read twice then, so tensors of any size are streamed.
 * Default: by size.
 */
export function planGrid(layout: Layout, isStream?: boolean): Grid {
  const { outer, channels, inner } = layout;
  isStream ??= outer * channels * inner >= smallestStream;
  if (channels === 1) return planPlanarGrid(1, 1, outer * inner, isStream);
  if (inner >= shortestRun || outer * channels * inner === 0)
    return planPlanarGrid(outer, channels, inner, isStream);
  return planInterleavedGrid(layout);
}

function planPlanarGrid(rows: number, channels: number, columns: number, isStream: boolean): PlanarGrid {
  const values = rows * columns;
  const items = Math.max(1, Math.min(mostParts, Math.floor((values * channels) / smallestPart)));
  const { tileRows, tileColumns } = chooseTile(isStream ? Math.ceil(rows / items) : rows, columns);
  const rowsOfTiles = Math.ceil(rows / tileRows);
  const tiles = Math.ceil(columns / tileColumns) * rowsOfTiles;
  // A stream is cut into rows and then into channels; otherwise items are channels, which are cut only if there are
  // few.
  const wantedBlocks = isStream ? Math.ceil(items / rowsOfTiles) : fewChannels;
  // Blocks have even sizes, and there is at least one.
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
    chunk: countItemsPerChunk((values * channelsPerItem) / parts),
    parameters: { channels, rows, columns, channelsPerItem, tileRows, tileColumns, tiles, tilesPerItem },
    arrayBytes: 0,
  };
}

/** Long rows are cut evenly into tiles; short rows share a tile, and `rows` of them are cut evenly. */
function chooseTile(rows: number, columns: number): { tileRows: number; tileColumns: number } {
  const pieces = Math.ceil(columns / mostTileValues);
  if (pieces > 1) return { tileRows: 1, tileColumns: Math.ceil(columns / pieces / 16) * 16 };
  const tileColumns = Math.max(1, columns);
  const tiles = Math.ceil(rows / Math.floor(mostTileValues / tileColumns));
  return {
    tileRows: Math.max(Math.ceil(rows / Math.max(1, tiles)), Math.ceil(leastTileValues / tileColumns)),
    tileColumns,
  };
}

function planInterleavedGrid(layout: Layout): InterleavedGrid {
  const { outer: rows, channels, inner } = layout;
  const columns = channels * inner;
  const fits = rows * Math.min(columns, shortestRun) <= cachedValues;
  const parts = fits ? 1 : Math.min(mostParts, Math.ceil(rows / 1024));
  // With one part, as many columns as stay in the cache but enough blocks for all threads, unless they became smaller
  // than a thread takes at a time; with several, whole rows as long as scratch memory stays small.
  const wanted = fits
    ? Math.max(
        shortestRun,
        Math.min(cachedValues / rows, Math.max(columns / fewChannels, smallestChunk / Math.max(1, rows))),
      )
    : mostColumns;
  const channelsPerItem = Math.min(channels, Math.ceil(wanted / inner));
  const rowsPerItem = Math.ceil(rows / parts);
  return {
    form: "interleaved",
    parts: Math.ceil(rows / rowsPerItem),
    blocks: Math.ceil(channels / channelsPerItem),
    chunk: countItemsPerChunk((countValuesPerChannel(layout) * channelsPerItem) / parts),
    parameters: { channels, rows, inner, channelsPerItem, rowsPerItem },
    arrayBytes: Math.ceil((channelsPerItem * inner) / 4) * 16,
  };
}

const countItemsPerChunk = (valuesPerItem: number): number =>
  Math.ceil(smallestChunk / Math.max(1, valuesPerItem));
