import type { Limits } from "../../../core/devices/backend.ts";
import type { PlannedLaunch, RangeCheck, Slot } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import type { Shape, Spec } from "../../../core/spec.ts";
import { countElements } from "../../../core/spec.ts";
import type { ReductionGroup } from "../passes.ts";
import type { FoldPass, LineMap, Reducer } from "./fold.wgsl.ts";
import { listInputs, listReads, makeFoldSchema, writeFoldBody } from "./fold.wgsl.ts";
import type { LineCut } from "./line-cut.ts";
import { countLanes, cutLines, cutReduction } from "./line-cut.ts";
import { planLineLaunch } from "./line-launch.ts";

/** The values of a fold's parameters by their names. */
type ParameterValues = { readonly [name: string]: number };

/** The output of a launch, states of parts or results, and the states from which it starts. Default: it starts from elements. */
export interface FoldStep {
  readonly states?: Slot | undefined;
  readonly to: FoldPass["to"];
  readonly writes: readonly Slot[];
}

/** One launch of a fold. */
export function planFoldLaunch(
  fold: Reducer | LineMap,
  cut: LineCut,
  { states, to, writes }: FoldStep,
  parameters: ParameterValues,
  limits: Limits,
  check?: RangeCheck,
): PlannedLaunch {
  const pass: FoldPass = { from: states === undefined ? "elements" : "states", to };
  const inputs = listInputs(fold);
  const computeSlot = (name: string): Slot => (name === "states" ? states! : { input: inputs.indexOf(name) });
  return planLineLaunch(
    fold.name,
    makeFoldSchema(fold, cut.layout, pass),
    cut,
    {
      reads: Object.fromEntries(listReads(fold, pass).map((name) => [name, computeSlot(name)])),
      writes: Object.fromEntries(writes.map((slot, index) => [`y${index}`, slot])),
      parameters,
      check,
    },
    { limits },
    ({ walk }) => writeFoldBody(fold, walk, pass),
  );
}

/** Memory for the states of all parts. */
export const makeStatesSpec = (
  { parts, lines, layout }: LineCut,
  { stateWords }: Reducer | LineMap,
): Spec => ({
  shape: [parts * lines * countLanes(layout) * stateWords],
  dtype: "u32",
});

/**
 * Reduces the axes of input 0, which inputs of lines and of positions follow. If `isView`, a reduction of single
 * elements is a view.
 */
export function planFold(
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
  if (countElements(kept) === 0) return { launches: [], temporaries: [], aliases: [] };
  const cuts = cutReduction(shape, axes);
  if (cuts.length === 0 && isView) return { launches: [], temporaries: [], aliases: [[0, 0]] };
  if (cuts.length === 0) cuts.push(cutLines({ outer: countElements(shape), length: 1, inner: 1 }));
  return planCut(cuts, reducer, limits, parameters, check);
}

/** One launch for each cut, with intermediate states in temporaries. */
function planCut(
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
    temporaries: cuts.slice(0, last).map((cut) => makeStatesSpec(cut, reducer)),
    launches: cuts.map((cut, index) =>
      planFoldLaunch(
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
export function planMap(
  lines: ReductionGroup,
  map: LineMap,
  limits: Limits,
  parameters: ParameterValues = {},
): Plan {
  if (lines.outer * lines.length * lines.inner === 0) return { launches: [], temporaries: [], aliases: [] };
  const cut = cutLines(lines);
  const launch = (step: FoldStep): PlannedLaunch => planFoldLaunch(map, cut, step, parameters, limits);
  const writes = [{ output: 0 }];
  if (cut.parts === 1) return { launches: [launch({ to: "results", writes })], temporaries: [], aliases: [] };
  const states = { temporary: 0 };
  return {
    launches: [launch({ to: "states", writes: [states] }), launch({ states, to: "results", writes })],
    temporaries: [makeStatesSpec(cut, map)],
    aliases: [],
  };
}
