import type { OpCases } from "../../core/op-cases.ts";
import { withHalves } from "../elementwise/half-cases.ts";
import { selectCases } from "../max-pool/place-cases.ts";
import type { PoolAttributes } from "../pooling/geometry.ts";
import { maxPoolSelectOp } from "./max-pool-select.ts";

export const cases: OpCases<PoolAttributes> = {
  op: maxPoolSelectOp,
  accuracy: "exact",
  cases: withHalves(
    ["pairs, odd sizes"],
    [
      ...selectCases,
      ...selectCases.slice(0, 1).map(({ name, attrs, inputs: [x, places] }) => ({
        name: `non-finite, ${name}`,
        attrs,
        inputs: [{ ...x!, values: "non-finite" as const }, places],
        needs: "non-finite" as const,
      })),
    ],
  ),
};
