import type { LineCut, LineGrid, LineLayout } from "./line-cut.ts";
import { countLanes, loadsInFlight, workgroupSize } from "./line-cut.ts";

/** A tensor seen as [outer, rows, side, columns]: line (outer, side) has the elements (rows, columns). */
export interface LineShape {
  readonly outer: number;
  readonly rows: number;
  readonly side: number;
  readonly columns: number;
}

/**
 * A division of lines into tiles of workgroups: the threads of a line take its steps in turn, `loads` at a time.
 * Neighbours in a row of memory are loaded side by side.
 */
export interface LineTiles extends LineGrid {
  readonly loads: number;
  /** Whether one tile contains its lines completely, so that it can stay in registers between passes. */
  readonly fits: boolean;
}

/** The number of loads that a thread can keep in registers. */
const mostKept = { single: 32, along: 16, across: 16 } as const;

/**
 * The number of contiguous loads, so that narrow tiles do not waste memory bandwidth: 64 bytes, two sectors of a cache
 * line, and 256 if rows are interleaved lines, so that each row is a jump.
 */
const fullRow = { single: 16, along: 4, across: 16 } as const;

/**
 * Merges the rows of contiguous lines, which follow one another in memory, into one row each. Lines of one element
 * remain side by side.
 */
const toContiguous = (shape: LineShape): LineShape =>
  shape.side === 1 || (shape.rows === 1 && shape.columns > 1)
    ? { outer: shape.outer * shape.side, rows: 1, side: 1, columns: shape.rows * shape.columns }
    : shape;

function chooseLayout({ side, columns }: LineShape): LineLayout {
  if (columns % 4 === 0) return "along";
  return columns === 1 && side % 4 === 0 ? "across" : "single";
}

/**
 * Gives a workgroup as many lines as it can keep in registers, at least one. Instead of fewer threads than loads in
 * flight, it takes more lines.
 */
export function tileLines(shape: LineShape): LineTiles {
  const { outer, rows, ...row } = toContiguous(shape);
  const layout = chooseLayout({ outer, rows, ...row });
  const side = row.side / countLanes(layout);
  const inRow = Math.max(1, layout === "along" ? row.columns / 4 : row.columns);
  const lines = outer * side;
  const steps = row.columns === 0 ? 0 : rows * inRow;
  const narrowest = Math.min(lines, Math.ceil(fullRow[layout] / inRow));
  const widest = Math.min(lines, Math.floor(workgroupSize / inRow));
  const countLoads = (span: number): number => Math.ceil(steps / readThreads(span, inRow));
  let span = Math.max(1, widest);
  while (span > 1 && countLoads(span) > (span > narrowest ? loadsInFlight : mostKept[layout])) span--;
  const fits = countLoads(span) <= mostKept[layout];
  if (!fits) span = Math.max(1, Math.min(narrowest, widest));
  return {
    layout,
    lines,
    side,
    steps,
    span,
    fits,
    columns: rows === 1 ? 1 : inRow,
    threads: readThreads(span, inRow),
    run: span === 1 ? workgroupSize : inRow,
    blocks: Math.ceil(lines / span),
    loads: fits ? computePowerAbove(countLoads(span)) : loadsInFlight,
  };
}

/** The number of threads of a line; a single line gets the whole workgroup, wherever its rows end. */
const readThreads = (span: number, inRow: number): number =>
  span === 1 ? workgroupSize : Math.floor(workgroupSize / (span * inRow)) * inRow;

/** The smallest power of two that is not less than `count`, so that few kernels serve many sizes. */
const computePowerAbove = (count: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, count)));

/** The number of workgroups that a large GPU runs at once, 4 on each of 132 processors; further ones wait for them. */
const manyWorkgroups = 528;

/** The largest number of parts that a workgroup of the next launch merges. */
export const mostParts = 64;

/** Divides lines into parts of whole tiles of `loads`: at most `most` parts, and no more than keep the device busy. */
export function cutTiles(tiles: LineTiles, loads: number, most: number = Number.POSITIVE_INFINITY): LineCut {
  const { steps, threads, blocks } = tiles;
  const tile = threads * loads;
  const count = Math.ceil(steps / tile);
  const wanted = Math.min(most, count, Math.ceil(manyWorkgroups / Math.max(1, blocks)));
  const partSteps = Math.max(1, Math.ceil(count / Math.max(1, wanted))) * tile;
  return { ...tiles, partSteps, parts: Math.max(1, Math.ceil(steps / partSteps)) };
}

/** A division in which workgroups have whole lines. */
export const makeUncut = (tiles: LineTiles): LineCut => ({ ...tiles, parts: 1, partSteps: tiles.steps });
