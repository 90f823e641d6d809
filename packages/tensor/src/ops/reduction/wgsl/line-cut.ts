import type { Shape } from "../../../core/spec.ts";
import { countElements } from "../../../core/spec.ts";
import type { ReductionGroup } from "../passes.ts";
import { mergeAxes } from "../passes.ts";

/**
 * How a GPU loads lines: vectors of four `along` a contiguous line, vectors `across` four neighbouring lines, or a `single`
 * element of a line at a time.
 */
export type LineLayout = "along" | "across" | "single";

/**
 * The lines of a launch, and which threads of a workgroup share one. A tensor is seen as [outer, rows, side, columns]: lines
 * are counted in (outer, side), and the steps along a line in (rows, columns). `side`, `columns` and `steps` count loads.
 */
export interface LineGrid {
  readonly layout: LineLayout;
  /** The number of lines, or bundles of four lines, and how many of them are side by side. */
  readonly lines: number;
  readonly side: number;
  /** The number of loads along a line. */
  readonly steps: number;
  /** The number of loads in a row of a line; 1 if all steps have the same distance. */
  readonly columns: number;
  /** The number of neighbouring lines of a workgroup. */
  readonly span: number;
  /** The number of threads that share a line, and how many of them are neighbours, before those of the next line. */
  readonly threads: number;
  readonly run: number;
  /** The number of workgroups for the first parts of all lines. */
  readonly blocks: number;
}

/** The work of a launch: each workgroup takes a part of its lines. */
export interface LineCut extends LineGrid {
  /** The number of parts of `partSteps` steps; the last one may be shorter. */
  readonly parts: number;
  readonly partSteps: number;
}

export const workgroupSize = 256;

/** The number of loads that a thread has in flight, and the smallest number for a separate part. */
export const loadsInFlight = 4;
/** With more loads than this, a thread takes longer than a second launch. */
const loadsWorthSplitting = 32;
/** The smallest number of neighbouring lines of a workgroup, if there are that many: whole cache lines of each row. */
const linesSideBySide = { elements: 32, states: 8 };
/** The number of workgroups that fill a large GPU. There are no more parts than this, and one workgroup merges them. */
const enoughWorkgroups = 1024;

/** The number of lines that are loaded at once. */
export const countLanes = (layout: LineLayout): 1 | 4 => (layout === "across" ? 4 : 1);

/** The number of elements of a load. */
export const countValues = (layout: LineLayout): 1 | 4 => (layout === "single" ? 1 : 4);

const computePowerOfTwo = (least: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, least)));

function chooseLayout({ length, inner }: ReductionGroup): LineLayout {
  if (inner === 1) return length % 4 === 0 ? "along" : "single";
  return inner % 4 === 0 ? "across" : "single";
}

/** Divides the work on [outer, length, inner] along the length. States of elements are loaded one by one. */
export function cutLines(group: ReductionGroup, what: "elements" | "states" = "elements"): LineCut {
  const layout = what === "states" ? "single" : chooseLayout(group);
  const side = group.inner / countLanes(layout);
  const lines = group.outer * side;
  const steps = layout === "along" ? group.length / 4 : group.length;
  const width = side === 1 ? 1 : Math.min(linesSideBySide[what], computePowerOfTwo(lines));
  const threads = Math.min(computePowerOfTwo(steps / loadsInFlight), workgroupSize / width);
  const span = workgroupSize / threads;
  const blocks = Math.ceil(lines / span);
  const loads = steps / threads;
  const wanted = Math.min(enoughWorkgroups / blocks, loads > loadsWorthSplitting ? loads / loadsInFlight : 1);
  const partSteps = Math.ceil(steps / Math.max(1, Math.floor(wanted)));
  const parts = partSteps === 0 ? 1 : Math.ceil(steps / partSteps);
  const run = side === 1 ? threads : 1;
  return { layout, lines, side, steps, columns: 1, span, threads, run, blocks, parts, partSteps };
}

/**
 * The launches that reduce the axes. Each takes the last group of axes; its parts become the first axis of the
 * remaining tensor, where they join the next group: [outer, length, inner] -> [parts, outer, inner].
 */
export function cutReduction(shape: Shape, axes: readonly number[]): LineCut[] {
  if (countElements(shape) === 0) {
    return [
      cutLines({
        outer: countElements(shape.filter((_, axis) => !axes.includes(axis))),
        length: 0,
        inner: 1,
      }),
    ];
  }
  const cuts: LineCut[] = [];
  let merged = mergeAxes(shape, axes);
  for (;;) {
    const last = merged.findLastIndex(({ reduced }) => reduced);
    if (last === -1) return cuts;
    const sizes = merged.map(({ size }) => size);
    const outer = countElements(sizes.slice(0, last));
    const inner = countElements(sizes.slice(last + 1));
    const cut = cutLines({ outer, length: sizes[last]!, inner }, cuts.length > 0 ? "states" : "elements");
    cuts.push(cut);
    const rest = [{ size: cut.parts, reduced: true }, ...merged.toSpliced(last, 1)];
    merged = mergeAxes(
      rest.map(({ size }) => size),
      rest.flatMap(({ reduced }, axis) => (reduced ? [axis] : [])),
    );
  }
}
