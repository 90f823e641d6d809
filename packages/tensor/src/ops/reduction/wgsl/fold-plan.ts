import type { Limits } from "../../../core/devices/backend.ts";
import type { PlannedLaunch, RangeCheck, Slot } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import type { Shape, Spec } from "../../../core/spec.ts";
import { sizeOf } from "../../../core/spec.ts";
import type { ReductionGroup } from "../passes.ts";
import type { FoldPass, LineMap, Reducer } from "./fold.wgsl.ts";
import { foldSchema, foldText, inputsOf, readsOf } from "./fold.wgsl.ts";
import type { LineCut } from "./line-cut.ts";
import { cutLines, cutReduction, lanesOf } from "./line-cut.ts";
import { lineLaunch } from "./line-launch.ts";

/** The values of a fold's parameters by their names. */
type ParameterValues = { readonly [name: string]: number };

/** The output of a launch, states of parts or results, and the states from which it starts. Default: it starts from elements. */
export interface FoldStep {
  readonly states?: Slot | undefined;
  readonly to: FoldPass["to"];
  readonly writes: readonly Slot[];
}

/** One launch of a fold. */
export function foldLaunch(
  fold: Reducer | LineMap,
  cut: LineCut,
  { states, to, writes }: FoldStep,
  parameters: ParameterValues,
  limits: Limits,
  check?: RangeCheck,
): PlannedLaunch {
  const pass: FoldPass = { from: states === undefined ? "elements" : "states", to };
  const inputs = inputsOf(fold);
  const slotOf = (name: string): Slot => (name === "states" ? states! : { input: inputs.indexOf(name) });
  return lineLaunch(
    fold.name,
    foldSchema(fold, cut.layout, pass),
    cut,
    {
      reads: Object.fromEntries(readsOf(fold, pass).map((name) => [name, slotOf(name)])),
      writes: Object.fromEntries(writes.map((slot, index) => [`y${index}`, slot])),
      parameters,
      check,
    },
    { limits },
    ({ walk }) => foldText(fold, walk, pass),
  );
}

/** Memory for the states of all parts. */
export const statesOf = ({ parts, lines, layout }: LineCut, { stateWords }: Reducer | LineMap): Spec => ({
  shape: [parts * lines * lanesOf(layout) * stateWords],
  dtype: "u32",
});

/**
 * Reduces the axes of input 0, which inputs of lines and of positions follow. If `isView`, a reduction of single
 * elements is a view.
 */
export function foldPlan(
  shape: Shape,
  axes: readonly number[],
  reducer: Reducer,
  limits: Limits,
  {
    parameters = {},
    isView = true,
    check,
  }: { parameters?: ParameterValues; isView?: boolean; check?: RangeCheck } = {},
): Plan {
  const kept = shape.filter((_, axis) => !axes.includes(axis));
  if (sizeOf(kept) === 0) return { launches: [], temporaries: [], aliases: [] };
  const cuts = cutReduction(shape, axes);
  if (cuts.length === 0 && isView) return { launches: [], temporaries: [], aliases: [[0, 0]] };
  if (cuts.length === 0) cuts.push(cutLines({ outer: sizeOf(shape), length: 1, inner: 1 }));
  return cutPlan(cuts, reducer, limits, parameters, check);
}

/** One launch for each cut, with intermediate states in temporaries. */
function cutPlan(
  cuts: readonly LineCut[],
  reducer: Reducer,
  limits: Limits,
  parameters: ParameterValues,
  check: RangeCheck | undefined,
): Plan {
  const last = cuts.length - 1;
  const outputs = Array.from({ length: reducer.results ?? 1 }, (_, output) => ({ output }));
  return {
    aliases: [],
    temporaries: cuts.slice(0, last).map((cut) => statesOf(cut, reducer)),
    launches: cuts.map((cut, index) =>
      foldLaunch(
        reducer,
        cut,
        {
          states: index === 0 ? undefined : { temporary: index - 1 },
          to: index === last ? "results" : "states",
          writes: index === last ? outputs : [{ temporary: index }],
        },
        parameters,
        limits,
        check,
      ),
    ),
  };
}

/** Maps the elements of lines [outer, length, inner]: in one launch, or in two if a few long lines are divided into parts. */
export function mapPlan(
  lines: ReductionGroup,
  map: LineMap,
  limits: Limits,
  parameters: ParameterValues = {},
): Plan {
  if (lines.outer * lines.length * lines.inner === 0) return { launches: [], temporaries: [], aliases: [] };
  const cut = cutLines(lines);
  const launch = (step: FoldStep): PlannedLaunch => foldLaunch(map, cut, step, parameters, limits);
  const writes = [{ output: 0 }];
  if (cut.parts === 1) return { launches: [launch({ to: "results", writes })], temporaries: [], aliases: [] };
  const states = { temporary: 0 };
  return {
    launches: [launch({ to: "states", writes: [states] }), launch({ states, to: "results", writes })],
    temporaries: [statesOf(cut, map)],
    aliases: [],
  };
}
