import type { OpCases } from "../../core/op-cases.ts";
import { withHalves } from "../elementwise/half-cases.ts";
import { gradientCases } from "../max-pool/place-cases.ts";
import type { PoolGradientAttributes } from "../pooling/geometry.ts";
import { maxPoolGradientOp } from "./max-pool-gradient.ts";

export const cases: OpCases<PoolGradientAttributes> = {
  op: maxPoolGradientOp,
  // At most as many terms as windows overlap in a position.
  accuracy: { reduction: 25 },
  cases: withHalves(
    ["pairs", "three by three, every second"],
    [
      ...gradientCases,
      ...gradientCases.slice(0, 1).map(({ name, attrs, inputs: [dy, places] }) => ({
        name: `non-finite, ${name}`,
        attrs,
        inputs: [{ ...dy!, values: "non-finite" as const }, places],
        needs: "non-finite" as const,
      })),
    ],
  ),
};
