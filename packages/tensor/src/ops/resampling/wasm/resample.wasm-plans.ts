import { makeWasmKernel } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import { countItemsPerChunk } from "../../../core/plans/work.ts";
import { makePlan } from "../../movement/view.ts";
import type { ResampleAttributes } from "../attributes.ts";
import { resampleKernels } from "./resample.kernels.ts";
import { module } from "./resample.wasm.ts";

/** The kernel takes rows in groups. */
const rowsPerGroup = 4;

export const plans: readonly PlanEntry[] = [
  makePlanEntry<ResampleAttributes>("resample", (inputs, attrs, _limits, _donated, op) => {
    const [x, rows, columns] = inputs;
    const [, height, width] = x!.shape as [number, number, number];
    const [planes, outHeight, outWidth] = op.outputs(inputs, attrs)[0]!.shape as [number, number, number];
    if (planes * outHeight * outWidth === 0) return makePlan([]);
    const [rowWords, columnWords] = [rows?.shape[1] ?? 1, columns?.shape[1] ?? 1];
    const elementsPerRow = width * rowWords + outWidth * columnWords;
    return makePlan([
      planLaunch(makeWasmKernel(module, "resample", resampleKernels), {
        reads: {
          x: { input: 0 },
          rows: rows && { input: 1 },
          columns: columns && { input: 2 },
        },
        writes: { y: { output: 0 } },
        parameters: {
          height,
          width,
          outHeight,
          outWidth,
          rowBytes: 4 * rowWords,
          columnBytes: 4 * columnWords,
        },
        work: {
          items: planes * outHeight,
          chunk: rowsPerGroup * Math.ceil(countItemsPerChunk(elementsPerRow) / rowsPerGroup),
          // A group twice: as its rows are summed, and interleaved.
          scratchBytes: 8 * rowsPerGroup * width,
        },
      }),
    ]);
  }),
];
