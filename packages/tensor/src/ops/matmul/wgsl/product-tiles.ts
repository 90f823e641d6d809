/**
 * How a workgroup of the GPU covers a tile of a product: each invocation holds vectors of four rows by vectors of four
 * columns.
 */
export interface Tile {
  readonly rowQuads: number;
  readonly columnQuads: number;
  /** The number of invocations down and across the tile. */
  readonly down: number;
  readonly across: number;
}

export const countRows = ({ rowQuads, down }: Tile): number => 4 * rowQuads * down;
export const countColumns = ({ columnQuads, across }: Tile): number => 4 * columnQuads * across;
export const countInvocations = ({ down, across }: Tile): number => down * across;

/**
 * The depth that is staged at a time. With 128 rows and 128 columns, it needs the 16 KiB of workgroup memory that every
 * device has.
 */
export const stagedDepth = 16;

const makeTile = (rowQuads: number, columnQuads: number, down: number, across: number): Tile => ({
  ...{ rowQuads, columnQuads, down, across },
});

/** The division of a batch of products into tiles, and of each tile into slices of the depth, which are merged afterwards. */
export interface ProductCut {
  readonly tile: Tile;
  readonly rowTiles: number;
  readonly columnTiles: number;
  readonly slices: number;
  readonly sliceDepth: number;
}

/**
 * Properties of a model GPU: the number of invocations that run at the same time, and the number that hides the latency
 * of memory.
 */
const lanes = 2 ** 14;
const lanesOfCore = 128;
export const wantedInvocations: number = 2 ** 15;
/** The cost of another launch in cycles: about ten microseconds, including the wait for the previous one. */
const launchCycles = 20_000;
/** The largest memory for slices, and the smallest depth of a slice. */
const maxSliceBytes = 2 ** 26;
const leastSliceDepth = 64;

/**
 * The cycles of an invocation for a step of the depth: multiplications, vectors from workgroup memory, and elements
 * from the cache.
 */
function countStepCycles(tile: Tile): number {
  const { rowQuads, columnQuads } = tile;
  const staged = (countRows(tile) + countColumns(tile)) / countInvocations(tile);
  return 16 * rowQuads * columnQuads + 4 * (rowQuads + columnQuads) + 8 * staged;
}

function cutWith(tile: Tile, batch: number, m: number, n: number, k: number, isSliced: boolean) {
  const rowTiles = Math.ceil(m / countRows(tile));
  const columnTiles = Math.ceil(n / countColumns(tile));
  const tiles = batch * rowTiles * columnTiles;
  const invocations = countInvocations(tile);
  const most = Math.min(k / leastSliceDepth, maxSliceBytes / (4 * batch * m * n));
  const wanted = isSliced ? Math.min(wantedInvocations / (tiles * invocations), most) : 1;
  const sliceDepth = stagedDepth * Math.max(1, Math.ceil(k / Math.max(1, wanted) / stagedDepth));
  const slices = Math.max(1, Math.ceil(k / sliceDepth));
  const rounds = Math.ceil((tiles * slices * lanesOfCore) / lanes) * (invocations / lanesOfCore);
  const cycles = Math.max(1, rounds) * sliceDepth * countStepCycles(tile) + (slices > 1 ? launchCycles : 0);
  return { cut: { tile, rowTiles, columnTiles, slices, sliceDepth }, cycles };
}

/** The division of a batch of products of [m, k] and [k, n] that should take the least time; it depends only on these sizes. */
export function cutProduct(batch: number, m: number, n: number, k: number): ProductCut {
  const tiles = [
    makeTile(2, 2, 16, 16),
    makeTile(2, 2, 8, 8),
    makeTile(1, 1, 8, 8),
    makeTile(2, 2, 4, 16),
    makeTile(2, 2, 16, 4),
    makeTile(1, 2, 4, 16),
    makeTile(2, 1, 16, 4),
  ];
  const cuts = tiles.flatMap((one) => [false, true].map((sliced) => cutWith(one, batch, m, n, k, sliced)));
  return cuts.reduce((best, next) => (next.cycles < best.cycles ? next : best)).cut;
}
