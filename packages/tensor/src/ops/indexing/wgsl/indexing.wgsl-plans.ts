import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { planFor } from "../../../core/plans/plan-tables.ts";
import { sizeOf } from "../../../core/spec.ts";
import { linesAlong } from "../../movement/lines.ts";
import { launchesOnly } from "../../movement/view.ts";
import type { GatherAttributes, IndexAddAttributes, TakeAttributes, TopKAttributes } from "../attributes.ts";
import type { Indexing } from "../indexing.ts";
import { indexCheck, missingValue, updateLines } from "../indexing.ts";
import { shaderAddPlan, shaderTakeLaunches } from "./indexing-plan.ts";
import { valueOrder } from "./sorting.wgsl.ts";
import { sortLaunches } from "./sorting-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<IndexAddAttributes>("indexAdd", ([updates, indices], { axis, size, outOfRange }, limits) => {
    const indexing = { ...updateLines(updates!, indices!, axis), length: size, elementwise: false };
    return shaderAddPlan(updates!, indexing, limits, indexCheck("indexAdd", size, outOfRange));
  }),
  planFor<TakeAttributes>("take", ([x, indices], { axis, outOfRange }, limits) => {
    const count = sizeOf(indices!.shape);
    const indexing: Indexing = { ...linesAlong(x!.shape, axis), count, elementwise: false };
    const check = indexCheck("take", indexing.length, outOfRange);
    return launchesOnly(shaderTakeLaunches(x!, missingValue(x!, outOfRange), indexing, limits, check));
  }),
  planFor<GatherAttributes>("gather", ([x, indices], { axis, outOfRange }, limits) => {
    const indexing = { ...linesAlong(x!.shape, axis), count: indices!.shape[axis]!, elementwise: true };
    const check = indexCheck("gather", indexing.length, outOfRange);
    return launchesOnly(shaderTakeLaunches(x!, missingValue(x!, outOfRange), indexing, limits, check));
  }),
  planFor<IndexAddAttributes>("scatterAdd", ([updates], { axis, size, outOfRange }, limits) => {
    const { outer, length, inner } = linesAlong(updates!.shape, axis);
    const indexing = { outer, length: size, inner, count: length, elementwise: true };
    return shaderAddPlan(updates!, indexing, limits, indexCheck("scatterAdd", size, outOfRange));
  }),
  planFor<TopKAttributes>("topK", ([x], { k, axis, largest }, limits) => {
    const lines = linesAlong(x!.shape, axis);
    if (lines.outer * lines.inner * k === 0) return launchesOnly([]);
    const order = valueOrder(x!.dtype);
    const sorting = { ...lines, keep: k, order, parameters: [largest ? 0xffffffff : 0] };
    const places = { output: 1 };
    const { launches, temporaries } = sortLaunches(sorting, limits, { input: 0 }, { places }, 0);
    const indexing = { ...lines, count: k, elementwise: true };
    const values = shaderTakeLaunches(x!, 0, indexing, limits, undefined, [{ input: 0 }, places]);
    return { launches: [...launches, ...values], temporaries, aliases: [] };
  }),
  planFor("argsort", ([x], _, limits) => {
    if (sizeOf(x!.shape) === 0) return launchesOnly([]);
    const lines = linesAlong(x!.shape, x!.shape.length - 1);
    const order = valueOrder(x!.dtype);
    const sorting = { ...lines, keep: lines.length, order, parameters: [0] };
    const { launches, temporaries } = sortLaunches(
      sorting,
      limits,
      { input: 0 },
      { places: { output: 0 } },
      0,
    );
    return { launches, temporaries, aliases: [] };
  }),
];
