import type { Limits, Plan, PlanEntry, Spec } from "@evenkeel/tensor";
import { makePlanEntry } from "@evenkeel/tensor";
import { cutTiles, loadsInFlight } from "@evenkeel/tensor/wgsl";
import { canStore } from "../../gpu/can-store.ts";
import { planTiles } from "../../gpu/channel-tiles.ts";
import { computeLayout, countValuesPerChannel } from "../../operands/layout.ts";
import { listGradientApplyAliases } from "../gradient-aliases.ts";
import type { GradientApplyAttributes } from "../gradient-attributes.ts";
import { listReads, planPassLaunch } from "./gradient-shader-pass.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<GradientApplyAttributes>("gradientApply", planShaderApply, { takesStored: canStore }),
];

/** The second pass alone. */
function planShaderApply(
  inputs: readonly (Spec | undefined)[],
  attrs: GradientApplyAttributes,
  limits: Limits,
  donated: readonly boolean[],
): Plan {
  const { shape, dtype } = inputs[1]!;
  const aliases = listGradientApplyAliases(donated);
  if (shape.includes(0)) return { launches: [], temporaries: [], aliases };
  const layout = computeLayout(shape, attrs.axis);
  const tiles = planTiles(layout);
  const ofBatch = { ...attrs, residual: false, ofBatch: true };
  const loads = Math.min(tiles.loads, loadsInFlight);
  const writes = { dx: { output: 0 } };
  const launch = planPassLaunch(
    { tiles, attrs: ofBatch, values: countValuesPerChannel(layout), target: { dtype, limits } },
    {
      entry: "gradientApply",
      cut: cutTiles(tiles, loads),
      parts: 0,
      finishes: true,
      source: "given",
      loads,
      activation: attrs.activation,
      writes,
      reads: { ...listReads(inputs, ofBatch, aliases, writes), sums: { input: 5 } },
    },
  );
  return { launches: [launch], temporaries: [], aliases };
}
