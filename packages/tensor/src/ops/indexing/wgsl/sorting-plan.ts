import type { Limits } from "../../../core/devices/backend.ts";
import type { PlannedLaunch, Slot } from "../../../core/devices/launch.ts";
import { wgslKernel, workgroupLine } from "../../../core/plans/wgsl.ts";
import type { Spec } from "../../../core/spec.ts";
import type { Lines } from "../../movement/lines.ts";
import { invocations } from "../../movement/wgsl/invocations.ts";
import type { SortOrder } from "./sorting.wgsl.ts";
import { blockSize, mergeCode, runsPerMerge, sortCode } from "./sorting.wgsl.ts";

/** Lines to sort, of which none is empty. */
export interface Sorting extends Lines {
  readonly order: SortOrder;
  /** The values of the order's parameters. */
  readonly parameters: readonly number[];
  /** How many entries of each line are wanted, at least one. */
  readonly keep: number;
}

/** Where the result goes: the places of the elements along their lines, best first, and, where wanted, their keys. */
export interface SortedSlots {
  readonly places: Slot;
  readonly keys?: Slot;
}

/** The sorted runs of a line: as many entries each, fewer in the last one. */
export interface Runs {
  readonly runs: number;
  readonly run: number;
  readonly last: number;
}

const storedIn = ({ runs, run, last }: Runs): number => (runs - 1) * run + last;

/** The runs after a block sort, and after each merge until one is left. */
export function runsOf(length: number, keep: number): Runs[] {
  const width = widthOf(length);
  const runs = Math.ceil(length / width);
  const last = Math.min(keep, length - (runs - 1) * width);
  const stages: Runs[] = [{ runs, run: Math.min(keep, width), last }];
  for (let stage = stages[0]!; stage.runs > 1; stages.push(stage)) {
    const merged = Math.ceil(stage.runs / runsPerMerge);
    const left = storedIn({ ...stage, runs: stage.runs - (merged - 1) * runsPerMerge });
    stage = { runs: merged, run: Math.min(keep, runsPerMerge * stage.run), last: Math.min(keep, left) };
  }
  return stages;
}

/** The power of two that holds a line, or a block. */
const widthOf = (length: number): number => Math.min(blockSize, 2 ** Math.ceil(Math.log2(length)));

/** Launches that sort lines, stable; the plan's temporaries from `firstTemporary` on are those that come with them. */
export function sortLaunches(
  sorting: Sorting,
  limits: Limits,
  read: Slot,
  sorted: SortedSlots,
  firstTemporary: number,
): { readonly launches: PlannedLaunch[]; readonly temporaries: Spec[] } {
  const { outer, length, inner, keep } = sorting;
  const stages = runsOf(length, keep);
  const final = stages.length - 1;
  const slotsOf = (stage: number): SortedSlots => {
    const temporary = firstTemporary + 2 * stage;
    return stage === final ? sorted : { places: { temporary }, keys: { temporary: temporary + 1 } };
  };
  const launches = stages.map((stage, index) =>
    index === 0
      ? blockSort(sorting, stage, limits, read, slotsOf(0))
      : merge(outer, inner, stages[index - 1]!, stage, limits, slotsOf(index - 1), slotsOf(index)),
  );
  const temporaries = stages.slice(0, final).flatMap((stage): Spec[] => {
    const spec: Spec = { shape: [outer * storedIn(stage) * inner], dtype: "u32" };
    return [spec, spec];
  });
  return { launches, temporaries };
}

const words = (count: number): "u32"[] => new Array<"u32">(count).fill("u32");

const writesOf = ({ places, keys }: SortedSlots): Slot[] => (keys ? [places, keys] : [places]);

function blockSort(
  { outer, length, inner, keep, order, parameters: more }: Sorting,
  stage: Runs,
  limits: Limits,
  read: Slot,
  to: SortedSlots,
): PlannedLaunch {
  const width = widthOf(length);
  const writesKeys = to.keys !== undefined;
  const parameters = [outer * inner, length, inner, stage.runs, width, keep, storedIn(stage), ...more];
  return {
    kind: "kernel",
    kernel: wgslKernel({
      entry: "sort",
      code: sortCode(order, writesKeys),
      extensions: order.extensions,
      reads: { x: order.type },
      writes: { places: "u32", ...(writesKeys && { keys: "u32" }) },
      parameterTypes: words(parameters.length),
    }),
    reads: [read],
    writes: writesOf(to),
    parameters,
    work: { workgroups: workgroupLine(Math.ceil((outer * inner * stage.runs * width) / blockSize), limits) },
  };
}

function merge(
  outer: number,
  inner: number,
  stage: Runs,
  next: Runs,
  limits: Limits,
  from: SortedSlots,
  to: SortedSlots,
): PlannedLaunch {
  const count = outer * inner * storedIn(stage);
  const writesKeys = to.keys !== undefined;
  const parameters = [count, inner, storedIn(stage), stage.run, storedIn(next), next.run];
  return {
    kind: "kernel",
    kernel: wgslKernel({
      entry: "merge",
      code: mergeCode(writesKeys),
      reads: { places: "u32", keys: "u32" },
      writes: { nextPlaces: "u32", ...(writesKeys && { nextKeys: "u32" }) },
      parameterTypes: words(parameters.length),
    }),
    reads: writesOf(from),
    writes: writesOf(to),
    parameters,
    work: { workgroups: invocations(count, limits) },
  };
}
