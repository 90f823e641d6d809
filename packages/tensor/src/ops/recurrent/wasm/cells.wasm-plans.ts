import type { PlannedLaunch, Work } from "../../../core/devices/launch.ts";
import { makeWasmKernel } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import { countItemsPerChunk } from "../../../core/plans/work.ts";
import type { Spec } from "../../../core/spec.ts";
import { countElements } from "../../../core/spec.ts";
import { makePlan } from "../../movement/view.ts";
import { cellKernels } from "./cells.kernels.ts";
import { module } from "./cells.wasm.ts";

/** What launches over rows of a state share. */
interface RowsLaunch {
  readonly parameters: { readonly size: number };
  readonly work: Work;
}

/** The five exponentials of a unit cost about as much as fifty additions. */
const additionsPerUnit = 50;

function planRows({ shape }: Spec, makeLaunch: (common: RowsLaunch) => PlannedLaunch): Plan {
  const count = countElements(shape);
  if (count === 0) return makePlan([]);
  const size = shape.at(-1)!;
  const work = { items: count / size, chunk: countItemsPerChunk(additionsPerUnit * size) };
  return makePlan([makeLaunch({ parameters: { size }, work })]);
}

export const plans: readonly PlanEntry[] = [
  makePlanEntry("lstmCell", ([, c]) =>
    planRows(c!, (common) =>
      planLaunch(makeWasmKernel(module, "lstmCell", cellKernels), {
        reads: { gates: { input: 0 }, c: { input: 1 } },
        writes: { h: { output: 0 }, next: { output: 1 } },
        ...common,
      }),
    ),
  ),
  makePlanEntry("lstmCellGradient", ([, c]) =>
    planRows(c!, (common) =>
      planLaunch(makeWasmKernel(module, "lstmCellGradient", cellKernels), {
        reads: { gates: { input: 0 }, c: { input: 1 }, dh: { input: 2 }, dNext: { input: 3 } },
        writes: { dGates: { output: 0 }, dc: { output: 1 } },
        ...common,
      }),
    ),
  ),
  makePlanEntry("gruCell", ([, , h]) =>
    planRows(h!, (common) =>
      planLaunch(makeWasmKernel(module, "gruCell", cellKernels), {
        reads: { x: { input: 0 }, hidden: { input: 1 }, h: { input: 2 } },
        writes: { y: { output: 0 } },
        ...common,
      }),
    ),
  ),
  makePlanEntry("gruCellGradient", ([, , h]) =>
    planRows(h!, (common) =>
      planLaunch(makeWasmKernel(module, "gruCellGradient", cellKernels), {
        reads: { x: { input: 0 }, hidden: { input: 1 }, h: { input: 2 }, dy: { input: 3 } },
        writes: { dx: { output: 0 }, dHidden: { output: 1 }, dh: { output: 2 } },
        ...common,
      }),
    ),
  ),
];
