import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import { wasmKernel } from "../../core/launch.ts";
import type { Op } from "../../core/op.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import type { AvgPoolAttributes } from "../avg-pool/avg-pool.ts";
import { avgPoolOp } from "../avg-pool/avg-pool.ts";
import { module } from "../avg-pool/avg-pool.wasm.ts";
import type { PoolGradientAttributes } from "../pooling/geometry.ts";
import { checkPooled, planeGeometry } from "../pooling/geometry.ts";
import { poolPlan } from "../pooling/plan.ts";
import { windowsOf } from "../pooling/windows.ts";

export type AvgPoolGradientAttributes = AvgPoolAttributes & PoolGradientAttributes;

/** dx = the sum, over the windows that cover it, of dy divided by the number of their positions. */
export const avgPoolGradientOp: Op<AvgPoolGradientAttributes> = {
  name: "avgPoolGradient",
  outputs: ([dy], attrs) => {
    checkDType("avgPoolGradient", "dy", dy!, ...floatTypes);
    checkPooled("avgPoolGradient", dy!.shape, attrs);
    return [{ shape: attrs.inputShape, dtype: dy!.dtype }];
  },
  meaning: {
    loops: ([dy], [dx], attrs) => {
      for (const { output, paddedSize, cells } of windowsOf(planeGeometry(dx!.shape, dy!.shape, attrs))) {
        const share = dy!.data[output]! / (attrs.countIncludePad ? paddedSize : cells.length);
        for (const { input } of cells) dx!.data[input]! += share;
      }
    },
  },
  gradient: {
    reads: () => ({ inputs: [], outputs: [] }),
    apply: ({ outputGradients: [ddx], attrs: { inputShape: _, ...attrs } }) => [
      execute(avgPoolOp, [ddx], attrs)[0],
    ],
  },
  kernels: {
    wasm: ([dy], attrs) =>
      poolPlan(planeGeometry(attrs.inputShape, dy!.shape, attrs), {
        kernel: wasmKernel(module, "avgPoolGradient"),
        reads: [{ input: 0 }],
        writes: [{ output: 0 }],
        item: "plane",
        parameters: [Number(attrs.countIncludePad)],
      }),
  },
};
