import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import { wasmKernel } from "../../core/launch.ts";
import type { Op } from "../../core/op.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import { module } from "../max-pool/max-pool.wasm.ts";
import { placeType } from "../max-pool/places.ts";
import { maxPoolSelectOp } from "../max-pool-select/max-pool-select.ts";
import type { PoolGradientAttributes } from "../pooling/geometry.ts";
import { checkPooled, planeGeometry } from "../pooling/geometry.ts";
import { poolPlan } from "../pooling/plan.ts";
import { windowsOf } from "../pooling/windows.ts";

/** dx = the sum of dy over the windows whose maximum stands there: inputs are dy and the places of the maxima. */
export const maxPoolGradientOp: Op<PoolGradientAttributes> = {
  name: "maxPoolGradient",
  outputs: ([dy, places], attrs) => {
    checkDType("maxPoolGradient", "dy", dy!, ...floatTypes);
    checkDType("maxPoolGradient", "places", places!, placeType(attrs));
    checkPooled("maxPoolGradient", dy!.shape, attrs);
    checkPooled("maxPoolGradient", places!.shape, attrs);
    return [{ shape: attrs.inputShape, dtype: dy!.dtype }];
  },
  meaning: {
    loops: ([dy, places], [dx], attrs) => {
      for (const { output, cells } of windowsOf(planeGeometry(dx!.shape, dy!.shape, attrs))) {
        const winner = cells.find(({ place }) => place === places!.data[output])!;
        dx!.data[winner.input]! += dy!.data[output]!;
      }
    },
  },
  gradient: {
    reads: () => ({ inputs: [1], outputs: [] }),
    apply: ({ inputs: [, places], outputGradients: [ddx], attrs }) => {
      const { kernel, stride, padding, ceilMode } = attrs;
      return [execute(maxPoolSelectOp, [ddx, places], { kernel, stride, padding, ceilMode })[0], undefined];
    },
  },
  kernels: {
    wasm: ([dy], attrs) =>
      poolPlan(planeGeometry(attrs.inputShape, dy!.shape, attrs), {
        kernel: wasmKernel(
          module,
          placeType(attrs) === "u8" ? "maxPoolGradientBytes" : "maxPoolGradientWords",
        ),
        reads: [{ input: 0 }, { input: 1 }],
        writes: [{ output: 0 }],
        item: "plane",
      }),
  },
};
