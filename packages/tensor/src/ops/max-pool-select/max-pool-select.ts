import { ShapeError } from "../../checks/errors.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import { wasmKernel } from "../../core/launch.ts";
import type { Op } from "../../core/op.ts";
import { formatShape, sameShape } from "../../core/spec.ts";
import { module } from "../max-pool/max-pool.wasm.ts";
import { placeType } from "../max-pool/places.ts";
import { maxPoolGradientOp } from "../max-pool-gradient/max-pool-gradient.ts";
import type { PoolAttributes } from "../pooling/geometry.ts";
import { planeGeometry, pooledSpec } from "../pooling/geometry.ts";
import { poolPlan } from "../pooling/plan.ts";
import { windowsOf } from "../pooling/windows.ts";

/** y = x where the maximum of each window stood: the transpose of `maxPoolGradient`, for second derivatives. */
export const maxPoolSelectOp: Op<PoolAttributes> = {
  name: "maxPoolSelect",
  outputs: ([x, places], attrs) => {
    const y = pooledSpec("maxPoolSelect", x!, attrs);
    checkDType("maxPoolSelect", "places", places!, placeType(attrs));
    if (!sameShape(places!.shape, y.shape)) {
      throw new ShapeError(
        `maxPoolSelect: places: found ${formatShape(places!.shape)}, expected ${formatShape(y.shape)}`,
      );
    }
    return [y];
  },
  meaning: {
    loops: ([x, places], [y], attrs) => {
      for (const { output, cells } of windowsOf(planeGeometry(x!.shape, y!.shape, attrs))) {
        const winner = cells.find(({ place }) => place === places!.data[output])!;
        y!.data[output] = x!.data[winner.input]!;
      }
    },
  },
  gradient: {
    reads: () => ({ inputs: [1], outputs: [] }),
    apply: ({ inputSpecs: [x], inputs: [, places], outputGradients: [dy], attrs }) => [
      execute(maxPoolGradientOp, [dy, places], { ...attrs, inputShape: x!.shape })[0],
      undefined,
    ],
  },
  kernels: {
    wasm: ([x, places], attrs) =>
      poolPlan(planeGeometry(x!.shape, places!.shape, attrs), {
        kernel: wasmKernel(module, placeType(attrs) === "u8" ? "maxPoolSelectBytes" : "maxPoolSelectWords"),
        reads: [{ input: 0 }, { input: 1 }],
        writes: [{ output: 0 }],
        item: "row",
      }),
  },
};
