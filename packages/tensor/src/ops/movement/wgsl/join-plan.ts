import type { Limits } from "../../../core/devices/backend.ts";
import type { PlannedLaunch } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import { foldInvocations } from "./invocations.ts";
import { namePart, writeJoinKernel } from "./join.wgsl.ts";
import type { Unit } from "./units.ts";
import { countUnitsPerWord, findWidestUnit } from "./units.ts";

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
export function planJoin(
  parts: readonly JoinedPart[],
  { rows, row, bytesPerElement }: JoinedRows,
  limits: Limits,
): PlannedLaunch[] | undefined {
  const present = parts.filter(({ run }) => rows * run > 0);
  const counts = [row, ...present.flatMap(({ run, begin }) => [run, begin])];
  const { unit, elements } = findWidestUnit(bytesPerElement, counts);
  if (countUnitsPerWord(unit) > 1) return undefined;
  const inUnits = present.map(({ input, run, begin }) => {
    return { input, run: run / elements, begin: begin / elements };
  });
  return Array.from({ length: Math.ceil(present.length / mostParts) }, (_, group) => {
    const joined = inUnits.slice(group * mostParts, (group + 1) * mostParts);
    return planJoinLaunch(unit, joined, { rows, row: row / elements }, limits);
  });
}

function planJoinLaunch(
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
  return planLaunch(writeJoinKernel(unit, parts.length), {
    reads: Object.fromEntries(parts.map(({ input }, part) => [namePart(part), { input }])),
    writes: { y: { output: 0 } },
    parameters: { count, row, parts: places },
    work: { workgroups: foldInvocations(count, limits) },
  });
}
