import type { Limits } from "../../../core/devices/backend.ts";
import type { PlannedLaunch } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import { invocations } from "./invocations.ts";
import { joinKernel, partName } from "./join.wgsl.ts";
import type { Unit } from "./units.ts";
import { unitsPerWord, widestUnit } from "./units.ts";

/** A part of the output, counted in elements: each of the `rows` of the output has `run` of its elements, from `begin` on. */
export interface JoinedPart {
  readonly input: number;
  readonly run: number;
  readonly begin: number;
}

/** The number of storage buffers that a kernel can have on every device, without that of the output. */
const mostParts = 7;

/** The division of the output into rows. */
export interface JoinedRows {
  readonly rows: number;
  /** Elements of a row. */
  readonly row: number;
  readonly bytesPerElement: number;
}

/** Launches that copy several parts each; undefined if parts do not begin at boundaries of words. */
export function joinLaunches(
  parts: readonly JoinedPart[],
  { rows, row, bytesPerElement }: JoinedRows,
  limits: Limits,
): PlannedLaunch[] | undefined {
  const present = parts.filter(({ run }) => rows * run > 0);
  const counts = [row, ...present.flatMap(({ run, begin }) => [run, begin])];
  const { unit, elements } = widestUnit(bytesPerElement, counts);
  if (unitsPerWord(unit) > 1) return undefined;
  const inUnits = present.map(({ input, run, begin }) => {
    return { input, run: run / elements, begin: begin / elements };
  });
  return Array.from({ length: Math.ceil(present.length / mostParts) }, (_, group) => {
    const joined = inUnits.slice(group * mostParts, (group + 1) * mostParts);
    return joinLaunch(unit, joined, { rows, row: row / elements }, limits);
  });
}

function joinLaunch(
  unit: Unit,
  parts: readonly JoinedPart[],
  { rows, row }: Pick<JoinedRows, "rows" | "row">,
  limits: Limits,
): PlannedLaunch {
  let count = 0;
  const places = parts.map(({ run, begin }) => {
    const start = count;
    count += rows * run;
    return [count, run, begin, start] as const;
  });
  return planLaunch(joinKernel(unit, parts.length), {
    reads: Object.fromEntries(parts.map(({ input }, part) => [partName(part), { input }])),
    writes: { y: { output: 0 } },
    parameters: { count, row, parts: places },
    work: { workgroups: invocations(count, limits) },
  });
}
